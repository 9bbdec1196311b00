"""Prediction sets: all classes that a product may well be of, so that the true one is among them as often as promised.

Split conformal prediction (Vovk, Gammerman and Shafer 2005; Angelopoulos and Bates 2021) on probabilities of rows that
the model has not seen. The score of a class is one minus its probability (LAC: Sadinle, Lei and Wasserman 2019); a
class is in the set where its score is at most its threshold. A class with enough rows has a threshold that keeps the
promise for that class alone; the others share the threshold that keeps it over all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "SCORES",
    "Score",
    "SetRule",
    "conformity",
    "fit_sets",
    "held_out_sets",
    "named_sets",
    "parts_of",
    "threshold",
]

Score = Literal["lac", "aps", "raps"]
SCORES: tuple[Score, ...] = ("lac", "aps", "raps")

PROMISED = 50
"""Least rows of a class with a promise of its own: with fewer, a few rows more or less move its threshold a lot."""

PARTS = 5
"""Parts of the rows, near-duplicates together, of which each is judged by thresholds from the others."""

PENALTY, FREE = 0.1, 1
"""Of RAPS: what each further class costs, and how many are free (Angelopoulos et al. 2021, Uncertainty sets for image
classifiers using conformal prediction)."""


@dataclass(frozen=True)
class SetRule:
    """Which classes belong to the prediction set of a product.

    Attributes
    ----------
    coverage : float
        Share of products whose set is to hold the true class, in (0, 1).
    thresholds : ndarray of shape (K,), float64
        Largest score, one minus the probability, with which a class is in the set; in [0, 1].
    promised : ndarray of shape (K,), bool
        Whether the coverage is promised for the class by itself.
    """

    coverage: float
    thresholds: NDArray[np.float64]
    promised: NDArray[np.bool_]

    def sets(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which classes are in the set of each row, shape (n, K); a set may be empty."""
        inside: NDArray[np.bool_] = conformity(probabilities, "lac") <= self.thresholds
        return inside


