"""Classes as leaves of a tree: which of them lie below a node, and figures that give credit for the right branch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prodcls.category_paths import name_key
from prodcls.metrics import CONFIDENCE, RESAMPLES, Estimate, exact_interval

__all__ = ["ClassTree", "Hierarchical", "hierarchical"]


@dataclass(frozen=True)
class ClassTree:
    """Classes with their paths.

    Attributes
    ----------
    paths : tuple of tuple of str, length K
        Of each class, from the top; the class itself is the last node. None of them empty.
    """

    paths: tuple[tuple[str, ...], ...]

    @cached_property
    def depths(self) -> NDArray[np.int64]:
        """Nodes on the path of each class, shape (K,)."""
        return np.array([len(path) for path in self.paths], dtype=np.int64)

    @cached_property
    def levels(self) -> NDArray[np.int64]:
        """Number of the node of each class at each level, shape (K, depth), the top first; -1 below the class."""
        numbers: dict[tuple[str, ...], int] = {}
        found = np.full((len(self.paths), int(self.depths.max())), -1, dtype=np.int64)
        for k, path in enumerate(self.paths):
            key = tuple(map(name_key, path))
            for depth in range(1, len(key) + 1):
                found[k, depth - 1] = numbers.setdefault(key[:depth], len(numbers))
        return found

    def shared(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many nodes from the top the paths of two classes, numbered in (n,), have in common, shape (n,)."""
        a, b = self.levels[one], self.levels[other]
        count: NDArray[np.int64] = ((a == b) & (a >= 0)).sum(axis=1)
        return count

    def below(self, k: int, depth: int) -> NDArray[np.bool_]:
        """Return which classes lie at or below the node of class ``k`` at ``depth``, shape (K,); all for depth 0."""
        if depth == 0:
            return np.ones(len(self.paths), dtype=np.bool_)
        inside: NDArray[np.bool_] = self.levels[:, depth - 1] == self.levels[k, depth - 1]
        return inside


@dataclass(frozen=True)
class Hierarchical:
    """Precision and recall over nodes of the tree instead of classes.

    Attributes
    ----------
    precision, recall, f1 : Estimate
        In [0, 1]; percentile bootstrap intervals over rows.
    levels : tuple of Estimate
        Share of rows that are right down to each level, the top first; exact binomial intervals.
    """

    precision: Estimate
    recall: Estimate
    f1: Estimate
    levels: tuple[Estimate, ...]


def hierarchical(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], tree: ClassTree, random_state: int = 0
) -> Hierarchical:
    """Return figures that count every node on the way from the top (Kiritchenko et al. 2006, section 3).

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        At least one row.
    predicted : ndarray of shape (n,), int64
    tree : ClassTree
    random_state : int

    Returns
    -------
    Hierarchical
    """
    shared, of_label, of_guess = tree.shared(labels, predicted), tree.depths[labels], tree.depths[predicted]
    kinds, counts = np.unique(np.stack([shared, of_guess, of_label], axis=1), axis=0, return_counts=True)
    # Rows that count alike are drawn together: the same bootstrap over rows, with far fewer numbers.
    drawn = np.random.default_rng(random_state).multinomial(len(labels), counts / len(labels), RESAMPLES)
    value, samples = _figures(counts[None], kinds)[:, 0], _figures(drawn, kinds)
    longest = np.maximum(of_label, of_guess)  # a guess that goes on below the true class is wrong there
    right = [int((shared >= np.minimum(level, longest)).sum()) for level in range(1, tree.levels.shape[1] + 1)]
    precision, recall, f1 = (_percentile(float(v), of) for v, of in zip(value, samples, strict=True))
    return Hierarchical(precision, recall, f1, tuple(exact_interval(hits, len(labels)) for hits in right))


def _figures(counts: NDArray[np.int64], kinds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return precision, recall and F1 of m samples, shape (3, m), from rows by kind, shape (m, kinds)."""
    shared, of_guess, of_label = (counts @ kinds).astype(np.float64).T
    found: NDArray[np.float64] = np.stack([shared / of_guess, shared / of_label, 2 * shared / (of_guess + of_label)])
    return found


def _percentile(value: float, samples: NDArray[np.float64]) -> Estimate:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(samples, [tail, 1 - tail])
    return Estimate(value, float(low), float(high))
