"""Every technical word of the page and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.language import Language, Span
from prodcls.sections.parts import Section

__all__ = ["SECTION", "GlossaryContext"]


@dataclass(frozen=True)
class GlossaryContext:
    """What the section shows.

    Attributes
    ----------
    terms : tuple of Span
        In the order of the catalogue of strings.
    """

    terms: tuple[Span, ...]


def build(report: AuditReport, t: Language) -> GlossaryContext:
    """Return what the section shows."""
    names = [key.split(".")[1] for key in t.words if key.startswith("term.") and key.endswith(".word")]
    return GlossaryContext(tuple(t.term(name) for name in names))


SECTION = Section("glossary", GlossaryContext, build)
