"""Stops are measured with sets in whose thresholds a product had no say, and keep what the sets promise."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.conformal import held_out_sets
from prodcls.evaluation import OutOfFold, Problem
from prodcls.hierarchy import ClassTree
from prodcls.inputs import Inputs
from prodcls.reporting_hierarchy import stop_study
from test_reliability import drawn

TREE = ClassTree((("A", "p"), ("A", "q"), ("B", "r"), ("B", "s")))


def test_the_node_is_covered_at_least_as_often_as_the_set() -> None:
    probabilities, labels = drawn(600, 4, 1)
    rows = np.arange(600)
    problem = Problem(Inputs(tuple(map(str, rows)), {}, {}, {}, {}), labels, rows, rows % 2, ("p", "q", "r", "s"))
    scores = OutOfFold(rows, np.log(probabilities), np.ones(600), ())
    found = stop_study(problem, scores, probabilities, TREE, 0.9)
    assert found is not None
    inside = held_out_sets(probabilities, labels, rows, 0.9)
    assert found.coverage.value >= inside[rows, labels].mean()
    assert sum(one.products for one in found.levels) == 600
    assert found.levels[0].leaf
    # An empty set stops at once, one with a single class goes down to it unless another class is predicted.
    assert found.levels[0].products == pytest.approx((inside.sum(axis=1) == 1).sum(), abs=5)
    assert stop_study(problem, scores, probabilities, None, 0.9) is None
