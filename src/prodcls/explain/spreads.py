"""Where a product's number, such as its price, stands among the numbers of the classes in question, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NumberView", "Spread", "number_views"]

COLUMNS = 3
"""Most number columns shown."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Spread:
    """The numbers of one class's training products.

    Attributes
    ----------
    name : str
        Class.
    count : int
        Products of the class with such a number, at least one.
    low, lower, middle, upper, high : float
        5, 25, 50, 75 and 95% of them are at most this (linear interpolation between neighbours).
    below : float or None
        Share of them below the product's own number, half of those that equal it included, in [0, 1]; None where it
        has none.
    """

    name: str
    count: int
    low: float
    lower: float
    middle: float
    upper: float
    high: float
    below: float | None


@dataclass(frozen=True)
class NumberView:
    """One number column.

    Attributes
    ----------
    column : str
    own : float or None
        The product's number; None where it has none.
    spreads : tuple of Spread
        At least one, in the order in which the classes were asked for; those without any such number are left out.
    """

    column: str
    own: float | None
    spreads: tuple[Spread, ...]


def number_views(
    own: Mapping[str, float], known: Mapping[str, NDArray[np.float64]], labels: Sequence[str], classes: Sequence[str]
) -> tuple[NumberView, ...]:
    """Hold a product's numbers against those of some classes.

    Parameters
    ----------
    own : mapping of str to float
        The product's number in each column; NaN is missing.
    known : mapping of str to ndarray of shape (n,), float64
        Numbers of the training products by column; NaN is missing.
    labels : sequence of str, length n
        Their classes.
    classes : sequence of str
        Classes asked for; one that comes twice counts once.

    Returns
    -------
    tuple of NumberView
        Columns that the product has a number in; where it has none at all, the column that most products of these
        classes have one in.
    """
    rows = {name: np.flatnonzero([label == name for label in labels]) for name in dict.fromkeys(classes)}
    views = [_view(name, own.get(name, np.nan), values, rows) for name, values in known.items()]
    shown = [view for view in views if view.spreads]
    filled = [view for view in shown if view.own is not None]
    if not filled and shown:
        filled = [max(shown, key=lambda view: sum(s.count for s in view.spreads))]
    return tuple(filled[:COLUMNS])


def _view(column: str, own: float, values: NDArray[np.float64], rows: Mapping[str, NDArray[np.intp]]) -> NumberView:
    spreads = [_spread(name, values[places], own) for name, places in rows.items()]
    return NumberView(column, None if np.isnan(own) else float(own), tuple(s for s in spreads if s is not None))


def _spread(name: str, values: NDArray[np.float64], own: float) -> Spread | None:
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    below = None if np.isnan(own) else float(np.mean((values < own) + 0.5 * (values == own)))
    low, lower, middle, upper, high = np.quantile(values, QUANTILES).tolist()
    return Spread(name, len(values), low, lower, middle, upper, high, below)
