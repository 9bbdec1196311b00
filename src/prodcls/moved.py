"""Which new products are least like those of training, and in what.

Each respect is a figure that is the larger, the odder a product is, known for training products as if each were new.
The distance of a product in that respect is measured in steps from the median of the training products to their 95%
point: 1 is as far as one in twenty of them goes. A product has moved as far as it has in its farthest respect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FAR", "Respect", "distances", "likeness", "rarity"]

FAR = 1.0
"""Distance from which on a respect is a reason."""

USUAL = 0.95
NEAREST = 3
"""Nearest training products whose mean similarity is looked at."""

ROWS = 2000
"""Most training products that are held against all others."""

CHUNK_ROWS = 1024
"""Products compared at a time; bounds memory to CHUNK_ROWS x training products."""

SELDOM = 0.01
"""Share of training products below which a value counts as odd."""


@dataclass(frozen=True)
class Respect:
    """One figure of training products and new ones.

    Attributes
    ----------
    kind, name : str
        Told to the reader; see `prodcls.audit_drift.MovedReason`.
    before : ndarray of shape (k,), float64
        NaN is unknown.
    after : ndarray of shape (m,), float64
    least : float
        Smallest step: keeps trifles from counting where all training products are the same.
    """

    kind: str
    name: str
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    least: float


def distances(respects: Sequence[Respect], count: int) -> NDArray[np.float64]:
    """Return how far each new product is from what is usual.

    Parameters
    ----------
    respects : sequence of Respect, length r
    count : int
        New products, m.

    Returns
    -------
    ndarray of shape (m, r), float64
        Not negative; 0 where a figure is unknown.
    """
    out = np.zeros((count, len(respects)))
    for j, one in enumerate(respects):
        usual = one.before[~np.isnan(one.before)]
        middle, end = np.quantile(usual, [0.5, USUAL]) if len(usual) else (0.0, 0.0)
        out[:, j] = np.maximum(0.0, np.nan_to_num(one.after - middle)) / max(end - middle, one.least)
    return out


def likeness(
    before: NDArray[np.float32], after: NDArray[np.float32], seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Return the mean similarity of products to their nearest training products.

    Parameters
    ----------
    before : ndarray of shape (n, d), float32
        Unit length.
    after : ndarray of shape (m, d), float32
    seed : int
        Draws the training products that are held against the others.

    Returns
    -------
    before : ndarray of shape (k,), float64
        Of training products to the others.
    after : ndarray of shape (m,), float64
    nearest : ndarray of shape (m,), intp
        The nearest training product of each new one.
    """
    own = np.arange(len(before))
    if len(own) > ROWS:
        own = np.sort(np.random.default_rng(seed).permutation(own)[:ROWS])
    old, _ = _nearest(before, before[own], own)
    new, nearest = _nearest(before, after, None)
    return old, new, nearest


def _nearest(
    known: NDArray[np.float32], queries: NDArray[np.float32], own: NDArray[np.intp] | None
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    mean, first = np.full(len(queries), np.nan), np.zeros(len(queries), dtype=np.intp)
    count = min(NEAREST, len(known) - (own is not None))
    if count < 1:
        return mean, first
    for start in range(0, len(queries), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        similarity = (queries[part] @ known.T).astype(np.float64)
        if own is not None:
            similarity[np.arange(len(similarity)), own[part]] = -np.inf
        mean[part] = np.partition(similarity, -count, axis=1)[:, -count:].mean(axis=1)
        first[part] = similarity.argmax(axis=1)
    return mean, first


def rarity(before: Sequence[str], after: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return 1 for products whose value next to no training product has, 0 for others.

    Parameters
    ----------
    before : sequence of str, length n
    after : sequence of str, length m

    Returns
    -------
    before : ndarray of shape (n,), float64
        Each training product held against the others.
    after : ndarray of shape (m,), float64
    """
    values, counts = np.unique(np.asarray(before, dtype=object), return_counts=True)
    held = dict(zip(values.tolist(), counts.tolist(), strict=True))
    n = len(before)
    old = [float(held[value] - 1 < SELDOM * (n - 1)) for value in before]
    return np.array(old), np.array([float(held.get(value, 0) < SELDOM * n) for value in after])
