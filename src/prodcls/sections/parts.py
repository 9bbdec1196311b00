"""Pieces that sections are made of: tables, figures, tiles, and how evidence is named and coloured."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from prodcls.audit import AuditReport
from prodcls.explain.product import REST
from prodcls.language import Language, Prose, quoted

__all__ = [
    "Column",
    "Figure",
    "Section",
    "Table",
    "Tile",
    "baseline_name",
    "block_name",
    "block_tones",
    "class_name",
    "evidence_name",
    "join_prose",
    "pairs_table",
    "readable_photo",
]


@dataclass(frozen=True)
class Column:
    """Head of a table's column; numbers are set flush right."""

    head: Prose
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    caption : str
        Plain text; for those who hear the page it stands before the table.
    columns : tuple of Column
    rows : tuple of tuple of Prose
        As many cells a row as there are columns; the first one is the row's head.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Prose, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A chart with all that goes with it.

    Attributes
    ----------
    id : str
        Anchor.
    title : Prose
    see : Prose
        One sentence that says what to see.
    picture : Markup
        From a chart module.
    table : Table
        Its data.
    """

    id: str
    title: Prose
    see: Prose
    picture: Markup
    table: Table


@dataclass(frozen=True)
class Tile:
    """A headline figure.

    Attributes
    ----------
    label : Prose
    value : str
    detail : Prose
    """

    label: Prose
    value: str
    detail: Prose


@dataclass(frozen=True)
class Section:
    """One section of the page: this object, a template and a context, and nothing elsewhere knows of it.

    Attributes
    ----------
    id : str
        Anchor; the title is the string ``section.ID``, the template ``sections/ID.html.j2``.
    context : type
        Dataclass whose fields the template shows, each documented and used.
    build : callable
        Makes the context from the report.
    """

    id: str
    context: type
    build: Callable[[AuditReport, Language], Any]

    @property
    def template(self) -> str:
        """Name of the template."""
        return f"sections/{self.id}.html.j2"


_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")

KNOWN_TONES = {"lexical": "b1", "image": "b2", "prior": "b7"}
OTHER_TONES = ("b0", "b3", "b4", "b5", "b6")


def block_tones(report: AuditReport) -> dict[str, str]:
    """Return the class of each block's colour, the same all over the page; columns share five colours in turn."""
    blocks = set(report.explanation.block_shares) | {b.block for b in report.explanation.beeswarm}
    others = sorted(blocks - KNOWN_TONES.keys())
    return KNOWN_TONES | {b: OTHER_TONES[i % len(OTHER_TONES)] for i, b in enumerate(others)}


def block_name(t: Language, block: str) -> Prose:
    """Return the name of a block; a column is named as in the catalogue."""
    return t.pick("block", block)


def baseline_name(t: Language, name: str) -> Prose:
    """Return a baseline in words; ``"ridge NAME"`` is the probe of one block."""
    kind, _, block = name.replace("_", " ", 1).partition(" ")
    if kind == "ridge" and block:
        return t.say("baseline.ridge", block=block_name(t, block))
    return t.pick("baseline", name)


def evidence_name(t: Language, block: str, key: str, name: str) -> str:
    """Return evidence in words.

    Parameters
    ----------
    t : Language
    block : str
    key : str
        Such as ``"text.score.lead"``: block, kind and refinement.
    name : str
        Shown when the key says nothing.
    """
    kind = key.removeprefix(f"{block}.")
    if f"kind.{kind}" not in t.words:
        return name
    if key == block:
        return t(f"kind.{kind}")
    return t("evidence.named", block=block_name(t, block), kind=t.say(f"kind.{kind}"))


def class_name(versus: str, t: Language) -> Prose:
    """Return the rival's name; that of all others together is in the language of the page."""
    return t.say("why.rest") if versus == REST else quoted(versus)


def readable_photo(photo: str | None) -> str | None:
    """Return a base64-encoded photo; None for what is none."""
    return photo if photo and _BASE64.fullmatch(photo) else None


def join_prose(t: Language, items: tuple[Prose, ...], separator: str = "list.separator") -> Prose:
    """Return items one after the other, set apart as the language does it for a list or for sentences."""
    spans = list(items[0]) if items else []
    for item in items[1:]:
        spans += [*t.say(separator), *item]
    return tuple(spans)


def pairs_table(t: Language, caption: str, rows: tuple[tuple[Prose, Prose], ...]) -> Table:
    """Return a table of names and values."""
    return Table(caption, (Column(t.say("head.name")), Column(t.say("head.value"))), rows)
