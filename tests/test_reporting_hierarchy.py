"""Stops are measured with thresholds in which a product had no say."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.evaluation import OutOfFold, Problem
from prodcls.hierarchy import ClassTree
from prodcls.inputs import Inputs
from prodcls.reporting_hierarchy import out_of_fold_stops, stop_study
from test_reliability import drawn

TREE = ClassTree((("A", "p"), ("A", "q"), ("B", "r"), ("B", "s")))


def test_the_figures_are_those_of_the_stops() -> None:
    probabilities, labels = drawn(600, 4, 1)
    rows = np.arange(600)
    problem = Problem(Inputs(tuple(map(str, rows)), {}, {}, {}, {}), labels, rows, rows % 2, ("p", "q", "r", "s"))
    scores = OutOfFold(rows, np.log(probabilities), np.ones(600), ())
    found = stop_study(problem, scores, probabilities, TREE, 0.9)
    assert found is not None
    stops = out_of_fold_stops(problem, scores, probabilities, TREE, 0.9)
    assert stops is not None
    named = stops.depth > 0
    right = TREE.shared(labels, probabilities.argmax(axis=1)) >= stops.depth
    assert found.coverage is not None
    assert found.coverage.value == pytest.approx(right[named].mean())
    assert sum(one.products for one in found.levels) == 600
    assert found.levels[0].products == stops.leaf.sum()
    assert found.levels[-1].products == (~named).sum()
    assert stop_study(problem, scores, probabilities, None, 0.9) is None
    nothing = stop_study(problem, scores, probabilities, TREE, 0.999)
    assert nothing is not None
    assert nothing.coverage is None
