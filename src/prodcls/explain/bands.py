"""Which class a model gives over the range of a number such as the price, everything else left as it is.

Numbers are tried at three significant digits, so that a border lies between two neighbouring figures that a reader can
type in, and both have been scored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["Scan", "Stretch", "scan"]

Winner = Callable[[NDArray[np.float64]], NDArray[np.int64]]
"""Class numbers, shape (n,), that the model gives n numbers."""

DIGITS = 3
_FIRST = int(10.0 ** (DIGITS - 1))
_STEPS = 9 * _FIRST
"""Figures of `DIGITS` digits in a decade."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of numbers of one class: the first and last one scored, at three digits, and the class number."""

    low: float
    high: float
    winner: int


@dataclass(frozen=True)
class Scan:
    """What a scan found.

    Attributes
    ----------
    stretches : tuple of Stretch
        Ascending; neighbours differ in class, and nothing lies between one's end and the next one's beginning.
    evaluations : int
        Numbers scored.
    """

    stretches: tuple[Stretch, ...]
    evaluations: int


def scan(winner: Winner, low: float, high: float, own: float, *, points: int) -> Scan:
    """Scan the numbers from ``low`` to ``high``.

    Parameters
    ----------
    winner : callable
        See `Winner`.
    low : float
        Above 0.
    high : float
        Above 0.
    own : float
        The product's own number, which is scanned more closely. The range reaches at least up to it.
    points : int
        Numbers tried before borders are closed in on, spaced evenly on the log scale. A stretch that lies between two
        of them is not found.

    Returns
    -------
    Scan

    Raises
    ------
    ValueError
        If a number is not positive and finite.
    """
    ends = [_place(value) for value in (low, high, own)]
    first, last = min(ends), max(ends)
    spaced = np.geomspace(_value(first), _value(last), points)
    places = sorted({first, last, *(_place(float(v)) for v in spaced), *_around(own, first, last)})
    known = dict(zip(places, _ask(winner, places), strict=True))
    for left, right in pairwise(places):
        _close_in(winner, known, left, right)
    found: list[Stretch] = []
    for place in sorted(known):
        value, number = _value(place), known[place]
        if found and found[-1].winner == number:
            found[-1] = Stretch(found[-1].low, value, number)
        else:
            found.append(Stretch(value, value, number))
    return Scan(tuple(found), len(known))


def _around(own: float, first: int, last: int) -> set[int]:
    return {place for place in range(_place(own) - 1, _place(own) + 2) if first <= place <= last}


def _ask(winner: Winner, places: list[int]) -> list[int]:
    return [int(k) for k in winner(np.array([_value(place) for place in places]))]


def _close_in(winner: Winner, known: dict[int, int], left: int, right: int) -> None:
    """Halve between two numbers of different classes until they are neighbours; a third class between them too."""
    open_pairs = [(left, right)]
    while open_pairs:
        a, b = open_pairs.pop()
        if known[a] == known[b] or b - a <= 1:
            continue
        middle = (a + b) // 2
        known[middle] = _ask(winner, [middle])[0]
        open_pairs += [(a, middle), (middle, b)]


def _place(value: float) -> int:
    """Return the place of the nearest number of three digits among all such numbers."""
    if not (value > 0 and math.isfinite(value)):
        message = f"{value} has no place on a log scale"
        raise ValueError(message)
    mantissa, exponent = f"{value:.{DIGITS - 1}e}".split("e")
    return int(exponent) * _STEPS + int(mantissa.replace(".", "")) - _FIRST


def _value(place: int) -> float:
    exponent, mantissa = divmod(place, _STEPS)
    return float(f"{mantissa + _FIRST}e{exponent - DIGITS + 1}")
