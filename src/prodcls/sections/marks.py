"""The product's own text and photo with what counts marked in them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts_photo import Region, marked_photo
from prodcls.explain.attribution import Part
from prodcls.explain.case import Case, WordSum
from prodcls.language import Language, Prose, plain

__all__ = ["MarkedText", "Run", "marked_picture", "marked_runs", "marked_text", "strength"]

FIGURED = 5
"""Words and regions that carry their figure."""

LEGIBLE = 0.05
"""Logits from which on two decimals tell regions apart."""

LEVELS = (0.12, 0.3, 0.6)
"""Share of the strongest word's value from which on a word is marked, and marked deeper."""


@dataclass(frozen=True)
class Run:
    """A run of the product's text.

    Attributes
    ----------
    text : str
    tone : str
        Class of its mark: ``"a1"`` to ``"a3"``, ``"b1"`` to ``"b3"``, ``"unread"``, or ``""`` for none.
    figure : str
        Its value in words.
    shown : bool
        Whether the figure stands beside it.
    """

    text: str
    tone: str = ""
    figure: str = ""
    shown: bool = False


@dataclass(frozen=True)
class MarkedText:
    """A text column with its words marked.

    Attributes
    ----------
    name : str
    runs : tuple of Run
    unread : Prose
        How much of it was not read; empty when all was.
    """

    name: str
    runs: tuple[Run, ...]
    unread: Prose


def strength(value: float, most: float) -> int:
    """Return how deep a word is marked: 0 for not at all, up to 3."""
    share = abs(value) / most if most > 0 else 0.0
    return sum(share >= level for level in LEVELS)


def marked_text(column: str, case: Case, words: tuple[WordSum, ...], t: Language) -> MarkedText:
    """Return a text column with its words marked by their share of the strongest word."""
    unread = sum(not word.read for word in words if word.column == column)
    told = t.say("why.unread", n=plain(t.count(unread))) if unread else ()
    return MarkedText(column, marked_runs(column, case.fields[column], words, t), told)


def marked_runs(column: str, text: str, words: tuple[WordSum, ...], t: Language) -> tuple[Run, ...]:
    """Return the text of a column in runs.

    Parameters
    ----------
    column : str
    text : str
    words : tuple of WordSum
        Of all columns: a word's mark is as deep as its share of the strongest one.
    t : Language
    """
    most = max((abs(w.value) for w in words), default=0.0)
    ranked = sorted((abs(w.value) for w in words), reverse=True)
    least = ranked[min(FIGURED, len(ranked)) - 1] if ranked else 0.0
    runs, at = [], 0
    for word in words:
        if word.column != column:
            continue
        level = strength(word.value, most)
        if not (level or not word.read):
            continue
        tone = "unread" if not word.read else f"{'a' if word.value >= 0 else 'b'}{level}"
        figure = t.signed(word.value) if word.read else ""
        runs += [Run(text[at : word.start]), Run(text[word.start : word.end], tone, figure, abs(word.value) >= least)]
        at = word.end
    runs.append(Run(text[at:]))
    return tuple(run for run in runs if run.text)


def marked_picture(case: Case, parts: list[Part], t: Language) -> Markup | None:
    """Return the photo with its regions marked, or None without a photo."""
    if case.photo is None or case.photo_size is None:
        return None
    digits = 2 if max((abs(p.value) for p in parts), default=0.0) >= LEGIBLE else 3
    regions = tuple(
        Region(p.box, p.value, t.signed(p.value, digits) if i < FIGURED else "")
        for i, p in enumerate(sorted(parts, key=lambda p: -abs(p.value)))
        if p.box is not None
    )
    alt = t("why.photo_alt" if regions else "dossier.photo", title=case.title)
    return marked_photo(case.photo, case.photo_size, regions, alt=alt)
