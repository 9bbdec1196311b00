"""The few parts of an account that a reader is told first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prodcls.explain.attribution import Line, Part
from prodcls.explain.case import groups, said, word_sums
from prodcls.explain.steps import Reason

__all__ = ["strongest"]

NOTABLE = 0.05
"""Least share of the strongest reason that another has to have to be named."""

LEAST = 0.005
"""Logits below which a figure would be printed as zero."""

NAMED = ("column", "regions", "neighbours", "whole", "start", "missing")
"""Groups of parts that are reasons. A technicality, such as the white around a photo, is in the account, and no reason
that a merchandiser would give; words are named one by one."""


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
    found = sorted(_reasons(parts), key=lambda reason: -abs(reason.value))
    least = max(LEAST, NOTABLE * max((abs(r.value) for r in found), default=0.0))
    return (
        tuple([r for r in found if r.value >= least][:pro]),
        tuple([r for r in found if r.value <= -least][:contra]),
    )


def _reasons(parts: Sequence[Part | Line]) -> Iterable[Reason]:
    for word in said(word_sums(parts)):
        yield Reason("word", "", word.text, word.value)
    for group in groups(parts):
        if group.key in NAMED:
            yield Reason(group.key, group.subject, group.label, group.value)
