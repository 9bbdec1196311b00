"""How far stated certainty agrees with the outcome: reliability by bins, calibration errors with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from prodcls.metrics import CALIBRATION_BINS, CONFIDENCE, Estimate, exact_interval

__all__ = ["Bin", "Reliability", "calibration_errors", "reliability"]

RESAMPLES = 200
"""Bootstrap draws of the calibration errors."""

CELLS_AT_ONCE = 4_000_000
"""Resampled counts held at a time."""


@dataclass(frozen=True)
class Bin:
    """Products of about equal stated certainty.

    Attributes
    ----------
    stated : float
        Their mean top probability.
    right : Estimate
        Share of right answers with its exact binomial interval.
    rows : int
    """

    stated: float
    right: Estimate
    rows: int


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram and the errors it shows.

    Attributes
    ----------
    bins : tuple of Bin
        Least certain first; `CALIBRATION_BINS` of equal mass, fewer where many probabilities are equal.
    ece : Estimate
        Expected calibration error of the top class, as `prodcls.metrics.expected_calibration_error`.
    classwise_ece : Estimate
        Mean over the classes of the calibration error of each class's own probability.
    """

    bins: tuple[Bin, ...]
    ece: Estimate
    classwise_ece: Estimate


def reliability(probabilities: NDArray[np.float64], labels: NDArray[np.int64], random_state: int) -> Reliability:
    """Hold stated certainty against the outcome.

    The class-wise error is that of Kull et al. (2019), Beyond temperature scaling, section 2, in bins of equal mass.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
    labels : ndarray of shape (n,), int64
    random_state : int

    Returns
    -------
    Reliability

    Raises
    ------
    ValueError
        If there is no row.
    """
    if not len(labels):
        message = "there is no row to hold certainty against"
        raise ValueError(message)
    errors = _errors(_surpluses(probabilities, labels), random_state)
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    diagram = _diagram(_bins(top), top, right)
    return Reliability(diagram, _estimate(errors[:, 0]), _estimate(errors[:, 1:].mean(axis=1)))


def calibration_errors(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[float, float]:
    """Return the calibration error of the top class and the class-wise one, as `reliability`, without intervals.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
        n is at least 1.
    labels : ndarray of shape (n,), int64

    Returns
    -------
    tuple of float
    """
    top, *of_classes = (np.abs(s.sum(axis=0)).sum() / len(labels) for s in _surpluses(probabilities, labels))
    return float(top), float(np.mean(of_classes))


def _surpluses(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> list[sp.csr_matrix]:
    """Return the surplus of certainty by bin, of the top class and then of each class."""
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    found = [_surplus(_bins(top), top - right)]
    for k in range(probabilities.shape[1]):
        of_class = probabilities[:, k]
        found.append(_surplus(_bins(of_class), of_class - (labels == k)))
    return found


def _bins(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the bin of each row, shape (n,); equal values share one."""
    edges = np.quantile(values, np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1])
    return np.searchsorted(edges, values, side="left")


def _surplus(bins: NDArray[np.int64], surplus: NDArray[np.float64]) -> sp.csr_matrix:
    """Return each row's surplus of certainty in the column of its bin; shape (n, `CALIBRATION_BINS`)."""
    return sp.csr_matrix((surplus, (np.arange(len(bins)), bins)), shape=(len(bins), CALIBRATION_BINS))


def _errors(surplus: list[sp.csr_matrix], random_state: int) -> NDArray[np.float64]:
    """Return the calibration error of each matrix, first as measured, then of each draw; (1 + `RESAMPLES`, m)."""
    n, rng = surplus[0].shape[0], np.random.default_rng(random_state)
    stacked = sp.hstack(surplus, format="csr")
    found = [np.abs(np.ones((1, n)) @ stacked)]
    step = max(1, CELLS_AT_ONCE // n)
    for first in range(0, RESAMPLES, step):
        weights = rng.multinomial(n, np.full(n, 1.0 / n), size=min(step, RESAMPLES - first))
        found.append(np.abs(weights @ stacked))
    sums: NDArray[np.float64] = np.concatenate(found).reshape(1 + RESAMPLES, len(surplus), CALIBRATION_BINS)
    errors: NDArray[np.float64] = sums.sum(axis=2) / n
    return errors


def _estimate(errors: NDArray[np.float64]) -> Estimate:
    """Return the first error with the basic bootstrap interval of the others.

    A draw adds its own noise to every bin, so its error lies above the measured one as the measured one lies above the
    true one; the basic interval takes that off twice (Davison and Hinkley 1997, section 5.2).
    """
    tail = (1.0 - CONFIDENCE) / 2.0
    value = float(errors[0])
    low, high = np.quantile(errors[1:], [tail, 1.0 - tail])
    return Estimate(value, max(0.0, 2 * value - float(high)), max(value, 2 * value - float(low)))


def _diagram(bins: NDArray[np.int64], top: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    found = []
    for b in np.unique(bins):
        held = bins == b
        rows, hits = int(held.sum()), int(right[held].sum())
        found.append(Bin(float(top[held].mean()), exact_interval(hits, rows), rows))
    return tuple(found)
