"""Where a decision stops on the way down the tree: at the deepest node that all classes in question lie below.

A prediction set holds the true class as often as promised. The lowest common ancestor of its classes, and of the
predicted one, then holds it at least as often: whoever is in the set lies below that node. So the promise is kept at
whatever level the decision stops, without a threshold of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.category_paths import path_name
from prodcls.hierarchy import ClassTree
from prodcls.metrics import Estimate, exact_interval

__all__ = ["StopLevel", "Stops", "named_stops", "stop_levels", "stops"]


@dataclass(frozen=True)
class Stops:
    """Where the decisions of n products stop.

    Attributes
    ----------
    depth : ndarray of shape (n,), int64
        Nodes from the top on the path of the predicted class; 0: not even the top is sure.
    leaf : ndarray of shape (n,), bool
        Whether the decision goes down to the predicted class: nothing else is in its set.
    probability : ndarray of shape (n,), float64
        Of all classes at or below the node together; 1 at depth 0.
    """

    depth: NDArray[np.int64]
    leaf: NDArray[np.bool_]
    probability: NDArray[np.float64]


def stops(
    tree: ClassTree, probabilities: NDArray[np.float64], inside: NDArray[np.bool_], predicted: NDArray[np.int64]
) -> Stops:
    """Find the nodes.

    Parameters
    ----------
    tree : ClassTree
    probabilities : ndarray of shape (n, K), float64
    inside : ndarray of shape (n, K), bool
        Prediction sets. An empty one says that nothing fits, so that its decision stops at once.
    predicted : ndarray of shape (n,), int64

    Returns
    -------
    Stops
    """
    depth = np.zeros(len(predicted), dtype=np.int64)
    probability = np.ones(len(predicted))
    going = inside.any(axis=1)
    for level in tree.levels.T:
        here = level[predicted]
        below = level[None, :] == here[:, None]
        going = going & (here >= 0) & ~(inside & ~below).any(axis=1)
        depth += going
        probability = np.where(going, np.minimum((probabilities * below).sum(axis=1), 1.0), probability)
    alone = (inside.sum(axis=1) == 1) & inside[np.arange(len(predicted)), predicted]
    return Stops(depth, alone, probability)


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
        Share whose true class lies at or below the node, or is the class; exact binomial interval; None without rows.
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
    right = np.where(found.leaf, labels == predicted, tree.shared(labels, predicted) >= found.depth)
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
