"""What the model is for, what it is not for, and who answers for it: as people wrote it, gaps included."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_model_card import GROUPS, ModelCard
from prodcls.language import Language, Prose, code, plain
from prodcls.sections.parts import Section

__all__ = ["SECTION", "IntendedContext", "SaidField", "SaidGroup", "card_of"]


@dataclass(frozen=True)
class SaidField:
    """One field of the model card.

    Attributes
    ----------
    id : str
        Anchor.
    name : Prose
    paragraphs : tuple of str
        As people wrote them; empty where nobody did.
    """

    id: str
    name: Prose
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class SaidGroup:
    """Fields that belong together.

    Attributes
    ----------
    name : Prose
    fields : tuple of SaidField
    """

    name: Prose
    fields: tuple[SaidField, ...]


@dataclass(frozen=True)
class IntendedContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        How many fields are filled, and where to fill the others.
    groups : tuple of SaidGroup
    """

    intro: Prose
    groups: tuple[SaidGroup, ...]


def card_of(report: AuditReport) -> ModelCard:
    """Return the model card of a report; an empty one where nobody wrote any."""
    return report.card or ModelCard()


def paragraphs(name: str, card: ModelCard, t: Language) -> tuple[str, ...]:
    """Return what a field says; a day as the language writes it."""
    texts = card.field(name)
    return tuple(map(t.day, texts)) if name == "review_date" else texts


def build(report: AuditReport, t: Language) -> IntendedContext:
    """Return what the section shows."""
    card = card_of(report)
    groups = tuple(
        SaidGroup(
            t.say(f"card_group.{group}"),
            tuple(
                SaidField(f"card-{name.replace('_', '-')}", t.say(f"card_field.{name}"), paragraphs(name, card, t))
                for name in names
            ),
        )
        for group, names in GROUPS.items()
    )
    fields = [field for group in groups for field in group.fields]
    missing = sum(not field.paragraphs for field in fields)
    files = [file.name for file in report.lineage.given if file.role == "model_card"]
    counts = {"missing": plain(t.count(missing)), "all": plain(t.count(len(fields)))}
    source = code(files[0]) if files else code("modelcard.toml")
    key = "intended.none" if missing == len(fields) else "intended.some" if missing else "intended.full"
    return IntendedContext(t.say(key, file=source, **counts), groups)


SECTION = Section("intended", IntendedContext, build)
