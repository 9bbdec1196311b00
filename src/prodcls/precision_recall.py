"""Precision against recall, for every class and over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRID", "PrecisionRecall", "precision_recall"]

GRID = np.linspace(0.0, 1.0, 41)
"""Recalls at which curves are given; shape (R,)."""


@dataclass(frozen=True)
class PrecisionRecall:
    """Precision that is left at each recall.

    Attributes
    ----------
    by_class : ndarray of shape (K, R), float64
        Best precision at a threshold that finds at least the share `GRID` of the class; NaN without a row.
    micro : ndarray of shape (R,), float64
        The same for all (row, class) pairs as one task.
    average : ndarray of shape (K,), float64
        Average precision: the area under the stepwise curve; NaN without a row.
    micro_average : float
    """

    by_class: NDArray[np.float64]
    micro: NDArray[np.float64]
    average: NDArray[np.float64]
    micro_average: float

    @property
    def macro(self) -> NDArray[np.float64]:
        """Mean over the classes that have rows, shape (R,)."""
        mean: NDArray[np.float64] = np.nanmean(self.by_class, axis=0)
        return mean


def precision_recall(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> PrecisionRecall:
    """Return the curves of ranking rows by the probability of a class.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
    labels : ndarray of shape (n,), int64

    Returns
    -------
    PrecisionRecall
    """
    n, n_classes = probabilities.shape
    truth = np.zeros((n, n_classes), dtype=np.bool_)
    truth[np.arange(n), labels] = True
    by_class = np.full((n_classes, len(GRID)), np.nan)
    average = np.full(n_classes, np.nan)
    for k in np.unique(labels):
        by_class[k], average[k] = _curve(probabilities[:, k], truth[:, k])
    micro, micro_average = _curve(probabilities.ravel(), truth.ravel())
    return PrecisionRecall(by_class, micro, average, micro_average)


def _curve(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Return the best precision at each recall of `GRID`, and the average precision; equal scores stay together."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    found = np.cumsum(truth[order])[ends]
    precision, recall = found / (ends + 1), found / found[-1]
    average = float((np.diff(recall, prepend=0.0) * precision).sum())
    best = np.maximum.accumulate(precision[::-1])[::-1]  # no lower threshold that finds more may be more precise
    at = np.searchsorted(recall, GRID - 1e-12, side="left")
    return best[np.minimum(at, len(best) - 1)], average
