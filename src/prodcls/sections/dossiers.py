"""Products one by one: right, wrong, least certain, label in doubt."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.language import Language, Prose, plain
from prodcls.sections.cards import Card, card
from prodcls.sections.parts import Section

__all__ = ["SECTION", "DossiersContext"]


@dataclass(frozen=True)
class DossiersContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
    pictured : bool
        Whether the catalogue has photos.
    cards : tuple of Card
    """

    intro: Prose
    pictured: bool
    cards: tuple[Card, ...]


def build(report: AuditReport, t: Language) -> DossiersContext:
    """Return what the section shows."""
    cards = tuple(card(d, t, number=i) for i, d in enumerate(report.dossiers, start=1))
    return DossiersContext(
        t.say("dossiers.intro", n=plain(t.count(len(cards)))), report.data.photos_missing is not None, cards
    )


SECTION = Section("dossiers", DossiersContext, build)
