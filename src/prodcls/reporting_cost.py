"""What people have to do, and what goes wrong without them, at each threshold on certainty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import Interval
from prodcls.audit_cost import OperatingCost, OperatingPoint, RiskBound
from prodcls.conformal import decided, held_out_sets
from prodcls.evaluation import OutOfFold, Problem
from prodcls.reporting_oversight import anything_known
from prodcls.selective import Automation, Operating, Reason

__all__ = ["automation", "operating_cost", "reasons_found", "up_for_review"]

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
BOUNDS = (0.01, 0.02, 0.05)


def reasons_found(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], coverage: float
) -> dict[Reason, NDArray[np.bool_]]:
    """Tell which tested products are up for review, whatever their certainty, as `predict` would say it of new ones.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
    coverage : float
        Of prediction sets.

    Returns
    -------
    dict of str to ndarray of shape (m,), bool
        Where nothing is known of a product, no other reason is given.
    """
    labels, groups = problem.labels[scores.rows], problem.groups[scores.rows]
    there = anything_known(problem, scores)
    alone = decided(held_out_sets(probabilities, labels, groups, coverage), probabilities.argmax(axis=1))
    found: dict[Reason, NDArray[np.bool_]] = {"nothing-known": ~there, "not-one-class": there & ~alone}
    return found | {name: there & rows for name, rows in scores.unusual().items()}


def up_for_review(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], coverage: float
) -> NDArray[np.bool_]:
    """Tell which tested products have any of `reasons_found`, shape (m,)."""
    found: NDArray[np.bool_] = np.any(list(reasons_found(problem, scores, probabilities, coverage).values()), axis=0)
    return found


def automation(problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], coverage: float) -> Automation:
    """Return certainty and outcome of the tested products of which something is known and nothing is unusual.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
    coverage : float
        Of prediction sets.

    Returns
    -------
    Automation
    """
    right = probabilities.argmax(axis=1) == problem.labels[scores.rows]
    return _automation(reasons_found(problem, scores, probabilities, coverage), probabilities.max(axis=1), right)


def _automation(
    reasons: dict[Reason, NDArray[np.bool_]], certainty: NDArray[np.float64], right: NDArray[np.bool_]
) -> Automation:
    kept = ~np.any([rows for name, rows in reasons.items() if name != "not-one-class"], axis=0)
    return Automation(len(kept), certainty[kept], right[kept], ~reasons["not-one-class"][kept])


def operating_cost(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], coverage: float, minutes: float
) -> OperatingCost:
    """Measure thresholds on the tested products.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
    coverage : float
        Of prediction sets.
    minutes : float
        That a person takes for a product.

    Returns
    -------
    OperatingCost
    """
    reasons = reasons_found(problem, scores, probabilities, coverage)
    right = probabilities.argmax(axis=1) == problem.labels[scores.rows]
    found = _automation(reasons, probabilities.max(axis=1), right)
    bounds = []
    for bound in BOUNDS:
        kept = found.within(bound)
        bounds.append(RiskBound(bound, kept.needed, None if kept.point is None else _point(kept.point)))
    return OperatingCost(
        minutes=minutes,
        reasons={name: int(rows.sum()) for name, rows in reasons.items()},
        usual=len(found.certainty),
        served=_point(found.served),
        points=tuple(_point(found.at(threshold)) for threshold in THRESHOLDS),
        bounds=tuple(bounds),
    )


def _point(found: Operating) -> OperatingPoint:
    error = None if found.error is None else Interval.of(found.error)
    return OperatingPoint(found.threshold, found.automated, error)
