"""How good predictions are, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import scipy.special
from numpy.typing import NDArray

__all__ = [
    "ClassScores",
    "Estimate",
    "Scores",
    "confusion_counts",
    "evaluate",
    "exact_interval",
    "expected_calibration_error",
    "log_loss",
]

RESAMPLES = 1000
CONFIDENCE = 0.95
CALIBRATION_BINS = 15
LEAST_PROBABILITY = 1e-15
"""Probabilities are clipped to it, so that the log loss stays finite."""

CELLS_AT_ONCE = 4_000_000
"""Resampled counts held at a time."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval of `CONFIDENCE`.

    It is a percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13) where a function names no other one.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassScores:
    """Figures of one class.

    Attributes
    ----------
    support : int
        Rows of the class.
    precision : Estimate
        0 where the class was never predicted.
    recall : Estimate
        0 where the class has no row.
    f1 : Estimate
    """

    support: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True)
class Scores:
    """How good predictions are.

    Macro figures are plain means over the classes that have rows, weighted ones means by number of rows.

    Attributes
    ----------
    accuracy, macro_precision, macro_recall, macro_f1, weighted_f1 : Estimate
        Weighted recall is the accuracy.
    weighted_precision : float
    per_class : tuple of ClassScores, length K
    confusion : ndarray of shape (K, K), int64
        Rows by true and predicted class.
    log_loss : float or None
        Nats; None without probabilities.
    ece : float or None
        Expected calibration error; None without probabilities.
    """

    accuracy: Estimate
    macro_precision: Estimate
    macro_recall: Estimate
    macro_f1: Estimate
    weighted_f1: Estimate
    weighted_precision: float
    per_class: tuple[ClassScores, ...]
    confusion: NDArray[np.int64]
    log_loss: float | None
    ece: float | None


@dataclass(frozen=True)
class _Figures:
    """Figures of m confusion matrices; arrays of shape (m,) or, by class, (m, K)."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]
    support: NDArray[np.float64]

    def macro(self, by_class: NDArray[np.float64]) -> NDArray[np.float64]:
        held = self.support > 0
        mean: NDArray[np.float64] = (by_class * held).sum(axis=1) / held.sum(axis=1)
        return mean

    def weighted(self, by_class: NDArray[np.float64]) -> NDArray[np.float64]:
        mean: NDArray[np.float64] = (by_class * self.support).sum(axis=1) / self.support.sum(axis=1)
        return mean


def confusion_counts(labels: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """Return rows by true class (first axis) and predicted class; shape (K, K), int64."""
    counts = np.bincount(labels * n_classes + predicted, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes).astype(np.int64)


def log_loss(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the mean negative log probability of the true class, in nats.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
    labels : ndarray of shape (n,), int64
    """
    of_truth = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(of_truth, LEAST_PROBABILITY, 1.0)).mean())


