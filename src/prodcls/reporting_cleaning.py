"""What the cleaning changed, as the report tells it: counts by step and column, and places before and after."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from prodcls.audit_cleaning import CleaningExample, CleaningFindings, CleaningStep, Piece
from prodcls.catalogue import Catalogue, Cleaned
from prodcls.cleaning import counted, trace
from prodcls.explain.case import Original

__all__ = ["EXAMPLES", "cleaning_findings", "difference", "originals"]

EXAMPLES = 2
"""Places shown of each step."""

AROUND = 24
"""Characters shown before the first change."""

SPAN = 96
"""Characters shown from there on."""

LONGEST = 2000
"""Characters of an original text in a dossier."""

ELLIPSIS = "\u2026"


def cleaning_findings(catalogue: Catalogue) -> CleaningFindings | None:
    """Return what was changed in a catalogue; None where texts were not cleaned.

    Parameters
    ----------
    catalogue : Catalogue

    Returns
    -------
    CleaningFindings or None
    """
    if catalogue.cleaned is None:
        return None
    return CleaningFindings(
        texts=sum(cell != "" for cells in catalogue.texts.values() for cell in cells),
        cells=sum(map(len, catalogue.cleaned.values())),
        steps=tuple(
            CleaningStep(step, cells, tuple(_examples(catalogue, catalogue.cleaned, step)))
            for step, cells in counted(catalogue.cleaned).items()
        ),
    )


def _examples(
    catalogue: Catalogue, cleaned: Mapping[str, Mapping[int, Cleaned]], step: str
) -> Iterator[CleaningExample]:
    """Yield the cells that show a step best: those that few others changed, short ones first."""
    found = (
        (len(cell.steps), len(cell.original), cell.original, column, int(catalogue.rows[i]))
        for column, cells in cleaned.items()
        for i, cell in cells.items()
        if step in cell.steps
    )
    for _, _, original, column, row in heapq.nsmallest(EXAMPLES, found):
        change = next(c for c in trace(original) if c.step == step)
        yield CleaningExample(row, column, *difference(change.before, change.after))


def difference(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return two texts in pieces, around the first place in which they differ.

    Parameters
    ----------
    before : str
    after : str

    Returns
    -------
    tuple of (tuple of Piece, tuple of Piece)
        What is left out stands as an ellipsis.
    """
    shorter = min(len(before), len(after))
    first = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    start = max(0, first - AROUND)
    a, b = before[start : first + SPAN], after[start : first + SPAN]
    codes = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    cut = first + SPAN < len(before) or first + SPAN < len(after)
    changed = [i for i, (kind, *_) in enumerate(codes) if kind != "equal"]
    if cut and len(changed) > 1 and changed[-1] == len(codes) - 1:
        codes.pop()  # what stands there is only where the windows end
    sides = (
        [Piece(a[i:j], kind != "equal") for kind, i, j, _, _ in codes],
        [Piece(b[i:j], kind != "equal") for kind, _, _, i, j in codes],
    )
    whole = (before, after)
    return (_framed(sides[0], start, whole[0]), _framed(sides[1], start, whole[1]))


def _framed(pieces: list[Piece], start: int, whole: str) -> tuple[Piece, ...]:
    """Return the pieces that hold anything, with an ellipsis where text was left out."""
    shown = start + sum(len(piece.text) for piece in pieces)
    left, right = [Piece(ELLIPSIS, False)] * (start > 0), [Piece(ELLIPSIS, False)] * (shown < len(whole))
    return (*left, *(piece for piece in pieces if piece.text), *right)


def originals(catalogue: Catalogue, position: int) -> tuple[Original, ...]:
    """Return the texts of one product as they stood before they were cleaned; those that were not are left out.

    Parameters
    ----------
    catalogue : Catalogue
    position : int

    Returns
    -------
    tuple of Original
    """
    found = ((column, cells.get(position)) for column, cells in (catalogue.cleaned or {}).items())
    return tuple(
        Original(column, cell.original[:LONGEST], len(cell.original), cell.steps)
        for column, cell in found
        if cell is not None
    )
