"""Where a decision stops on the way down the tree: at the deepest node that is probable enough.

The probability of a node is the sum over the classes below it, so that it grows from the class up to the top. How
probable is enough is found on rows that the model has not seen: the least threshold at which the nodes that are named
hold the true class as often as asked for, one further error counted in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.category_paths import path_name
from prodcls.conformal import parts_of
from prodcls.hierarchy import ClassTree
from prodcls.metrics import Estimate, exact_interval

__all__ = ["NEVER", "StopLevel", "StopRule", "Stops", "fit_stops", "held_out_stops", "named_stops", "stop_levels"]

NEVER = 2.0
"""Threshold that no node reaches."""


@dataclass(frozen=True)
class Stops:
    """Where the decisions of n products stop.

    Attributes
    ----------
    depth : ndarray of shape (n,), int64
        Nodes from the top on the path of the predicted class; 0: not even the top is sure.
    leaf : ndarray of shape (n,), bool
        Whether the decision goes down to the predicted class.
    probability : ndarray of shape (n,), float64
        Of all classes at or below the node together; 1 at depth 0.
    """

    depth: NDArray[np.int64]
    leaf: NDArray[np.bool_]
    probability: NDArray[np.float64]


@dataclass(frozen=True)
class StopRule:
    """How far down a decision goes.

    Attributes
    ----------
    tree : ClassTree
    coverage : float
        Share of the named nodes that are to hold the true class, in (0, 1).
    least : float
        Least probability of a node that is named, in [0, 2]; above 1 none is.
    """

    tree: ClassTree
    coverage: float
    least: float

    def stops(self, probabilities: NDArray[np.float64], predicted: NDArray[np.int64]) -> Stops:
        """Find the nodes.

        Parameters
        ----------
        probabilities : ndarray of shape (n, K), float64
        predicted : ndarray of shape (n,), int64

        Returns
        -------
        Stops
        """
        said = _along(self.tree, probabilities, predicted)
        depth = (said >= self.least).sum(axis=1)  # from the top down they only fall
        reached = np.take_along_axis(said, np.maximum(depth - 1, 0)[:, None], axis=1)[:, 0]
        return Stops(depth, depth == self.tree.depths[predicted], np.where(depth > 0, reached, 1.0))


def _along(tree: ClassTree, probabilities: NDArray[np.float64], predicted: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probability of each node on the path of the predicted class, shape (n, depth); -1 below the class."""
    said = np.full((len(predicted), tree.levels.shape[1]), -1.0)
    for i, level in enumerate(tree.levels.T):
        here = level[predicted]
        summed = (probabilities * (level[None, :] == here[:, None])).sum(axis=1)
        said[:, i] = np.where(here >= 0, np.minimum(summed, 1.0), -1.0)
    return np.minimum.accumulate(said, axis=1)  # sums of fewer terms can be larger by rounding


def fit_stops(
    tree: ClassTree,
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    coverage: float,
) -> StopRule:
    """Find how probable a node must be.

    A row is wrong at a threshold where the first node on its way that does not hold the true class still reaches it,
    and named where its top does.

    Parameters
    ----------
    tree : ClassTree
    probabilities : ndarray of shape (n, K), float64
        From models that have not seen the rows.
    labels : ndarray of shape (n,), int64
    predicted : ndarray of shape (n,), int64
    coverage : float

    Returns
    -------
    StopRule
    """
    said = _along(tree, probabilities, predicted)
    shared = tree.shared(labels, predicted)
    first_wrong = np.column_stack([said, np.full(len(labels), -1.0)])[np.arange(len(labels)), shared]
    wrong, top = np.sort(first_wrong), np.sort(said[:, 0])
    tried = np.unique(np.concatenate([[0.0], said[said >= 0]]))
    errors = len(wrong) - np.searchsorted(wrong, tried, side="left")
    named = len(top) - np.searchsorted(top, tried, side="left")
    holds = errors + 1 <= (1.0 - coverage) * named
    return StopRule(tree, coverage, float(tried[holds][0]) if holds.any() else NEVER)


def held_out_stops(
    tree: ClassTree,
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    predicted: NDArray[np.int64],
    coverage: float,
) -> Stops:
    """Find the node of each row by a threshold in which its own part, with its near-duplicates, had no say.

    Parameters
    ----------
    tree : ClassTree
    probabilities : ndarray of shape (n, K), float64
        From models that have not seen the rows.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    predicted : ndarray of shape (n,), int64
    coverage : float

    Returns
    -------
    Stops
    """
    n = len(labels)
    found = Stops(np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_), np.ones(n))
    part = parts_of(groups)
    for p in np.unique(part):
        here, others = part == p, part != p
        if others.any():
            rule = fit_stops(tree, probabilities[others], labels[others], predicted[others], coverage)
            there = rule.stops(probabilities[here], predicted[here])
            found.depth[here], found.leaf[here], found.probability[here] = there.depth, there.leaf, there.probability
    return found


def named_stops(
    tree: ClassTree, found: Stops, predicted: NDArray[np.int64]
) -> tuple[list[str | None], list[float | None]]:
    """Return the path of each node as it is written and its probability; None for both where there is no node.

    Parameters
    ----------
    tree : ClassTree
    found : Stops
        Of n products.
    predicted : ndarray of shape (n,), int64

    Returns
    -------
    tuple of (list of (str or None), list of (float or None))
        Each of length n.
    """
    paths = [
        path_name(tree.paths[k][:d]) or None for k, d in zip(predicted.tolist(), found.depth.tolist(), strict=True)
    ]
    said = zip(found.probability.tolist(), paths, strict=True)
    return paths, [None if path is None else probability for probability, path in said]


@dataclass(frozen=True)
class StopLevel:
    """Decisions that stop at one level.

    Attributes
    ----------
    depth : int
        Nodes from the top; 0 for none, and for those that go down to the class, whose depths differ.
    leaf : bool
        Whether they go down to the class.
    rows : int
    right : Estimate or None
        Share whose true class lies at or below the node, exact binomial interval; None without rows.
    stated : float
        Mean probability of the node; 1 without rows.
    """

    depth: int
    leaf: bool
    rows: int
    right: Estimate | None
    stated: float


def stop_levels(
    tree: ClassTree, found: Stops, labels: NDArray[np.int64], predicted: NDArray[np.int64]
) -> list[StopLevel]:
    """Count decisions by where they stop.

    Parameters
    ----------
    tree : ClassTree
    found : Stops
        Of n products.
    labels : ndarray of shape (n,), int64
    predicted : ndarray of shape (n,), int64

    Returns
    -------
    list of StopLevel
        Down to the class first, then from the deepest level up, and those without a node last.
    """
    right = tree.shared(labels, predicted) >= found.depth
    parts = [(0, True, found.leaf)]
    parts += [(d, False, ~found.leaf & (found.depth == d)) for d in range(tree.levels.shape[1], -1, -1)]
    return [
        StopLevel(
            depth,
            leaf,
            int(rows.sum()),
            exact_interval(int(right[rows].sum()), int(rows.sum())) if rows.any() else None,
            float(found.probability[rows].mean()) if rows.any() else 1.0,
        )
        for depth, leaf, rows in parts
        if leaf or depth == 0 or rows.any()
    ]
