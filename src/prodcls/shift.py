"""Has a catalogue changed? Two samples of products compared column by column.

A column raises an alarm when its difference is both more than chance, after Holm's correction over all columns (Holm
1979), and large enough to matter: in many rows even a trifle is more than chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.stats
from numpy.typing import NDArray

__all__ = [
    "LEVEL",
    "Drift",
    "alarmed",
    "category_drift",
    "number_drift",
    "order_drift",
    "share_drift",
    "stability_index",
]

LEVEL = 0.02
"""Largest corrected p-value that counts as more than chance."""

LEAST = {"ks": 0.05, "chi2": 0.05, "auc": 0.55, "order": 0.1}
"""Least effect that matters: distance of distributions, Cramér's V, area under the curve, rank correlation."""

BINS = 10
VALUES = 20
"""Most values of a category column told apart by the stability index."""

RARE = 10
"""Fewer products of a value, in both samples together, go with the other rare ones: chi-square needs so many."""

Measure = Literal["ks", "chi2", "auc", "order"]
Side = Literal["both", "more", "less"]
"""Which change is looked for."""


_ALTERNATIVE = {"both": "two-sided", "more": "greater", "less": "less"}
"""SciPy compares distribution functions, and the function of the smaller numbers is the greater one."""


@dataclass(frozen=True)
class Drift:
    """How far two samples differ in one respect.

    Attributes
    ----------
    measure : {"ks", "chi2", "auc", "order"}
        Kolmogorov-Smirnov distance of numbers, Cramér's V of categories, both in [0, 1]; of embeddings the area under
        the curve with which the samples can be told apart, 0.5 where they cannot; of numbers that may be larger or
        smaller the rank-biserial correlation without its sign, in [0, 1].
    effect : float
    p_value : float
    missing_before, missing_after : float
        Share of products without a value, in [0, 1].
    index : float or None
        Population stability index; None for embeddings, orders, and where one change alone is looked for.
    unseen : float or None
        Share of the new products with a value that the old ones do not have, in [0, 1].
    low, high : float or None
        Range of 95% of the areas that random labels of the same products give.
    corrected : float
        p-value after correction; that of this alone until `alarmed` has seen all.
    alarm : bool
    """

    measure: Measure
    effect: float
    p_value: float
    missing_before: float
    missing_after: float
    index: float | None = None
    unseen: float | None = None
    low: float | None = None
    high: float | None = None
    corrected: float = 1.0
    alarm: bool = False


