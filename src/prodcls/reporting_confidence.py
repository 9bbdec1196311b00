"""How far the model's certainty can be relied on, from its out-of-fold probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import Interval
from prodcls.audit_confidence import (
    Calibration,
    ClassCoverage,
    ConfidenceSection,
    ReliabilityBin,
    Risk,
    SetFigures,
    Sets,
)
from prodcls.calibration import softmax
from prodcls.config import FitConfig
from prodcls.conformal import PROMISED
from prodcls.conformal_study import SPLITS, SetStudy, study_sets
from prodcls.evaluation import OutOfFold, Problem
from prodcls.reliability import reliability
from prodcls.reporting_calibrations import calibrations
from prodcls.reporting_cost import operating_cost
from prodcls.selective import risk_curve

__all__ = ["confidence_section"]

SHORT = 0.03
"""How far below the target the mean coverage of a class may lie before it is counted."""

DRAWN = 120
"""Most points of the risk curve that the report keeps."""


def confidence_section(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], config: FitConfig
) -> ConfidenceSection:
    """Measure certainty.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m rows.
    probabilities : ndarray of shape (m, K), float64
        Of the same rows, calibrated.
    config : FitConfig

    Returns
    -------
    ConfidenceSection
    """
    labels, seed = problem.labels[scores.rows], config.random_state
    study = study_sets(probabilities, labels, problem.groups[scores.rows], config.coverage, seed)
    return ConfidenceSection(
        products=len(labels),
        before=_calibration(softmax(scores.uncalibrated()), labels, seed),
        after=_calibration(probabilities, labels, seed),
        risk=_risk(probabilities, labels),
        cost=operating_cost(problem, scores, probabilities, config.coverage, config.review_minutes),
        sets=_sets(study, problem.classes, config.coverage) if study.methods else None,
        calibrations=calibrations(problem, scores, probabilities, seed),
    )


def _sets(study: SetStudy, names: tuple[str, ...], target: float) -> Sets:
    promised = [n >= PROMISED for n in study.support]
    methods = []
    for name, found in study.methods.items():
        kept = [c.value for c, p in zip(found.by_class, promised, strict=True) if p]
        below = sum(value < target - SHORT for value in kept)
        methods.append(
            SetFigures(name, Interval.of(found.coverage), Interval.of(found.size), min(kept, default=None), below)
        )
    rule = study.methods["rule"]
    classes = [
        ClassCoverage(name, n, p, Interval.of(c))
        for name, n, p, c in zip(names, study.support, promised, rule.by_class, strict=True)
        if n
    ]
    order = sorted(classes, key=lambda c: (c.coverage.value, c.name))
    return Sets(target, SPLITS, PROMISED, tuple(methods), rule.sizes, tuple(order))


def _calibration(probabilities: NDArray[np.float64], labels: NDArray[np.int64], random_state: int) -> Calibration:
    found = reliability(probabilities, labels, random_state)
    bins = tuple(ReliabilityBin(b.stated, Interval.of(b.right), b.rows) for b in found.bins)
    return Calibration(bins, Interval.of(found.ece), Interval.of(found.classwise_ece))


def _risk(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Risk:
    certainty, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    curve = risk_curve(certainty, right)
    kept = np.unique(np.linspace(0, len(curve.coverage) - 1, DRAWN).astype(np.int64))
    return Risk(
        coverage=tuple(curve.coverage[kept].tolist()),
        risk=tuple(curve.risk[kept].tolist()),
        area=curve.area,
        best_area=curve.best_area,
    )
