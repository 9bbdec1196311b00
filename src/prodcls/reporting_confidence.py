"""How far the model's certainty can be relied on, from its out-of-fold probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.audit import Interval
from prodcls.audit_confidence import Calibration, ConfidenceSection, OperatingPoint, ReliabilityBin, Risk, RiskBound
from prodcls.calibration import softmax
from prodcls.metrics import Estimate
from prodcls.reliability import reliability
from prodcls.selective import Operating, automate, guaranteed, risk_curve

__all__ = ["confidence_section"]

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
BOUNDS = (0.01, 0.02, 0.05)
DRAWN = 120
"""Most points of the risk curve that the report keeps."""


def confidence_section(
    margins: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    random_state: int,
) -> ConfidenceSection:
    """Measure certainty.

    Parameters
    ----------
    margins : ndarray of shape (m, K), float64
        Logits before the temperature, out of fold.
    probabilities : ndarray of shape (m, K), float64
        Of the same rows, after it.
    labels : ndarray of shape (m,), int64
    random_state : int

    Returns
    -------
    ConfidenceSection
    """
    return ConfidenceSection(
        products=len(labels),
        before=_calibration(softmax(margins), labels, random_state),
        after=_calibration(probabilities, labels, random_state),
        risk=_risk(probabilities, labels),
    )


def _interval(estimate: Estimate) -> Interval:
    return Interval(estimate.value, estimate.low, estimate.high)


def _calibration(probabilities: NDArray[np.float64], labels: NDArray[np.int64], random_state: int) -> Calibration:
    found = reliability(probabilities, labels, random_state)
    bins = tuple(ReliabilityBin(b.stated, _interval(b.right), b.rows) for b in found.bins)
    return Calibration(bins, _interval(found.ece), _interval(found.classwise_ece))


def _risk(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Risk:
    certainty, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    curve = risk_curve(certainty, right)
    kept = np.unique(np.linspace(0, len(curve.coverage) - 1, DRAWN).astype(np.int64))
    bounds = []
    for bound in BOUNDS:
        found = guaranteed(certainty, right, bound)
        bounds.append(RiskBound(bound, found.needed, None if found.point is None else _point(found.point)))
    return Risk(
        coverage=tuple(curve.coverage[kept].tolist()),
        risk=tuple(curve.risk[kept].tolist()),
        area=curve.area,
        best_area=curve.best_area,
        points=tuple(_point(automate(certainty, right, threshold)) for threshold in THRESHOLDS),
        bounds=tuple(bounds),
    )


def _point(found: Operating) -> OperatingPoint:
    return OperatingPoint(found.threshold, found.automated, None if found.error is None else _interval(found.error))
