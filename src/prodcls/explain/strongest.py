"""The few parts of an account that a reader is told first."""

from __future__ import annotations

from collections.abc import Sequence

from prodcls.explain.attribution import Line, Part
from prodcls.explain.case import groups
from prodcls.explain.steps import Reason
from prodcls.folding import folded

__all__ = ["strongest"]

NOTABLE = 0.05
"""Least share of the strongest reason that another has to have to be named."""

LEAST = 0.005
"""Logits below which a figure would be printed as zero."""

NAMED = ("column", "regions", "segments", "neighbours", "whole", "start", "missing")
"""Groups of parts that are reasons. A technicality, such as the white around a photo, is in the account, and no reason
that a person would give; words are named one by one."""


def strongest(parts: Sequence[Part | Line], pro: int, contra: int) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return the strongest reasons for A and against it.

    Parameters
    ----------
    parts : sequence of (Part or Line)
    pro : int
        Most reasons for A.
    contra : int
        Most reasons against it.

    Returns
    -------
    tuple of (tuple of Reason, tuple of Reason)
        Strongest first.
    """
    found = [("word", "", text, value) for text, value in _spoken(parts)]
    found += [(group.key, group.subject, group.label, group.value) for group in groups(parts) if group.key in NAMED]
    found.sort(key=lambda reason: -abs(reason[3]))
    least = max(LEAST, NOTABLE * abs(found[0][3])) if found else LEAST
    return (
        tuple([Reason(*one) for one in found if one[3] >= least][:pro]),
        tuple([Reason(*one) for one in found if one[3] <= -least][:contra]),
    )


def _spoken(parts: Sequence[Part | Line]) -> list[tuple[str, float]]:
    """Return words as first written with what they say wherever they stand: `prodcls.explain.case.said` in brief."""
    places: dict[tuple[str, int, int], tuple[str, float, bool]] = {}
    for part in parts:
        start, end = part.start, part.end
        if start is None or end is None:
            continue
        key = part.column, start, end
        _, value, read = places.get(key, ("", 0.0, False))
        places[key] = part.label, part.value + value, read or part.kind == "word"
    words: dict[str, tuple[str, float]] = {}
    for key in sorted(places):
        label, value, read = places[key]
        if read:
            same = folded(label)
            text, sum_before = words.get(same, (label, 0.0))
            words[same] = text, sum_before + value
    return sorted(words.values(), key=lambda word: (-abs(word[1]), word[0]))