def expected_calibration_error(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the mean distance of the top probability from the share of right answers, over bins of equal mass.

    Guo et al. (2017), section 2, with bins of equal mass instead of equal width (Nguyen and O'Connor 2015, section 3).
    Rows of equal probability stay in one bin.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
    labels : ndarray of shape (n,), int64

    Returns
    -------
    float
        In [0, 1].
    """
    top = probabilities.max(axis=1)
    surplus = top - (probabilities.argmax(axis=1) == labels)
    edges = np.quantile(top, np.linspace(0, 1, CALIBRATION_BINS + 1)[1:-1])
    bins = np.searchsorted(edges, top, side="left")
    return float(np.abs(np.bincount(bins, weights=surplus)).sum() / len(labels))


def exact_interval(hits: int, rows: int, confidence: float = CONFIDENCE) -> Estimate:
    """Return a share with its exact binomial interval (Clopper and Pearson 1934).

    Parameters
    ----------
    hits : int
    rows : int
        At least one.
    confidence : float

    Returns
    -------
    Estimate
    """
    tail = (1.0 - confidence) / 2.0
    low = float(scipy.special.betaincinv(hits, rows - hits + 1, tail)) if hits else 0.0
    high = float(scipy.special.betaincinv(hits + 1, rows - hits, 1.0 - tail)) if hits < rows else 1.0
    return Estimate(hits / rows, low, high)


def evaluate(
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    probabilities: NDArray[np.float64] | None,
    n_classes: int,
    random_state: int,
) -> Scores:
    """Return the figures of predictions.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Class numbers from 0.
    predicted : ndarray of shape (n,), int64
    probabilities : ndarray of shape (n, K), float64, or None
    n_classes : int
    random_state : int

    Returns
    -------
    Scores

    Raises
    ------
    ValueError
        If there is no row.
    """
    if not len(labels):
        message = "there is no row to evaluate"
        raise ValueError(message)
    confusion = confusion_counts(labels, predicted, n_classes)
    # The figures themselves come first, those of the resamples after them.
    figures = _figures(*_resampled_sums(confusion, random_state))
    precision, recall, f1 = (_estimates(f) for f in (figures.precision, figures.recall, figures.f1))
    return Scores(
        accuracy=_estimates(figures.weighted(figures.recall)[:, None])[0],
        macro_precision=_estimates(figures.macro(figures.precision)[:, None])[0],
        macro_recall=_estimates(figures.macro(figures.recall)[:, None])[0],
        macro_f1=_estimates(figures.macro(figures.f1)[:, None])[0],
        weighted_f1=_estimates(figures.weighted(figures.f1)[:, None])[0],
        weighted_precision=float(figures.weighted(figures.precision)[0]),
        per_class=tuple(
            ClassScores(int(figures.support[0, c]), precision[c], recall[c], f1[c]) for c in range(n_classes)
        ),
        confusion=confusion,
        log_loss=None if probabilities is None else log_loss(probabilities, labels),
        ece=None if probabilities is None else expected_calibration_error(probabilities, labels),
    )


def _resampled_sums(
    confusion: NDArray[np.int64], random_state: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return right answers, rows and predictions by class, of the matrix and its resamples; each (1 + m, K).

    Drawing n rows with replacement and counting them gives a multinomial draw over the cells of the matrix, so the
    rows themselves are not needed.
    """
    n_classes = len(confusion)
    true, guess = np.nonzero(confusion)
    counts = confusion[true, guess]
    cell = np.arange(len(counts))
    rows_of = sp.csr_matrix((np.ones(len(cell)), (cell, true)), shape=(len(cell), n_classes))
    guesses_of = sp.csr_matrix((np.ones(len(cell)), (cell, guess)), shape=(len(cell), n_classes))
    right_of = sp.csr_matrix(((true == guess).astype(float), (cell, true)), shape=(len(cell), n_classes))
    rng = np.random.default_rng(random_state)
    step = max(1, CELLS_AT_ONCE // len(cell))
    sums = [[counts[None] @ of for of in (right_of, rows_of, guesses_of)]]
    for first in range(0, RESAMPLES, step):
        drawn = rng.multinomial(counts.sum(), counts / counts.sum(), size=min(step, RESAMPLES - first))
        sums.append([drawn @ of for of in (right_of, rows_of, guesses_of)])
    right, rows, guesses = (np.concatenate(part) for part in zip(*sums, strict=True))
    return right, rows, guesses


def _figures(right: NDArray[np.float64], rows: NDArray[np.float64], guesses: NDArray[np.float64]) -> _Figures:
    """Return the figures; a share of nothing is 0."""
    return _Figures(
        precision=right / np.maximum(guesses, 1.0),
        recall=right / np.maximum(rows, 1.0),
        f1=2.0 * right / np.maximum(rows + guesses, 1.0),
        support=rows,
    )


def _estimates(figures: NDArray[np.float64]) -> list[Estimate]:
    """Return an estimate for each column of ``figures``, whose first row holds the values, the others resamples."""
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(figures[1:], [tail, 1.0 - tail], axis=0)
    return [Estimate(float(v), float(a), float(b)) for v, a, b in zip(figures[0], low, high, strict=True)]
