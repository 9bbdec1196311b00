"""Nearest training products as evidence: the share of each class among them, and how near each class comes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prodcls.row_products import row_products

__all__ = ["NeighbourScores", "Neighbours", "neighbour_scores"]

CHUNK_ROWS = 1024
"""Rows compared at a time; bounds memory to CHUNK_ROWS x training rows."""

DIGITS = 3
"""Decimals of the closest similarity. The last digits of float32 vary with the batch, and must not decide on which side
of a threshold a product falls that is its own closest one."""


@dataclass(frozen=True)
class Neighbours:
    """The training products of one block.

    Attributes
    ----------
    vectors : ndarray of shape (m, d), float32
        Unit length.
    labels : ndarray of shape (m,), int64
    count : int
        Neighbours looked at.
    """

    vectors: NDArray[np.float32]
    labels: NDArray[np.int64]
    count: int

    @cached_property
    def _by_class(self) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.intp]]:
        """Return the rows in order of their class, the classes there are, and where each begins in that order."""
        order = np.argsort(self.labels, kind="stable")
        known, first = np.unique(self.labels[order], return_index=True)
        return order, known, first


@dataclass(frozen=True)
class NeighbourScores:
    """What the training products of one block say of n products.

    Attributes
    ----------
    shares : ndarray of shape (n, K), float64
        Similarity-weighted share of each class among the nearest training products; rows sum to 1.
    closest : ndarray of shape (n, K), float64
        Cosine similarity to the nearest training product of each class, in [0, 1], to three decimals; 0 where it is
        negative or a class has none. Unlike the shares it tells a product that is like nothing known from one that is.
    """

    shares: NDArray[np.float64]
    closest: NDArray[np.float64]


def neighbour_scores(
    neighbours: Neighbours,
    queries: NDArray[np.float32],
    n_classes: int,
    own_group: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
    *,
    apart: bool = False,
) -> NeighbourScores:
    """Compare products with the training products.

    Parameters
    ----------
    neighbours : Neighbours
    queries : ndarray of shape (n, d), float32
        Unit length.
    n_classes : int
    own_group : tuple of ndarray, optional
        Groups of the queries, shape (n,), and of the training products, shape (m,);
        a product of the query's own group is never its neighbour. Every query needs one of another group.
    apart : bool
        As in `row_products`.

    Returns
    -------
    NeighbourScores
    """
    shares, closest = np.empty((len(queries), n_classes)), np.zeros((len(queries), n_classes))
    order, known, first = neighbours._by_class
    for start in range(0, len(queries), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        similarity = row_products(queries[rows], neighbours.vectors.T, apart=apart)
        if own_group is not None:
            similarity[own_group[0][rows, None] == own_group[1]] = -np.inf
        shares[rows] = _shares(similarity, neighbours, n_classes)
        # In the order of the classes row by row; plain indexing would lay it out column by column.
        nearest = np.maximum.reduceat(np.take(similarity, order, axis=1), first, axis=1)
        closest[rows, known] = np.round(np.clip(nearest, 0.0, 1.0).astype(np.float64), DIGITS)
    return NeighbourScores(shares, closest)


def _shares(similarity: NDArray[np.float32], neighbours: Neighbours, n_classes: int) -> NDArray[np.float64]:
    count = min(neighbours.count, len(neighbours.labels))
    nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    likeness = np.take_along_axis(similarity, nearest, axis=1).astype(np.float64)
    weight = np.where(np.isneginf(likeness), 0.0, np.maximum(likeness, 1e-6))
    flat = (np.arange(len(nearest))[:, None] * n_classes + neighbours.labels[nearest]).ravel()
    votes = np.bincount(flat, weight.ravel(), len(nearest) * n_classes).reshape(-1, n_classes)
    shares: NDArray[np.float64] = votes / votes.sum(axis=1, keepdims=True)
    return shares
