"""Where decisions stop on the way down the tree of classes, from out-of-fold probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_hierarchy import StopFigures, StopStudy
from prodcls.audit_interval import Interval
from prodcls.candidates import best_classes
from prodcls.evaluation import OutOfFold, Problem
from prodcls.hierarchy import ClassTree
from prodcls.metrics import exact_interval
from prodcls.stopping import Stops, held_out_stops, stop_levels

__all__ = ["out_of_fold_stops", "stop_study"]


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
        Share of the named nodes that are to hold the true class.

    Returns
    -------
    StopStudy or None
        None where the classes form no tree.
    """
    found = out_of_fold_stops(problem, scores, probabilities, tree, coverage)
    if tree is None or found is None:
        return None
    labels, predicted = problem.labels[scores.rows], best_classes(probabilities, 1)[:, 0]
    levels = tuple(
        StopFigures(one.depth, one.leaf, one.rows, None if one.right is None else Interval.of(one.right), one.stated)
        for one in stop_levels(tree, found, labels, predicted)
    )
    named = int((found.depth > 0).sum())
    right = int(((found.depth > 0) & (tree.shared(labels, predicted) >= found.depth)).sum())
    share = Interval.of(exact_interval(right, named)) if named else None
    return StopStudy(coverage, len(labels), share, levels)


def out_of_fold_stops(
    problem: Problem,
    scores: OutOfFold,
    probabilities: NDArray[np.float64],
    tree: ClassTree | None,
    coverage: float,
) -> Stops | None:
    """Return where decisions stop, by thresholds in which the product and its near-duplicates had no say.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m rows.
    probabilities : ndarray of shape (m, K), float64
    tree : ClassTree or None
    coverage : float

    Returns
    -------
    Stops or None
        None where the classes form no tree.
    """
    if tree is None:
        return None
    predicted = best_classes(probabilities, 1)[:, 0]
    labels, groups = problem.labels[scores.rows], problem.groups[scores.rows]
    return held_out_stops(tree, probabilities, labels, groups, predicted, coverage)
