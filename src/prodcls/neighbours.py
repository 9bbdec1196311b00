"""Nearest training products as evidence: the share of each class among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Neighbours", "neighbour_shares"]

CHUNK_ROWS = 1024
"""Rows compared at a time; bounds memory to CHUNK_ROWS x training rows."""


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


def neighbour_shares(
    neighbours: Neighbours,
    queries: NDArray[np.float32],
    n_classes: int,
    own_group: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> NDArray[np.float64]:
    """Return the similarity-weighted share of each class among the nearest training products.

    Parameters
    ----------
    neighbours : Neighbours
    queries : ndarray of shape (n, d), float32
        Unit length.
    n_classes : int
    own_group : tuple of ndarray, optional
        Groups of the queries, shape (n,), and of the training products, shape (m,);
        a product of the query's own group is never its neighbour. Every query needs one of another group.

    Returns
    -------
    ndarray of shape (n, K), float64
        Rows sum to 1.
    """
    shares = np.empty((len(queries), n_classes))
    count = min(neighbours.count, len(neighbours.labels))
    for start in range(0, len(queries), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        similarity = queries[rows] @ neighbours.vectors.T
        if own_group is not None:
            similarity[own_group[0][rows, None] == own_group[1]] = -np.inf
        nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        likeness = np.take_along_axis(similarity, nearest, axis=1).astype(np.float64)
        weight = np.where(np.isneginf(likeness), 0.0, np.maximum(likeness, 1e-6))
        flat = (np.arange(len(nearest))[:, None] * n_classes + neighbours.labels[nearest]).ravel()
        votes = np.bincount(flat, weight.ravel(), len(nearest) * n_classes).reshape(-1, n_classes)
        shares[rows] = votes / votes.sum(axis=1, keepdims=True)
    return shares
