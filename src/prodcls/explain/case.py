"""One product and the accounts of its decision, summed up for a reader."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from prodcls.explain.attribution import Attribution, Line, Part
from prodcls.explain.changes import Changes
from prodcls.explain.similar import SimilarProducts
from prodcls.explain.spreads import NumberView
from prodcls.explain.steps import RollUp, SetMembers
from prodcls.folding import folded
from prodcls.inputs import Inputs

__all__ = ["Case", "Group", "Note", "Original", "Said", "WordSum", "cells_of", "groups", "said", "word_sums"]


@dataclass(frozen=True)
class Note:
    """Something the reader should know of how the product was found.

    Attributes
    ----------
    key : str
        Such as ``"note.trained"``.
    text : str
        A name or a reason that goes with it; may be empty.
    """

    key: str
    text: str = ""


@dataclass(frozen=True)
class Original:
    """A text as it stood before it was cleaned.

    Attributes
    ----------
    column, text : str
        Its beginning, where it is long.
    length : int
        Characters of the whole.
    steps : tuple of str
        What changed it.
    """

    column: str
    text: str
    length: int
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A product with what was said of it.

    Attributes
    ----------
    attributions : tuple of Attribution
        One a method, all of the same two classes; at least one. The first is the main one.
    fields : dict of str to str
        Cells as they were written, by column; text columns first.
    texts : tuple of str
        Names of the text columns.
    photo : str or None
        Thumbnail, base64-encoded JPEG.
    photo_size : tuple of int, or None
        Its width and height.
    label : str or None
        Class in the training catalogue.
    notes : tuple of Note
    bundle : str
        Digest; empty where the model is in no bundle.
    changes : Changes or None
        What would have made it another class; None: not asked.
    similar : SimilarProducts or None
        The nearest training products; None: not asked.
    numbers : tuple of NumberView
        Its numbers among those of the training products.
    originals : tuple of Original
        Of the texts that were cleaned, as far as they are at hand.
    path : RollUp or None
        The decision along the path of its class; None where the classes form no tree.
    members : SetMembers or None
        Its prediction set; None where none is made.
    """

    attributions: tuple[Attribution, ...]
    fields: dict[str, str]
    texts: tuple[str, ...]
    photo: str | None
    photo_size: tuple[int, int] | None
    label: str | None
    notes: tuple[Note, ...]
    bundle: str
    changes: Changes | None = None
    similar: SimilarProducts | None = None
    numbers: tuple[NumberView, ...] = ()
    originals: tuple[Original, ...] = ()
    path: RollUp | None = None
    members: SetMembers | None = None

    @property
    def main(self) -> Attribution:
        """The first attribution."""
        return self.attributions[0]

    @property
    def title(self) -> str:
        """First text that is there, or the id."""
        return next((self.fields[c] for c in self.texts if self.fields.get(c, "").strip()), self.main.id)

    def to_dict(self) -> dict[str, Any]:
        """Return what was said as JSON has it: digest, label, an account for each method, and the views or None."""
        views = {"changes": self.changes, "similar": self.similar, "path": self.path}
        return {
            "bundle": self.bundle,
            "label": self.label,
            "attributions": [json.loads(one.to_json()) for one in self.attributions],
            **{name: None if view is None else json.loads(view.to_json()) for name, view in views.items()},
        }


def cells_of(inputs: Inputs) -> dict[str, str]:
    """Return the cells of one product by column, missing ones left out; text columns first."""
    fields = {name: cells[0] for name, cells in inputs.texts.items() if cells[0]}
    fields |= {name: f"{values[0]:.15g}" for name, values in inputs.numeric.items() if not np.isnan(values[0])}
    return fields | {name: cells[0] for name, cells in inputs.categorical.items() if cells[0]}


@dataclass(frozen=True)
class Group:
    """Parts of one kind together.

    Attributes
    ----------
    key : str
        ``"words"``, ``"regions"``, ``"segments"``, ``"neighbours"``, ``"column"``, ``"whole"``: a block's score that is
        not split; ``"start"``: what is said before anything is read, the class sizes and the probes' intercepts; else
        the label of a context part.
    subject : str
        Column or block; ``""`` where there is none.
    label : str
        The cell, for a column.
    value : float
        Logits.
    """

    key: str
    subject: str
    label: str
    value: float


def groups(parts: Iterable[Part | Line]) -> tuple[Group, ...]:
    """Return the parts summed up, largest absolute value first; they sum to what the parts sum to."""
    found: dict[tuple[str, str, str], float] = {}
    for part in parts:
        key = _group(part)
        found[key] = found.get(key, 0.0) + part.value
    return tuple(sorted((Group(*key, value) for key, value in found.items()), key=lambda g: (-abs(g.value), g.key)))


def _group(part: Part | Line) -> tuple[str, str, str]:
    if part.kind in ("word", "unread"):
        return "words", part.column, ""
    if part.kind in ("region", "segment"):
        return f"{part.kind}s", part.block, ""
    if part.kind == "column":
        return "column", part.column, part.label
    if part.label in ("prior", "intercept"):
        return "start", "", ""
    if part.kind == "evidence":
        return ("neighbours" if part.label in ("neighbours", "closest") else "whole"), part.block, ""
    return part.label, "" if part.label in ("spread", "behind") else part.block, ""


@dataclass(frozen=True)
class WordSum:
    """One word of the product's text with all that was said of it, by encoders and word counts.

    Attributes
    ----------
    column : str
    start, end : int
        Characters.
    text : str
    value : float
        Logits.
    read : bool
        False when it lies beyond what any part of the model reads.
    """

    column: str
    start: int
    end: int
    text: str
    value: float
    read: bool


def word_sums(parts: Iterable[Part | Line]) -> tuple[WordSum, ...]:
    """Return the words in reading order within each column."""
    found: dict[tuple[str, int, int], tuple[str, float, bool]] = {}
    for part in parts:
        if part.start is None or part.end is None:
            continue
        key = part.column, part.start, part.end
        _, value, read = found.get(key, ("", 0.0, False))
        found[key] = part.label, part.value + value, read or part.kind == "word"
    return tuple(WordSum(*key, *found[key]) for key in sorted(found))


@dataclass(frozen=True)
class Said:
    """A word wherever it stands.

    Attributes
    ----------
    text : str
        As first written.
    count : int
        Occurrences.
    columns : tuple of str
    value : float
        Logits, over all occurrences.
    """

    text: str
    count: int
    columns: tuple[str, ...]
    value: float


def said(words: Iterable[WordSum]) -> tuple[Said, ...]:
    """Return words summed over their occurrences, folded (`prodcls.folding`); largest absolute value first."""
    found: dict[str, list[WordSum]] = {}
    for word in words:
        if word.read:
            found.setdefault(folded(word.text), []).append(word)
    sums = (
        Said(ws[0].text, len(ws), tuple(dict.fromkeys(w.column for w in ws)), sum(w.value for w in ws))
        for ws in found.values()
    )
    return tuple(sorted(sums, key=lambda s: (-abs(s.value), s.text)))
