"""What the report does not say."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.language import Language, Prose, plain
from prodcls.sections.parts import Section

__all__ = ["SECTION", "LimitsContext"]


@dataclass(frozen=True)
class LimitsContext:
    """What the section shows.

    Attributes
    ----------
    items : tuple of Prose
        One limit each.
    """

    items: tuple[Prose, ...]


def build(report: AuditReport, t: Language) -> LimitsContext:
    """Return what the section shows."""
    smallest = min((f.support for f in report.evaluation.per_class), default=0)
    return LimitsContext(
        (
            t.say("limits.same_catalogue"),
            t.say("limits.labels"),
            t.say("limits.intervals", n=plain(t.count(smallest))),
            t.say("limits.evidence"),
            t.say("limits.encoders"),
            t.say("limits.review"),
            t.say("limits.people"),
            t.say("limits.voluntary"),
        )
    )


SECTION = Section("limits", LimitsContext, build)
