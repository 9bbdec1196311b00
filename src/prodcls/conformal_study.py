"""What prediction sets are worth: coverage and size over repeated splits, beside the plain ways to make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.conformal import PROMISED, SCORES, conformity, fit_sets, threshold
from prodcls.metrics import CONFIDENCE, Estimate

__all__ = ["SPLITS", "SetMethod", "SetStudy", "study_sets"]

SPLITS = 20
"""Times the rows are parted, near-duplicates together, into a half that sets thresholds and one that is judged."""

SIZES = 6
"""Sizes of sets that are counted one by one; the last count is of all that are at least as large."""

MOST_CELLS = 2_000_000
"""Probabilities studied; of more rows a random sample is taken."""


@dataclass(frozen=True)
class SetMethod:
    """One way to make prediction sets, over all splits.

    Attributes
    ----------
    coverage, size : Estimate
        Share of rows whose set holds the true class, and mean number of classes in a set: mean over the splits, and
        the range that holds `CONFIDENCE` of them.
    by_class : tuple of Estimate
        Coverage of each class, the same way; 0 without a row.
    sizes : tuple of float
        Share of sets with 0, 1, ... classes; the last share is of sets with `SIZES` or more.
    """

    coverage: Estimate
    size: Estimate
    by_class: tuple[Estimate, ...]
    sizes: tuple[float, ...]


@dataclass(frozen=True)
class SetStudy:
    """All ways side by side.

    Attributes
    ----------
    rows : int
        Rows studied.
    support : tuple of int
        Rows of each class among them.
    methods : dict of str to SetMethod
        ``"rule"`` is `prodcls.conformal.fit_sets`; ``"lac"``, ``"aps"`` and ``"raps"`` have one threshold for all.
    """

    rows: int
    support: tuple[int, ...]
    methods: dict[str, SetMethod]


_Maker = Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[np.bool_]]


def study_sets(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    coverage: float,
    random_state: int,
) -> SetStudy:
    """Part the rows again and again, set thresholds on one half and judge the other.

    Parameters
    ----------
    probabilities : ndarray of shape (n, K), float64
        From models that have not seen the rows.
    labels : ndarray of shape (n,), int64
    groups : ndarray of shape (n,), int64
        Groups of near-duplicates.
    coverage : float
    random_state : int

    Returns
    -------
    SetStudy
    """
    n_classes, rng = probabilities.shape[1], np.random.default_rng(random_state)
    most = max(1, MOST_CELLS // n_classes)
    kept = np.sort(rng.permutation(len(labels))[:most])
    probabilities, labels = probabilities[kept], labels[kept]
    group = np.unique(groups[kept], return_inverse=True)[1].ravel()
    halves = [rng.random(group.max() + 1)[group] < 0.5 for _ in range(SPLITS)]
    halves = [half for half in halves if half.any() and not half.all()]
    makers: dict[str, _Maker] = {"rule": _rule(probabilities, labels, group, coverage)}
    for score in SCORES:
        chance = rng.random((len(labels), 1))  # without it APS takes in whole rows of classes that are next to nothing
        makers[score] = _plain(conformity(probabilities, score, chance), labels, coverage)
    support = np.bincount(labels, minlength=n_classes)
    methods = {name: _judge(maker, labels, halves, n_classes) for name, maker in makers.items()} if halves else {}
    return SetStudy(len(labels), tuple(support.tolist()), methods)


def _rule(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], group: NDArray[np.int64], coverage: float
) -> _Maker:
    def make(first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
        # Half of the rows: a class that has a promise with all of them has it with half as many here.
        rule = fit_sets(probabilities[first], labels[first], group[first], coverage, promised=PROMISED // 2)
        return rule.sets(probabilities[second])

    return make


def _plain(scores: NDArray[np.float64], labels: NDArray[np.int64], coverage: float) -> _Maker:
    def make(first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = scores[second] <= threshold(scores[first, labels[first]], coverage)
        return inside

    return make


def _judge(make: _Maker, labels: NDArray[np.int64], halves: list[NDArray[np.bool_]], n_classes: int) -> SetMethod:
    """Return what a way to make sets comes to on the halves that had no say."""
    covered, sizes = [], []
    by_class = np.full((len(halves), n_classes), np.nan)
    counts = np.zeros(SIZES + 1)
    for i, half in enumerate(halves):
        judged = np.flatnonzero(~half)
        inside = make(np.flatnonzero(half), judged)
        truth = labels[judged]
        hit = inside[np.arange(len(judged)), truth]
        size = inside.sum(axis=1)
        covered.append(hit.mean())
        sizes.append(size.mean())
        counts += np.bincount(np.minimum(size, SIZES), minlength=SIZES + 1) / len(judged) / len(halves)
        rows = np.bincount(truth, minlength=n_classes)
        held = rows > 0
        by_class[i, held] = np.bincount(truth, weights=hit, minlength=n_classes)[held] / rows[held]
    return SetMethod(
        _over_splits(np.array(covered)),
        _over_splits(np.array(sizes)),
        tuple(_over_splits(column[~np.isnan(column)]) for column in by_class.T),
        tuple(counts.tolist()),
    )


def _over_splits(values: NDArray[np.float64]) -> Estimate:
    if not len(values):
        return Estimate(0.0, 0.0, 0.0)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return Estimate(float(values.mean()), float(low), float(high))
