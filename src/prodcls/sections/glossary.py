"""Every technical word of the page and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.language import Language, Span
from prodcls.sections.parts import Section

__all__ = ["SECTION", "GlossaryContext", "all_terms"]


@dataclass(frozen=True)
class GlossaryContext:
    """What the section shows.

    Attributes
    ----------
    terms : tuple of Span
        In the order of the catalogue of strings.
    """

    terms: tuple[Span, ...]


def all_terms(t: Language) -> tuple[Span, ...]:
    """Return every term of the language, in the order of its catalogue of strings."""
    names = [key.split(".")[1] for key in t.words if key.startswith("term.") and key.endswith(".word")]
    return tuple(t.term(name) for name in names)


def build(report: AuditReport, t: Language) -> GlossaryContext:
    """Return what the section shows."""
    return GlossaryContext(all_terms(t))


SECTION = Section("glossary", GlossaryContext, build)
