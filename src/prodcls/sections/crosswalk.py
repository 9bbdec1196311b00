"""What frameworks for AI ask for, held against the report: supported by figures, said by people, or missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.language import Language, Prose, link, plain
from prodcls.sections.crosswalk_evidence import EVIDENCE
from prodcls.sections.crosswalk_items import FRAMEWORKS, Framework, Item
from prodcls.sections.intended import card_of
from prodcls.sections.parts import Column, Section, Table, join_prose

__all__ = ["SECTION", "CrosswalkContext", "FrameworkView"]

STATES = ("measured", "part", "said", "missing", "human")
"""Of an item: supported by figures; in part, where they cannot speak to all of it or people have left a field empty;
only by what people wrote; by nothing, where the model card has a field for it; or beyond what this report can hold."""


@dataclass(frozen=True)
class FrameworkView:
    """One framework.

    Attributes
    ----------
    id : str
        Anchor.
    name : Prose
    note : Prose
        What the framework is, and how many items have what.
    items : Table
    """

    id: str
    name: Prose
    note: Prose
    items: Table


@dataclass(frozen=True)
class CrosswalkContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        What the tables are and are not.
    counts : Table
        Items by framework and state.
    frameworks : tuple of FrameworkView
    """

    intro: Prose
    counts: Table
    frameworks: tuple[FrameworkView, ...]


def _evidence(item: Item, report: AuditReport, t: Language) -> tuple[Prose, ...]:
    found = []
    for name in item.evidence:
        place = EVIDENCE[name]
        told = place.tell(report, t)
        if told is not None:
            found.append(
                t.say("crosswalk.evidence", place=link(t(f"section.{place.section}"), place.anchor), told=told)
            )
    return tuple(found)


def _said(item: Item, report: AuditReport, t: Language) -> tuple[Prose, ...]:
    card = card_of(report)
    return tuple(
        t.say(
            "crosswalk.said" if card.field(name) else "crosswalk.not_said",
            field=link(t(f"card_field.{name}"), f"card-{name.replace('_', '-')}"),
        )
        for name in item.said
    )


def _state(item: Item, report: AuditReport, t: Language) -> str:
    filled = [bool(card_of(report).field(name)) for name in item.said]
    if _evidence(item, report, t):
        return "part" if item.partly or not all(filled) else "measured"
    if not filled:
        return "human"
    return "said" if any(filled) else "missing"


def _view(framework: Framework, states: list[str], report: AuditReport, t: Language) -> FrameworkView:
    name = t.say(f"crosswalk.{framework.key}")
    rows = []
    for item, state in zip(framework.items, states, strict=True):
        title = t.say(f"crosswalk.{framework.key}.{item.key}")
        evidence, said = _evidence(item, report, t), _said(item, report, t)
        rows.append(
            (
                (*plain(f"{item.number}\u2002"), *title),
                join_prose(t, evidence, "crosswalk.separator") if evidence else t.say("crosswalk.no_figure"),
                join_prose(t, said, "crosswalk.separator") if said else plain("\u2013"),
                t.say(f"crosswalk_state.{state}"),
            )
        )
    heads = ("head.item", "head.supported_by", "head.from_people", "head.status")
    table = Table(t(f"crosswalk.{framework.key}"), tuple(Column(t.say(key)) for key in heads), tuple(rows))
    return FrameworkView(f"crosswalk-{framework.key}", name, t.say(f"crosswalk_note.{framework.key}"), table)


def _counts(states: dict[str, list[str]], t: Language) -> Table:
    heads = (
        Column(t.say("head.framework")),
        *(Column(t.say(f"crosswalk_state.{state}"), numeric=True) for state in STATES),
    )
    rows = tuple(
        (
            link(t(f"crosswalk.{key}"), f"crosswalk-{key}"),
            *(plain(t.count(Counter(found)[state])) for state in STATES),
        )
        for key, found in states.items()
    )
    return Table(t("crosswalk.counts"), heads, rows)


def build(report: AuditReport, t: Language) -> CrosswalkContext:
    """Return what the section shows."""
    states = {f.key: [_state(item, report, t) for item in f.items] for f in FRAMEWORKS}
    return CrosswalkContext(
        intro=t.say("crosswalk.intro"),
        counts=_counts(states, t),
        frameworks=tuple(_view(f, states[f.key], report, t) for f in FRAMEWORKS),
    )


SECTION = Section("crosswalk", CrosswalkContext, build)
