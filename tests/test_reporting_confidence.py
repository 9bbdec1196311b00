"""The study of certainty holds the figures of the modules that it asks."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.config import FitConfig
from prodcls.evaluation import OutOfFold, Problem
from prodcls.inputs import Inputs
from prodcls.metrics import expected_calibration_error
from prodcls.reporting_confidence import DRAWN, confidence_section
from test_reliability import drawn


def test_section_holds_the_figures() -> None:
    probabilities, labels = drawn(600, 5, 4)
    rows = np.arange(600)
    inputs = Inputs(tuple(map(str, rows)), {}, {}, {}, {})
    problem = Problem(inputs, labels, rows, rows % 5, tuple("abcde"))
    scores = OutOfFold(rows, np.log(probabilities) * 2, np.ones(600), ())
    found = confidence_section(problem, scores, probabilities, FitConfig(coverage=0.9))
    assert found.products == 600
    assert found.after.ece.value == pytest.approx(expected_calibration_error(probabilities, labels))
    assert found.before.ece.value > found.after.ece.value
    assert len(found.risk.coverage) == len(found.risk.risk) <= DRAWN
    assert found.risk.coverage[-1] == 1.0
    assert found.risk.risk[-1] == pytest.approx((probabilities.argmax(axis=1) != labels).mean())
    assert found.sets is not None
    assert found.sets.target == 0.9
    assert found.sets.methods[0].name == "rule"
    assert found.sets.methods[0].coverage.value == pytest.approx(0.9, abs=0.03)
    assert sum(c.products for c in found.sets.classes) == 600
    values = [c.coverage.value for c in found.sets.classes]
    assert values == sorted(values)
    assert found.sets.methods[0].worst == values[0]