def stability_index(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the population stability index of two tables of counts, each with half a product more in every cell.

    It is the sum of ``(q - p) log(q / p)`` over the cells (Siddiqi 2006, chapter 9): 0 where the shares p and q are
    equal.

    Parameters
    ----------
    before : ndarray of shape (k,), float64
        Counts.
    after : ndarray of shape (k,), float64
    """
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in (before, after))
    return float(((q - p) * np.log(q / p)).sum())


def number_drift(before: NDArray[np.float64], after: NDArray[np.float64], side: Side = "both") -> Drift:
    """Compare numbers: their distribution where there are any, and how often there are none.

    Parameters
    ----------
    before : ndarray of shape (n,), float64
        NaN is missing.
    after : ndarray of shape (m,), float64
    side : {"both", "more", "less"}
        What the new numbers may have become; the other way there is no difference.

    Returns
    -------
    Drift
        Its p-value is twice the smaller one of both comparisons.
    """
    gone = [np.isnan(values) for values in (before, after)]
    old, new = before[~gone[0]], after[~gone[1]]
    effect, p = 0.0, 1.0
    index = 0.0 if side == "both" else None
    if len(old) and len(new):
        found = scipy.stats.ks_2samp(old, new, alternative=_ALTERNATIVE[side], method="asymp")
        effect, p = float(found.statistic), float(found.pvalue)
        edges = np.unique(np.quantile(old, np.arange(1, BINS) / BINS))
        counts = [
            np.append(np.bincount(np.searchsorted(edges, v, side="right"), minlength=len(edges) + 1), none.sum())
            for v, none in ((old, gone[0]), (new, gone[1]))
        ]
        if side == "both":
            index = stability_index(counts[0].astype(np.float64), counts[1].astype(np.float64))
    table = np.array([[none.sum(), (~none).sum()] for none in gone])
    absent = _contingency(table)
    p_value = min(1.0, 2 * min(p, absent[1]))
    shares = [float(none.mean()) for none in gone]
    return Drift("ks", max(effect, absent[0]), p_value, shares[0], shares[1], index)


def category_drift(before: Sequence[str], after: Sequence[str]) -> Drift:
    """Compare the shares of values; ``""`` is missing and a value of its own.

    Parameters
    ----------
    before : sequence of str, length n
    after : sequence of str, length m

    Returns
    -------
    Drift
    """
    old, new = Counter(before), Counter(after)
    common = [value for value, _ in (old + new).most_common() if old[value] + new[value] >= RARE]
    table = np.array([[counts[value] for value in common] for counts in (old, new)], dtype=np.int64).reshape(2, -1)
    rest = np.array([[len(before)], [len(after)]]) - table.sum(axis=1, keepdims=True)
    effect, p_value = _contingency(np.concatenate([table, rest], axis=1))
    top = [value for value, _ in old.most_common(VALUES)]
    counts = [np.array([c[v] for v in top] + [sum(c.values()) - sum(c[v] for v in top)], float) for c in (old, new)]
    unseen = sum(n for value, n in new.items() if value and value not in old)
    return Drift(
        "chi2",
        effect,
        p_value,
        old[""] / max(len(before), 1),
        new[""] / max(len(after), 1),
        stability_index(counts[0], counts[1]),
        unseen / max(len(after), 1),
    )


def share_drift(
    before: tuple[int, int], after: tuple[int, int], side: Side = "both", unseen: float | None = None
) -> Drift:
    """Compare the shares of products of which something holds.

    Parameters
    ----------
    before : tuple of (int, int)
        Products of which it holds, and all products.
    after : tuple of (int, int)
    side : {"both", "more", "less"}
        What their share may have become; the other way there is no difference.
    unseen : float, optional
        Handed through.

    Returns
    -------
    Drift
    """
    table = np.array([[yes, total - yes] for yes, total in (before, after)], dtype=np.int64)
    effect, p_value = _contingency(table)
    if side != "both":
        grown = after[0] * before[1] - before[0] * after[1]
        wanted = grown > 0 if side == "more" else grown < 0
        effect, p_value = (effect, p_value / 2) if wanted else (0.0, 1.0)
    index = stability_index(table[0].astype(np.float64), table[1].astype(np.float64)) if side == "both" else None
    return Drift("chi2", effect, p_value, 0.0, 0.0, index, unseen)


def order_drift(before: NDArray[np.float64], after: NDArray[np.float64]) -> Drift:
    """Ask whether numbers have become larger or smaller on the whole (Mann and Whitney 1947).

    Where all numbers move by the same amount this sees far less than `number_drift` needs.

    Parameters
    ----------
    before : ndarray of shape (n,), float64
        NaN is missing, and not compared.
    after : ndarray of shape (m,), float64

    Returns
    -------
    Drift
    """
    gone = [np.isnan(values) for values in (before, after)]
    old, new = before[~gone[0]], after[~gone[1]]
    shares = [float(none.mean()) if len(none) else 0.0 for none in gone]
    if not len(old) or not len(new):
        return Drift("order", 0.0, 1.0, shares[0], shares[1])
    found = scipy.stats.mannwhitneyu(new, old, method="asymptotic")
    effect = abs(2.0 * float(found.statistic) / (len(old) * len(new)) - 1.0)
    return Drift("order", effect, float(np.nan_to_num(found.pvalue, nan=1.0)), shares[0], shares[1])


def _contingency(table: NDArray[np.int64]) -> tuple[float, float]:
    """Return Cramér's V and the p-value of a table of counts, shape (2, k); 0 and 1 where there is nothing to tell."""
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 0.0, 1.0
    found = scipy.stats.chi2_contingency(table, correction=False)
    return float(np.sqrt(found.statistic / table.sum())), float(found.pvalue)


def alarmed(found: Sequence[Drift]) -> tuple[Drift, ...]:
    """Return comparisons with their p-values corrected for their number, and the alarms that follow.

    Parameters
    ----------
    found : sequence of Drift

    Returns
    -------
    tuple of Drift
        In the same order.
    """
    order = sorted(range(len(found)), key=lambda i: found[i].p_value)
    corrected, largest = [0.0] * len(found), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, found[i].p_value * (len(found) - rank)))
        corrected[i] = largest
    return tuple(
        replace(one, corrected=p, alarm=p <= LEVEL and one.effect >= LEAST[one.measure])
        for one, p in zip(found, corrected, strict=True)
    )
