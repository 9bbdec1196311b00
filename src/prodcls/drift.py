"""Has a catalogue changed? Two samples of products compared column by column and by their embeddings.

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
    "embedding_drift",
    "number_drift",
    "stability_index",
]

LEVEL = 0.02
"""Largest corrected p-value that counts as more than chance."""

LEAST = {"ks": 0.05, "chi2": 0.05, "auc": 0.55}
"""Least effect that matters: distance of distributions, Cramér's V, area under the curve."""

BINS = 10
VALUES = 20
"""Most values of a category column told apart by the stability index."""

RARE = 10
"""Fewer products of a value, in both samples together, go with the other rare ones: chi-square needs so many."""

PERMUTATIONS = 999
ROWS = 400
"""Most products of a sample whose embeddings are compared: the cost grows with the cube of their number."""

RIDGE = 1.0

Measure = Literal["ks", "chi2", "auc"]


@dataclass(frozen=True)
class Drift:
    """How far two samples differ in one respect.

    Attributes
    ----------
    measure : {"ks", "chi2", "auc"}
        Kolmogorov-Smirnov distance of numbers, Cramér's V of categories, both in [0, 1]; of embeddings the area under
        the curve with which the samples can be told apart, 0.5 where they cannot.
    effect : float
    p_value : float
    missing_before, missing_after : float
        Share of products without a value, in [0, 1].
    index : float or None
        Population stability index.
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


def number_drift(before: NDArray[np.float64], after: NDArray[np.float64]) -> Drift:
    """Compare numbers: their distribution where there are any, and how often there are none.

    Parameters
    ----------
    before : ndarray of shape (n,), float64
        NaN is missing.
    after : ndarray of shape (m,), float64

    Returns
    -------
    Drift
        Its p-value is twice the smaller one of both comparisons.
    """
    gone = [np.isnan(values) for values in (before, after)]
    old, new = before[~gone[0]], after[~gone[1]]
    effect, p = 0.0, 1.0
    index = 0.0
    if len(old) and len(new):
        found = scipy.stats.ks_2samp(old, new, method="asymp")
        effect, p = float(found.statistic), float(found.pvalue)
        edges = np.unique(np.quantile(old, np.arange(1, BINS) / BINS))
        counts = [
            np.append(np.bincount(np.searchsorted(edges, v, side="right"), minlength=len(edges) + 1), none.sum())
            for v, none in ((old, gone[0]), (new, gone[1]))
        ]
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


def _contingency(table: NDArray[np.int64]) -> tuple[float, float]:
    """Return Cramér's V and the p-value of a table of counts, shape (2, k); 0 and 1 where there is nothing to tell."""
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return 0.0, 1.0
    found = scipy.stats.chi2_contingency(table, correction=False)
    return float(np.sqrt(found.statistic / table.sum())), float(found.pvalue)


def embedding_drift(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    present_before: NDArray[np.bool_],
    present_after: NDArray[np.bool_],
    seed: int = 0,
) -> Drift | None:
    """Ask a linear classifier to tell old products from new ones by their embeddings (Lopez-Paz and Oquab 2017).

    It is a ridge regression; what it says of a product comes from all others (leave one out, from the hat matrix). The
    p-value is that of random labels of the same products.

    Parameters
    ----------
    before : ndarray of shape (n, d), float32
    after : ndarray of shape (m, d), float32
    present_before : ndarray of shape (n,), bool
    present_after : ndarray of shape (m,), bool
    seed : int

    Returns
    -------
    Drift or None
        None with fewer than two products in either.
    """
    rng = np.random.default_rng(seed)
    missing = [1.0 - float(p.mean()) if len(p) else 0.0 for p in (present_before, present_after)]
    samples = [_some(vectors[there], rng) for vectors, there in ((before, present_before), (after, present_after))]
    if min(len(sample) for sample in samples) < 2:
        return None
    x = np.concatenate(samples).astype(np.float64)
    new = np.repeat([False, True], [len(sample) for sample in samples])
    x -= x.mean(axis=0)
    gram = x @ x.T
    hat = np.linalg.solve(gram + RIDGE * np.eye(len(x)), gram)
    labels = np.array([new, *(rng.permutation(new) for _ in range(PERMUTATIONS))], dtype=np.float64).T
    labels -= new.mean()
    leverage = np.diag(hat)[:, None]
    said = (hat @ labels - leverage * labels) / (1.0 - leverage)
    areas = _areas(said, labels > 0)
    p_value = float((1 + (areas[1:] >= areas[0]).sum()) / (1 + PERMUTATIONS))
    low, high = (float(v) for v in np.quantile(areas[1:], [0.025, 0.975]))
    return Drift("auc", float(areas[0]), p_value, missing[0], missing[1], low=low, high=high)


def _some(vectors: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    return vectors if len(vectors) <= ROWS else vectors[np.sort(rng.permutation(len(vectors))[:ROWS])]


def _areas(said: NDArray[np.float64], new: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the area under the curve of each column, from the ranks of the new products (Mann and Whitney 1947)."""
    ranks = scipy.stats.rankdata(np.ascontiguousarray(said.T), axis=1).T
    count = new.sum(axis=0)
    area: NDArray[np.float64] = ((ranks * new).sum(axis=0) - count * (count + 1) / 2) / (count * (len(said) - count))
    return area


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
