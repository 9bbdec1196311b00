"""Figures that give credit for the right branch, where class names are paths such as ``Home >> Kitchen``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SEPARATORS", "Hierarchical", "class_paths", "hierarchical"]

SEPARATORS = (">>", ">", "/")
"""What may part the levels of a path, the first that fits."""


@dataclass(frozen=True)
class Hierarchical:
    """Precision and recall over nodes of the tree instead of classes.

    Attributes
    ----------
    precision, recall, f1 : float
        In [0, 1].
    levels : tuple of float
        Share of rows that are right down to each level, the top first.
    """

    precision: float
    recall: float
    f1: float
    levels: tuple[float, ...]


def class_paths(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...] | None:
    """Return each class as a path from the top; None where the names are no paths.

    They are paths where one separator stands in every name and some top is shared. A single slash is also common
    within plain names ("TV/Audio"), so with ``/`` all names must have the same number of levels.

    Parameters
    ----------
    names : tuple of str

    Returns
    -------
    tuple of tuple of str, or None
    """
    for separator in SEPARATORS:
        paths = tuple(tuple(part.strip() for part in name.split(separator)) for name in names)
        if not all(len(path) > 1 and all(path) for path in paths):
            continue
        if len({path[0] for path in paths}) == len(paths):
            continue
        if separator == "/" and len({len(path) for path in paths}) > 1:
            continue
        return paths
    return None


def hierarchical(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], paths: tuple[tuple[str, ...], ...]
) -> Hierarchical:
    """Return figures that count every node on the way from the top (Kiritchenko et al. 2006, section 3).

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        At least one row.
    predicted : ndarray of shape (n,), int64
    paths : tuple of tuple of str
        Of each class.

    Returns
    -------
    Hierarchical
    """
    depth = np.array([len(path) for path in paths])
    common = np.array([[_shared(a, b) for b in paths] for a in paths])
    shared = common[labels, predicted]
    precision = float(shared.sum() / depth[predicted].sum())
    recall = float(shared.sum() / depth[labels].sum())
    total = precision + recall
    levels = [float((shared >= np.minimum(level, depth[labels])).mean()) for level in range(1, int(depth.max()) + 1)]
    return Hierarchical(precision, recall, 2 * precision * recall / total if total else 0.0, tuple(levels))


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many levels from the top two paths have in common."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
