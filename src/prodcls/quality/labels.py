"""Labels in doubt: the same product under two classes, and labels that everything else about a product contradicts.

The second is confident learning (Northcutt, Jiang and Chuang, Confident Learning: Estimating Uncertainty in Dataset
Labels, JAIR 70, 2021): a product counts as confidently of class j when its probability of j reaches the mean
probability of j among the products labelled j. Products confidently of another class than their label are suspects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Suspects", "conflicting_groups", "suspected_labels"]


@dataclass(frozen=True)
class Suspects:
    """Products whose label is in doubt, the least probable label first.

    Attributes
    ----------
    rows : ndarray of shape (m,), intp
    likely : ndarray of shape (m,), int64
        Class that they confidently are of.
    own, other : ndarray of shape (m,), float64
        Probability of the label ("self-confidence") and of the likely class.
    joint : ndarray of shape (K, K), int64
        Products labelled i that are confidently of class j (equation 1 of the paper).
    """

    rows: NDArray[np.intp]
    likely: NDArray[np.int64]
    own: NDArray[np.float64]
    other: NDArray[np.float64]
    joint: NDArray[np.int64]


def suspected_labels(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Suspects:
    """Find the labels that probabilities said without them contradict.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
        Held out: the product's label had no part in them. NaN where nothing is known of a product.
    labels : ndarray of shape (n,), int64

    Returns
    -------
    Suspects
    """
    n, n_classes = probabilities.shape
    known = ~np.isnan(probabilities[:, 0])
    probabilities = np.where(known[:, None], probabilities, 0.0)
    count = np.bincount(labels[known], minlength=n_classes)
    own = probabilities[np.arange(n), labels]
    threshold = np.where(count > 0, np.bincount(labels, own, n_classes) / np.maximum(count, 1), np.inf)
    confident = np.where(probabilities >= threshold, probabilities, -1.0)
    likely = confident.argmax(axis=1).astype(np.int64)
    sure = known & (confident.max(axis=1, initial=-1.0) >= 0.0)
    joint = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(joint, (labels[sure], likely[sure]), 1)
    # Where a class is weak its threshold is low: what is surer of its own label all the same is no suspect.
    rows = np.flatnonzero(sure & (likely != labels) & (probabilities[np.arange(n), likely] > own))
    rows = rows[np.lexsort((rows, own[rows]))]
    return Suspects(rows, likely[rows], own[rows], probabilities[rows, likely[rows]], joint)


def conflicting_groups(groups: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[NDArray[np.intp], ...]:
    """Return the groups of the same product whose rows differ in their label.

    Parameters
    ----------
    groups : ndarray of shape (n,), int64
        The same number: the same product.
    labels : ndarray of shape (n,), int64

    Returns
    -------
    tuple of ndarray of intp
        Rows of each such group, in order of their first row.
    """
    pairs = np.unique(np.stack([groups, labels], axis=1), axis=0) if len(groups) else np.empty((0, 2), np.int64)
    number, count = np.unique(pairs[:, 0], return_counts=True)
    found = (np.flatnonzero(groups == g) for g in number[count > 1])
    return tuple(sorted(found, key=lambda rows: int(rows[0])))
