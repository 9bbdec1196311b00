"""Curves and average precision against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.precision_recall import GRID, precision_recall
from test_reliability import drawn


@given(n=st.integers(5, 80), seed=st.integers(0, 50), rounded=st.booleans())
@settings(max_examples=30, deadline=None)
def test_average_precision_is_that_of_scikit_learn(n: int, seed: int, rounded: bool) -> None:
    probabilities, labels = drawn(n, 4, seed)
    if rounded:
        probabilities = probabilities.round(1)
    found = precision_recall(probabilities, labels)
    for k in range(4):
        if (labels == k).any():
            expected = sklearn.metrics.average_precision_score(labels == k, probabilities[:, k])
            assert found.average[k] == pytest.approx(expected)
            precision, recall, _ = sklearn.metrics.precision_recall_curve(labels == k, probabilities[:, k])
            best = [precision[:-1][recall[:-1] >= r - 1e-12].max() for r in GRID]
            np.testing.assert_allclose(found.by_class[k], best)
        else:
            assert np.isnan(found.average[k])
    truth = np.eye(4)[labels]
    assert found.micro_average == pytest.approx(
        sklearn.metrics.average_precision_score(truth.ravel(), probabilities.ravel())
    )
    assert np.all(np.diff(found.micro) <= 1e-12)


def test_a_perfect_ranking_is_all_ones() -> None:
    found = precision_recall(np.eye(3)[[0, 1, 1]] * 0.9 + 0.03, np.array([0, 1, 1]))
    assert found.macro.tolist() == [1.0] * len(GRID)
    assert np.isnan(found.average[2])
