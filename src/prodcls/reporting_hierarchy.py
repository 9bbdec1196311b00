"""Where decisions stop on the way down the tree of classes, from out-of-fold probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_hierarchy import StopFigures, StopStudy
from prodcls.audit_interval import Interval
from prodcls.candidates import best_classes
from prodcls.conformal import held_out_sets
from prodcls.evaluation import OutOfFold, Problem
from prodcls.hierarchy import ClassTree
from prodcls.metrics import Estimate, exact_interval
from prodcls.stopping import stop_levels, stops

__all__ = ["stop_study"]


def stop_study(
    problem: Problem,
    scores: OutOfFold,
    probabilities: NDArray[np.float64],
    tree: ClassTree | None,
    coverage: float,
) -> StopStudy | None:
    """Measure the stops.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m rows.
    probabilities : ndarray of shape (m, K), float64
        Of the same rows, calibrated.
    tree : ClassTree or None
    coverage : float
        Of the prediction sets.

    Returns
    -------
    StopStudy or None
        None where the classes form no tree.
    """
    if tree is None:
        return None
    labels = problem.labels[scores.rows]
    inside = held_out_sets(probabilities, labels, problem.groups[scores.rows], coverage)
    predicted = best_classes(probabilities, 1)[:, 0]
    found = stops(tree, probabilities, inside, predicted)
    levels = tuple(
        StopFigures(one.depth, one.leaf, one.rows, None if one.right is None else _interval(one.right), one.stated)
        for one in stop_levels(tree, found, labels, predicted)
    )
    held = sum(round(one.right.value * one.products) for one in levels if one.right is not None)
    return StopStudy(coverage, len(labels), _interval(exact_interval(held, len(labels))), levels)


def _interval(estimate: Estimate) -> Interval:
    return Interval(estimate.value, estimate.low, estimate.high)
