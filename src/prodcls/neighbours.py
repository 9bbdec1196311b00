"""Nearest training products as evidence: the share of each class among them, and how near each class comes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prodcls.row_products import row_products

__all__ = ["Compared", "NeighbourScores", "Neighbours", "OwnGroups", "compare", "neighbour_scores", "rows_at_once"]

CHUNK_ROWS = 1024
"""Most rows compared at a time."""

CELLS_AT_ONCE = 2**25
"""Similarities held at a time: with many training products fewer rows are compared at a time."""

STRETCH = 64
"""Training products in a row of which the most similar one is found first, where there are many stretches."""

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
    def by_class(self) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.intp]]:
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


class OwnGroups:
    """Which training products are of a group.

    Parameters
    ----------
    groups : ndarray of shape (m,), int64
        Of the training products.
    """

    def __init__(self, groups: NDArray[np.int64]) -> None:
        self._order = np.argsort(groups, kind="stable")
        self._sorted = groups[self._order]

    def pairs(self, groups: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return places in ``groups``, and with each a training product of that group, by pairs."""
        first, last = (np.searchsorted(self._sorted, groups, side=side) for side in ("left", "right"))
        return _ranges(first, last - first, self._order)


@dataclass(frozen=True)
class Compared:
    """Similarities of some products with all training products.

    Attributes
    ----------
    neighbours : Neighbours
    similarity : ndarray of shape (r, m), float32
        ``-inf`` for training products that must not count.
    """

    neighbours: Neighbours
    similarity: NDArray[np.float32]

    def shares(self, n_classes: int) -> NDArray[np.float64]:
        """Return the similarity-weighted share of each class among the nearest, shape (r, K)."""
        similarity, labels = self.similarity, self.neighbours.labels
        nearest = _nearest(similarity, min(self.neighbours.count, len(labels)))
        likeness = np.take_along_axis(similarity, nearest, axis=1).astype(np.float64)
        weight = np.where(np.isneginf(likeness), 0.0, np.maximum(likeness, 1e-6))
        flat = (np.arange(len(nearest))[:, None] * n_classes + labels[nearest]).ravel()
        votes = np.bincount(flat, weight.ravel(), len(nearest) * n_classes).reshape(-1, n_classes)
        shares: NDArray[np.float64] = votes / votes.sum(axis=1, keepdims=True)
        return shares

    def closest(self, n_classes: int) -> NDArray[np.float64]:
        """Return the similarity to the nearest training product of each class, shape (r, K)."""
        order, known, first = self.neighbours.by_class
        found = np.zeros((len(self.similarity), n_classes))
        # In the order of the classes row by row; plain indexing would lay it out column by column.
        found[:, known] = _rounded(np.maximum.reduceat(np.take(self.similarity, order, axis=1), first, axis=1))
        return found

    def closest_of(self, classes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the same of some classes of each product, ``classes`` of shape (r, M), without looking at the others.

        It takes the less time, the smaller the classes are.
        """
        order, known, first = self.neighbours.by_class
        last = np.append(first[1:], len(order))
        place = np.minimum(np.searchsorted(known, classes), len(known) - 1)
        there = known[place] == classes
        count = np.where(there, (last - first)[place], 0).ravel()
        row, column = _ranges(first[place].ravel(), count, order)
        found = np.full(count.shape, -np.inf, dtype=np.float32)
        begins = np.cumsum(count) - count
        if len(column):
            values = self.similarity[row // classes.shape[1], column]
            found[count > 0] = np.maximum.reduceat(values, begins[count > 0])
        return _rounded(found.reshape(classes.shape))

    def best(self) -> NDArray[np.float64]:
        """Return the similarity to the nearest training product of all, shape (r,)."""
        return _rounded(self.similarity.max(axis=1))


def compare(
    neighbours: Neighbours,
    queries: NDArray[np.float32],
    own: tuple[OwnGroups, NDArray[np.int64]] | None = None,
    *,
    apart: bool = False,
) -> Compared:
    """Compare products with the training products.

    Parameters
    ----------
    neighbours : Neighbours
    queries : ndarray of shape (r, d), float32
        Unit length; at most `rows_at_once` of them.
    own : tuple, optional
        Groups of the training products, and those of the queries, shape (r,): a product of the query's own group is
        never its neighbour. Every query needs one of another group.
    apart : bool
        As in `row_products`.

    Returns
    -------
    Compared
    """
    similarity = row_products(queries, neighbours.vectors.T, apart=apart)
    if own is not None:
        similarity[own[0].pairs(own[1])] = -np.inf
    return Compared(neighbours, similarity)


def rows_at_once(neighbours: Neighbours) -> int:
    """Return how many products are compared at a time."""
    return max(1, min(CHUNK_ROWS, CELLS_AT_ONCE // max(len(neighbours.labels), 1)))


def neighbour_scores(
    neighbours: Neighbours, queries: NDArray[np.float32], n_classes: int, *, apart: bool = False
) -> NeighbourScores:
    """Compare products with the training products, any number of them.

    Parameters
    ----------
    neighbours : Neighbours
    queries : ndarray of shape (n, d), float32
        Unit length.
    n_classes : int
    apart : bool
        As in `row_products`.

    Returns
    -------
    NeighbourScores
    """
    shares, closest = np.empty((len(queries), n_classes)), np.empty((len(queries), n_classes))
    step = rows_at_once(neighbours)
    for start in range(0, len(queries), step):
        rows = slice(start, start + step)
        found = compare(neighbours, queries[rows], apart=apart)
        shares[rows], closest[rows] = found.shares(n_classes), found.closest(n_classes)
    return NeighbourScores(shares, closest)


def _nearest(similarity: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the places of the ``count`` largest of each row, shape (r, count), in no order."""
    rows, width = similarity.shape
    whole = width // STRETCH
    if whole < STRETCH * count:
        found: NDArray[np.intp] = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
        return found
    # The largest lie in those stretches that have the largest maxima; the rest of the row is a stretch of its own.
    maxima = similarity[:, : whole * STRETCH].reshape(rows, whole, STRETCH).max(axis=2)
    rest = similarity[:, whole * STRETCH :].max(axis=1, initial=-np.inf)
    stretches = np.argpartition(-np.column_stack([maxima, rest]), count - 1, axis=1)[:, :count]
    places = (np.sort(stretches, axis=1)[:, :, None] * STRETCH + np.arange(STRETCH)).reshape(rows, -1)
    values = np.take_along_axis(similarity, np.minimum(places, width - 1), axis=1)
    values[places >= width] = -np.inf
    chosen = np.argpartition(-values, count - 1, axis=1)[:, :count]
    nearest: NDArray[np.intp] = np.minimum(np.take_along_axis(places, chosen, axis=1), width - 1)
    return nearest


def _ranges(
    first: NDArray[np.intp], count: NDArray[np.intp], order: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the number of each range, once for each of its places, and what stands in ``order`` at the place."""
    number = np.repeat(np.arange(len(count)), count)
    offset = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count)
    return number, order[first[number] + offset]


def _rounded(similarity: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.round(np.clip(similarity, 0.0, 1.0).astype(np.float64), DIGITS), dtype=np.float64)
