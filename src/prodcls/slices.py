"""Parts of the products on which a model does worse than on the rest, told apart from chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from prodcls.metrics import CONFIDENCE, Estimate, exact_interval

__all__ = ["LEAST", "Slice", "bands", "compare_slices", "top_values"]

LEAST = 20
"""Rows of a slice; fewer are not looked at, since only an enormous difference could be told from chance."""

TOP = 8
"""Most values of one column that are looked at."""


@dataclass(frozen=True)
class Slice:
    """One part of the rows against all others.

    Attributes
    ----------
    family, value : str
        What the rows are told apart by, and what they have in common.
    rows : int
    accuracy : Estimate
        With its exact binomial interval.
    rest : float
        Accuracy of all other rows.
    p_value : float
        Of "no worse than the rest" (Fisher's exact test, one-sided), after Holm's correction for all slices looked at.
    worse : bool
        Whether the slice is worse than the rest by more than chance at 5% over all slices together.
    """

    family: str
    value: str
    rows: int
    accuracy: Estimate
    rest: float
    p_value: float
    worse: bool


def compare_slices(right: NDArray[np.bool_], members: Mapping[tuple[str, str], NDArray[np.bool_]]) -> tuple[Slice, ...]:
    """Hold each slice against the rest.

    Parameters
    ----------
    right : ndarray of shape (n,), bool
        Whether the decision was right.
    members : mapping of (str, str) to ndarray of shape (n,), bool
        Rows of each slice by family and value. Those with fewer than `LEAST` rows, inside or outside, are left out.

    Returns
    -------
    tuple of Slice
        In the order given.
    """
    kept = {name: rows for name, rows in members.items() if LEAST <= rows.sum() <= len(right) - LEAST}
    tests = []
    for rows in kept.values():
        hits, others = int(right[rows].sum()), int(right[~rows].sum())
        inside, outside = int(rows.sum()), int((~rows).sum())
        table = [[hits, inside - hits], [others, outside - others]]
        p_value = float(scipy.stats.fisher_exact(table, alternative="less").pvalue)
        tests.append((hits, inside, others / outside, p_value))
    corrected = _holm(np.array([p for *_, p in tests]))
    return tuple(
        Slice(family, value, inside, exact_interval(hits, inside), rest, float(p), bool(p <= 1.0 - CONFIDENCE))
        for (family, value), (hits, inside, rest, _), p in zip(kept, tests, corrected, strict=True)
    )


def _holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p-values corrected so that one of them being small by chance is as unlikely as it says (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * (len(order) - np.arange(len(order)))
    corrected = np.empty(len(order))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if len(order) else steps
    return corrected


def top_values(cells: tuple[str, ...]) -> dict[str, NDArray[np.bool_]]:
    """Return the rows of the most frequent values, at most `TOP`, each on at least `LEAST` rows.

    Parameters
    ----------
    cells : tuple of str
        ``""`` is missing, and no value.

    Returns
    -------
    dict of str to ndarray of shape (n,), bool
    """
    column = np.array(cells, dtype=object)
    values, counts = np.unique(column[column != ""].astype(str), return_counts=True)
    order = [i for i in np.argsort(-counts, kind="stable") if counts[i] >= LEAST][:TOP]
    return {str(values[i]): column == values[i] for i in order}


def bands(values: NDArray[np.float64], count: int = 4) -> list[tuple[float, float, NDArray[np.bool_]]]:
    """Return the rows of bands with about equally many rows each.

    Parameters
    ----------
    values : ndarray of shape (n,), float64
        NaN is missing, and in no band.
    count : int

    Returns
    -------
    list of (float, float, ndarray of shape (n,), bool)
        Least and largest value of the band, and its rows.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return []
    edges = np.unique(np.quantile(known, np.linspace(0, 1, count + 1)))
    if len(edges) < 2:
        return []
    if len(edges) == 2:  # nearly all are the least, or the largest: one band is the least alone, the other all above it
        edges = np.insert(edges, 1, np.nextafter(edges[0], np.inf))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    found = []
    for i in range(len(edges) - 1):
        rows = (place == i) & ~np.isnan(values)
        if rows.any():  # quantiles of few numbers may lie between them
            found.append((float(values[rows].min()), float(values[rows].max()), rows))
    return found