def conformity(
    probabilities: NDArray[np.float64], score: Score, chance: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return how ill each class fits; the lower, the sooner it is in the set.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
    score : {"lac", "aps", "raps"}
        One minus the probability; the probabilities of all classes down to this one (Romano, Sesia and Candès 2020,
        Classification with valid and adaptive coverage); the same with a penalty on further classes.
    chance : ndarray of shape (n, 1), float64, optional
        In [0, 1]: the part of a class's own probability that APS and RAPS leave out, drawn for each row. By default
        nothing is left out, which makes sets larger and free of chance.

    Returns
    -------
    ndarray of shape (n, K), float64
    """
    if score == "lac":
        return 1.0 - probabilities
    order = np.argsort(-probabilities, axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), axis=1)
    summed = np.cumsum(np.take_along_axis(probabilities, order, axis=1), axis=1)
    found = np.take_along_axis(summed, rank, axis=1)
    if chance is not None:
        found = found - chance * probabilities
    if score == "raps":
        found = found + PENALTY * np.maximum(0, rank + 1 - FREE)
    return found


def threshold(scores: NDArray[np.float64], coverage: float) -> float:
    """Return the score that at least ``coverage`` of new rows do not exceed, on average over samples of such rows.

    Parameters
    ----------
    scores : ndarray of shape (n,), float64
        Of the true classes.
    coverage : float

    Returns
    -------
    float
        Infinite where there are too few rows to say.
    """
    rank = int(np.ceil((len(scores) + 1) * coverage - 1e-9))
    return float("inf") if rank > len(scores) else float(np.partition(scores, rank - 1)[rank - 1])


def fit_sets(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    coverage: float,
    *,
    promised: int = PROMISED,
) -> SetRule:
    """Find the thresholds.

    Each class with at least ``promised`` rows gets the threshold that keeps the coverage for the class by itself
    (class-conditional: Vovk 2012); those smaller are taken together, as in the null cluster of Ding et al. (2023,
    Class-conditional conformal prediction with many classes), at the threshold that keeps it over all rows. Where that
    leaves the coverage over all rows short, all thresholds are raised to a common least one. Whether it does is
    measured on rows whose own part had no say in the thresholds.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
        From models that have not seen the rows.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    coverage : float
    promised : int

    Returns
    -------
    SetRule
    """
    n_classes = probabilities.shape[1]
    of_truth = 1.0 - probabilities[np.arange(len(labels)), labels]
    part = parts_of(groups)
    left = of_truth.copy()
    for p in range(PARTS):
        here, others = part == p, part != p
        if here.any() and others.any():
            least = promised * (PARTS - 1) // PARTS
            found = _floors(of_truth[others], labels[others], n_classes, coverage, least)
            left[here] = np.where(of_truth[here] <= found[labels[here]], -np.inf, of_truth[here])
    floors = _floors(of_truth, labels, n_classes, coverage, promised)
    thresholds = np.clip(np.maximum(floors, threshold(left, coverage)), 0.0, 1.0)
    return SetRule(coverage, thresholds, np.bincount(labels, minlength=n_classes) >= promised)


def parts_of(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the part of each row, shape (n,); one group is in one part."""
    part: NDArray[np.int64] = np.unique(groups, return_inverse=True)[1].ravel().astype(np.int64) % PARTS
    return part


def _floors(
    of_truth: NDArray[np.float64], labels: NDArray[np.int64], n_classes: int, coverage: float, promised: int
) -> NDArray[np.float64]:
    """Return the least threshold of each class, shape (K,)."""
    floors = np.full(n_classes, threshold(of_truth, coverage))
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], np.arange(n_classes + 1))
    for k in np.flatnonzero(np.diff(ends) >= promised):
        floors[k] = threshold(of_truth[order[ends[k] : ends[k + 1]]], coverage)
    return floors


def held_out_sets(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], groups: NDArray[np.int64], coverage: float
) -> NDArray[np.bool_]:
    """Return the set of each row by thresholds in which its own part, with its near-duplicates, had no say.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
        From models that have not seen the rows.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
    coverage : float

    Returns
    -------
    ndarray of shape (n, K), bool
    """
    found = np.ones(probabilities.shape, dtype=np.bool_)
    part = parts_of(groups)
    for p in range(PARTS):
        here, others = part == p, part != p
        if here.any() and others.any():
            least = PROMISED * (PARTS - 1) // PARTS
            rule = fit_sets(probabilities[others], labels[others], groups[others], coverage, promised=least)
            found[here] = rule.sets(probabilities[here])
    return found


def decided(inside: NDArray[np.bool_], predicted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which sets hold the predicted class and no other.

    A class with a strict threshold may be missing from the set although it is the most probable one.

    Parameters
    ----------
    inside : ndarray of shape (n, K), bool
    predicted : ndarray of shape (n,), int64

    Returns
    -------
    ndarray of shape (n,), bool
    """
    found: NDArray[np.bool_] = (inside.sum(axis=1) == 1) & inside[np.arange(len(predicted)), predicted]
    return found


def named_sets(
    inside: NDArray[np.bool_], probabilities: NDArray[np.float64], classes: tuple[str, ...]
) -> list[list[str]]:
    """Return the names of the classes in each set, most probable first.

    Parameters
    ----------
    inside : ndarray of shape (n, K), bool
    probabilities : ndarray of shape (n, K), float64
    classes : tuple of str, length K

    Returns
    -------
    list of list of str
    """
    row, member = np.nonzero(inside)
    order = np.lexsort((member, -probabilities[row, member], row))
    names = [classes[k] for k in member[order].tolist()]
    last = np.cumsum(np.count_nonzero(inside, axis=1)).tolist()
    return [names[begin:end] for begin, end in pairwise([0, *last])]
