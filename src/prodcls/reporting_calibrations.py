"""The served calibration beside other ways to calibrate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_calibrations import Calibrations, CalibrationScores
from prodcls.candidates import CANDIDATES
from prodcls.evaluation import OutOfFold, Problem
from prodcls.head import EvidenceHead
from prodcls.recalibration import compare_calibrations

__all__ = ["calibrations"]


def calibrations(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], random_state: int
) -> Calibrations | None:
    """Tell what is served and compare it.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m rows.
    probabilities : ndarray of shape (m, K), float64
        Of the same rows, as served.
    random_state : int

    Returns
    -------
    Calibrations or None
        None for the flat head, which has no margins.
    """
    heads = [fold.model.head for fold in scores.folds if fold.model is not None]
    served = [head.calibration for head in heads if isinstance(head, EvidenceHead)]
    if not served:
        return None
    labels, groups = problem.labels[scores.rows], problem.groups[scores.rows]
    found = compare_calibrations(scores.uncalibrated(), probabilities, labels, groups, random_state)
    return Calibrations(
        folds=len(served),
        by_doubt=sum(c.sure != c.unsure for c in served),
        stepped=sum(c.behind > 0 for c in served),
        candidates=CANDIDATES,
        lowest=float(scores.temperature.min()),
        highest=float(scores.temperature.max()),
        methods=tuple(
            CalibrationScores(name, s.log_loss, s.brier, s.ece, s.classwise_ece) for name, s in found.items()
        ),
    )
