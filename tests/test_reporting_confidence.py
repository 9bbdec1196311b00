"""The study of certainty holds the figures of the modules that it asks."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.metrics import expected_calibration_error
from prodcls.reporting_confidence import BOUNDS, DRAWN, THRESHOLDS, confidence_section
from test_reliability import drawn


def test_section_holds_the_figures() -> None:
    probabilities, labels = drawn(600, 5, 4)
    margins = np.log(probabilities) * 2
    found = confidence_section(margins, probabilities, labels, 0)
    assert found.products == 600
    assert found.after.ece.value == pytest.approx(expected_calibration_error(probabilities, labels))
    assert found.before.ece.value > found.after.ece.value
    assert [p.threshold for p in found.risk.points] == list(THRESHOLDS)
    assert found.risk.points[0].automated == 600
    assert [b.bound for b in found.risk.bounds] == list(BOUNDS)
    assert len(found.risk.coverage) == len(found.risk.risk) <= DRAWN
    assert found.risk.coverage[-1] == 1.0
    assert found.risk.risk[-1] == pytest.approx((probabilities.argmax(axis=1) != labels).mean())
