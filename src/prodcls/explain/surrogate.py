"""A small tree of questions that stands in for the model, and how far it may be trusted.

Two classes are put before the tree: the predicted one and the runner-up, in both orders. It sees by how much the first
one is ahead in each named evidence and says which of the two the model takes. How often it agrees with the model is
counted on products that it has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

__all__ = ["MAX_DEPTH", "Surrogate", "TreeNode", "fit_surrogate"]

MAX_DEPTH = 4

LEAST_SHARE = 0.01
"""Least share of all comparisons in a leaf."""

WORTH = 0.005
"""Fidelity that another level of questions must add."""


@dataclass(frozen=True)
class TreeNode:
    """A question or an answer.

    Attributes
    ----------
    feature : int or None
        What is asked: whether the lead in it is above ``threshold``; None for an answer.
    threshold : float
    below, above : int
        Numbers of the next nodes; -1 for an answer.
    share : float
        Of all comparisons, those that come here.
    first : float
        Of these, those in which the model takes the first class.
    """

    feature: int | None
    threshold: float
    below: int
    above: int
    share: float
    first: float


@dataclass(frozen=True)
class Surrogate:
    """A tree and its fidelity.

    Attributes
    ----------
    nodes : tuple of TreeNode
        The root first, each followed by all that is below it.
    depth : int
        Questions in the longest path.
    fidelity : float
        Share of held-out comparisons in which the tree and the model take the same class.
    stump : float
        The same for one question alone.
    products : int
    """

    nodes: tuple[TreeNode, ...]
    depth: int
    fidelity: float
    stump: float
    products: int


def fit_surrogate(leads: NDArray[np.float64], fold: NDArray[np.int64]) -> Surrogate | None:
    """Fit a tree of the least depth that agrees with the model about as often as a deeper one.

    Parameters
    ----------
    leads : ndarray of shape (n, C), float64
        Evidence of the class that the model takes, less that of its runner-up.
    fold : ndarray of shape (n,), int64
        Products of one fold are held out together.

    Returns
    -------
    Surrogate or None
        None with fewer than two folds, or no evidence that differs.
    """
    folds = np.unique(fold)
    if len(folds) < 2 or not np.ptp(leads, axis=0).any():
        return None
    fidelity = [_fidelity(leads, fold, depth) for depth in range(1, MAX_DEPTH + 1)]
    depth = next(d for d, f in enumerate(fidelity, start=1) if f >= max(fidelity) - WORTH)
    tree = _fit(leads, depth)
    nodes = _nodes(tree)
    return Surrogate(nodes, _depth(nodes, 0), fidelity[depth - 1], fidelity[0], len(leads))


def _mirrored(leads: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return each pair in both orders, and whether the model takes the first class."""
    return np.vstack([leads, -leads]), np.repeat([1, 0], len(leads))


def _fit(leads: NDArray[np.float64], depth: int) -> DecisionTreeClassifier:
    x, y = _mirrored(leads)
    least = max(1, round(LEAST_SHARE * len(x)))
    return DecisionTreeClassifier(max_depth=depth, min_samples_leaf=least, random_state=0).fit(x, y)


def _fidelity(leads: NDArray[np.float64], fold: NDArray[np.int64], depth: int) -> float:
    agreed = 0.0
    for k in np.unique(fold):
        tree = _fit(leads[fold != k], depth)
        x, y = _mirrored(leads[fold == k])
        agreed += float((tree.predict(x) == y).sum()) / 2
    return agreed / len(leads)


def _nodes(tree: DecisionTreeClassifier) -> tuple[TreeNode, ...]:
    """Return the nodes without questions to which both answers say the same."""
    t = tree.tree_
    first = t.value[:, 0, 1]
    total = float(t.weighted_n_node_samples[0])
    said: dict[int, bool | None] = {}  # what a node says whatever the answers below it
    for i in reversed(range(t.node_count)):
        below, above = int(t.children_left[i]), int(t.children_right[i])
        said[i] = bool(first[i] > 0.5) if below < 0 else said[below] if said[below] == said[above] else None
    nodes: list[TreeNode] = []

    def add(i: int) -> int:
        at = len(nodes)
        share, taken = float(t.weighted_n_node_samples[i]) / total, float(first[i])
        nodes.append(TreeNode(None, 0.0, -1, -1, share, taken))
        if said[i] is None:
            below, above = add(int(t.children_left[i])), add(int(t.children_right[i]))
            nodes[at] = TreeNode(int(t.feature[i]), float(t.threshold[i]), below, above, share, taken)
        return at

    add(0)
    return tuple(nodes)


def _depth(nodes: tuple[TreeNode, ...], at: int) -> int:
    node = nodes[at]
    return 0 if node.feature is None else 1 + max(_depth(nodes, node.below), _depth(nodes, node.above))
