"""Prices that stand out of their class, and prices that are written into texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.currencies import TOKENS
from prodcls.prices import Price, parse_price

__all__ = ["PriceDistances", "price_distances", "stated_prices"]

PSEUDO_ROWS = 5
"""Rows of the whole catalogue added to the spread of each class."""

LEAST_SCALE = 0.1
"""Least spread of a class on the log scale, for classes that have one price only."""

NORMAL = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution (Hampel 1974)."""

_CODES = "|".join(sorted({code for code in TOKENS.values() if code.isascii() and code.isupper()}))
_SIGNS = "|".join(re.escape(t) for t in sorted(TOKENS, key=len, reverse=True) if not (t.isascii() and t.isalpha()))
_NUMBER = r"\d(?:[\d,.'\u2009\u00a0]*\d)?(?:/-)?"
_STATED = re.compile(
    rf"(?:(?:{_SIGNS}|\b(?:[Rr]s\.?|{_CODES}))\s?{_NUMBER})|(?:{_NUMBER}\s?(?:元|円|€|(?:{_CODES})\b))"
)


@dataclass(frozen=True)
class PriceDistances:
    """How far each product's price is from the middle of its class.

    Attributes
    ----------
    typical : ndarray of shape (n,), float64
        Median price of the product's class; NaN where no price of the class is known.
    factor : ndarray of shape (n,), float64
        Price over the median; NaN where the price is missing, 0 where it is not above zero.
    z : ndarray of shape (n,), float64
        Logarithm of the factor in robust standard deviations of the class; NaN where the price is missing.
    """

    typical: NDArray[np.float64]
    factor: NDArray[np.float64]
    z: NDArray[np.float64]


def price_distances(prices: NDArray[np.float64], labels: NDArray[np.int64], n_classes: int) -> PriceDistances:
    """Compare each price with those of its class, on the log scale.

    The spread is the median absolute deviation from the class's median, drawn towards that of the whole catalogue by
    `PSEUDO_ROWS` rows, so that a few extreme prices do not hide themselves.

    Parameters
    ----------
    prices : ndarray of shape (n,), float64
        NaN is missing.
    labels : ndarray of shape (n,), int64
    n_classes : int

    Returns
    -------
    PriceDistances
    """
    logs = np.log(np.where(prices > 0, prices, np.nan))
    known = ~np.isnan(logs)
    middle, spread, count = np.full(n_classes, np.nan), np.zeros(n_classes), np.zeros(n_classes)
    away = np.full(len(prices), np.nan)
    for k in np.unique(labels[known]).tolist():
        rows = np.flatnonzero(known & (labels == k))
        middle[k], count[k] = np.median(logs[rows]), len(rows)
        away[rows] = logs[rows] - middle[k]
        spread[k] = NORMAL * np.median(np.abs(away[rows]))
    overall = NORMAL * float(np.median(np.abs(away[known]))) if known.any() else 0.0
    scale = np.sqrt((count * spread**2 + PSEUDO_ROWS * overall**2) / (count + PSEUDO_ROWS))
    z = away / np.maximum(scale, LEAST_SCALE)[labels]
    free = ~np.isnan(prices) & ~(prices > 0)
    return PriceDistances(np.exp(middle)[labels], np.where(free, 0.0, np.exp(away)), np.where(free, -np.inf, z))


def stated_prices(texts: Sequence[str]) -> tuple[tuple[str, float | None], ...]:
    """Find the first price that each text states, with its currency.

    Parameters
    ----------
    texts : sequence of str, length n

    Returns
    -------
    tuple of (str, float or None), length n
        As written, and the amount where it can be read; ``("", None)`` where no price is stated.

    Examples
    --------
    >>> stated_prices(["Buy it for Rs.1,299 only", "新款 199元 包邮", "3 pockets"])
    (('Rs.1,299', 1299.0), ('199元', 199.0), ('', None))
    """
    found: list[tuple[str, float | None]] = []
    for text in texts:
        hit = _STATED.search(text.replace("\uffe5", "\u00a5"))  # full-width yen sign, as Chinese keyboards write it
        price = None if hit is None else parse_price(hit[0])
        written = "" if hit is None else text[hit.start() : hit.end()]
        found.append((written, float(price.amount) if isinstance(price, Price) else None))
    return tuple(found)
