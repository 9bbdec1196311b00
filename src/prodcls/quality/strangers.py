"""Products that are like nothing else, and products whose text and photo speak of different classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.embeddings import Embeddings

__all__ = ["Disagreement", "disagreements", "remoteness"]

NEAREST = 3
"""Nearest products of other groups, whose mean similarity is looked at."""

CHUNK_ROWS = 1024
"""Rows compared at a time; bounds memory to CHUNK_ROWS x rows."""

MAX_ROWS = 20_000
"""Products up to which all are compared with all: time grows with the square of their number."""

NORMAL = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution (Hampel 1974)."""


@dataclass(frozen=True)
class Disagreement:
    """Products whose text is sure of one class and whose photo is sure of another, the surest first.

    Attributes
    ----------
    rows : ndarray of shape (m,), intp
    text, photo : ndarray of shape (m,), int64
        The classes.
    sure : ndarray of shape (m,), float64
        The smaller of the two probabilities.
    """

    rows: NDArray[np.intp]
    text: NDArray[np.int64]
    photo: NDArray[np.int64]
    sure: NDArray[np.float64]


def remoteness(blocks: Mapping[str, Embeddings], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how far each product is from its nearest ones of other groups, as a mean over its blocks.

    Parameters
    ----------
    blocks : mapping of str to Embeddings
        Of n products, vectors of unit length.
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.

    Returns
    -------
    ndarray of shape (n,), float64
        Robust standard deviations (median and median absolute deviation) below what is usual in the block; NaN where a
        product has no block, and everywhere above `MAX_ROWS` products.
    """
    found = [_remoteness(e, groups) for e in blocks.values()] if len(groups) <= MAX_ROWS else []
    table = np.stack(found) if found else np.empty((0, len(groups)))
    known = ~np.isnan(table)
    count = known.sum(axis=0)
    total = np.where(known, table, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _remoteness(block: Embeddings, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    out = np.full(len(groups), np.nan)
    rows = np.flatnonzero(block.present)
    if len(np.unique(groups[rows])) <= NEAREST:
        return out
    likeness = np.empty(len(rows))
    for start in range(0, len(rows), CHUNK_ROWS):
        own = rows[start : start + CHUNK_ROWS]
        similarity = block.vectors[own] @ block.vectors[rows].T
        similarity[groups[own][:, None] == groups[rows]] = -1.0
        likeness[start : start + len(own)] = np.partition(similarity, -NEAREST, axis=1)[:, -NEAREST:].mean(axis=1)
    middle = np.median(likeness)
    spread = NORMAL * float(np.median(np.abs(likeness - middle)))
    out[rows] = (middle - likeness) / spread if spread > 0 else 0.0
    return out


def disagreements(text: NDArray[np.float64], photo: NDArray[np.float64], *, least: float = 0.9) -> Disagreement:
    """Find products whose text and photo are each sure, of different classes.

    Parameters
    ----------
    text : ndarray of shape (n, K), float64
        Held-out probabilities by the words alone; NaN where there are none.
    photo : ndarray of shape (n, K), float64
        The same by the photo alone.
    least : float
        Probability from which on it is sure.

    Returns
    -------
    Disagreement
    """
    known = ~np.isnan(text[:, 0]) & ~np.isnan(photo[:, 0])
    said, seen = np.where(known[:, None], text, 0.0), np.where(known[:, None], photo, 0.0)
    a, b = said.argmax(axis=1).astype(np.int64), seen.argmax(axis=1).astype(np.int64)
    sure = np.minimum(said.max(axis=1, initial=0.0), seen.max(axis=1, initial=0.0))
    rows = np.flatnonzero(known & (a != b) & (sure >= least))
    rows = rows[np.lexsort((rows, -sure[rows]))]
    return Disagreement(rows, a[rows], b[rows], sure[rows])
