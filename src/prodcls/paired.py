"""Two models on the same products: who became right or wrong, and whether chance alone may do that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import binomtest

from prodcls.metrics import CONFIDENCE, RESAMPLES, Estimate

__all__ = ["PairedFigures", "compare_predictions", "mcnemar"]

CELLS_AT_ONCE = 4_000_000
"""Resampled counts held at a time."""


@dataclass(frozen=True)
class PairedFigures:
    """What changed on n products from one model to another.

    Attributes
    ----------
    products : int
    right_before, right_after : int
    lost, gained : int
        Products on which only the earlier, and only the later model is right.
    p_value : float
        Of `mcnemar`.
    accuracy, macro_f1 : Estimate
        Later less earlier, with the bootstrap interval of the difference.
    """

    products: int
    right_before: int
    right_after: int
    lost: int
    gained: int
    p_value: float
    accuracy: Estimate
    macro_f1: Estimate


def mcnemar(lost: int, gained: int) -> float:
    """Return the probability of a difference at least as large where neither model is better.

    The exact form of the test of McNemar (1947): two-sided, binomial over the products on which one model alone is
    right.

    Parameters
    ----------
    lost : int
    gained : int

    Returns
    -------
    float
        In (0, 1]; 1 where the models differ on no product.

    Examples
    --------
    >>> round(mcnemar(2, 10), 6), mcnemar(0, 0)
    (0.038574, 1.0)
    """
    return float(binomtest(min(lost, gained), lost + gained).pvalue) if lost + gained else 1.0


def compare_predictions(
    labels: NDArray[np.int64],
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    n_classes: int,
    random_state: int,
) -> PairedFigures:
    """Compare two sets of predictions for the same products.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Class numbers from 0; at least one product.
    before : ndarray of shape (n,), int64
    after : ndarray of shape (n,), int64
    n_classes : int
    random_state : int

    Returns
    -------
    PairedFigures
    """
    cells, counts = np.unique(np.stack([labels, before, after], axis=1), axis=0, return_counts=True)
    was, now = before == labels, after == labels
    lost, gained = int((was & ~now).sum()), int((~was & now).sum())
    rng = np.random.default_rng(random_state)
    step = max(1, CELLS_AT_ONCE // len(counts))
    differences = [_differences(counts[None], cells, n_classes)]
    for first in range(0, RESAMPLES, step):
        drawn = rng.multinomial(len(labels), counts / len(labels), size=min(step, RESAMPLES - first))
        differences.append(_differences(drawn, cells, n_classes))
    accuracy, macro_f1 = np.concatenate(differences, axis=1)
    return PairedFigures(
        products=len(labels),
        right_before=int(was.sum()),
        right_after=int(now.sum()),
        lost=lost,
        gained=gained,
        p_value=mcnemar(lost, gained),
        accuracy=_estimate(accuracy),
        macro_f1=_estimate(macro_f1),
    )


def _differences(counts: NDArray[np.int64], cells: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    """Return by how much accuracy and macro-F1 differ in m draws of (label, before, after) cells; shape (2, m)."""
    labels, before, after = cells.T
    found = []
    for guess in (before, after):
        right = counts @ _one_hot(labels, n_classes, labels == guess)
        rows, guesses = counts @ _one_hot(labels, n_classes), counts @ _one_hot(guess, n_classes)
        f1 = 2.0 * right / np.maximum(rows + guesses, 1.0)
        held = rows > 0
        found.append([right.sum(axis=1) / counts.sum(axis=1), (f1 * held).sum(axis=1) / held.sum(axis=1)])
    difference: NDArray[np.float64] = np.subtract(found[1], found[0])
    return difference


def _one_hot(classes: NDArray[np.int64], n_classes: int, weights: NDArray[np.bool_] | None = None) -> sp.csr_matrix:
    values = np.ones(len(classes)) if weights is None else weights.astype(float)
    return sp.csr_matrix((values, (np.arange(len(classes)), classes)), shape=(len(classes), n_classes))


def _estimate(figures: NDArray[np.float64]) -> Estimate:
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(figures[1:], [tail, 1.0 - tail])
    return Estimate(float(figures[0]), float(low), float(high))
