"""Paired comparisons: the exact test, and differences with intervals that know that the products are the same."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.metrics import evaluate
from prodcls.paired import compare_predictions, mcnemar


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_test_is_the_two_sided_binomial(lost: int, gained: int) -> None:
    n, few = lost + gained, min(lost, gained)
    expected = min(1.0, 2 * sum(comb(n, k) for k in range(few + 1)) / 2**n)
    assert mcnemar(lost, gained) == pytest.approx(expected)
    assert mcnemar(lost, gained) == mcnemar(gained, lost)


predictions = st.integers(2, 5).flatmap(
    lambda k: st.tuples(
        st.just(k), st.lists(st.tuples(*[st.integers(0, k - 1)] * 3), min_size=1, max_size=40).map(np.array)
    )
)


@settings(max_examples=30, deadline=None)
@given(predictions)
def test_counts_and_differences_are_those_of_the_predictions(case: tuple[int, np.ndarray]) -> None:
    n_classes, rows = case
    labels, before, after = rows.T
    found = compare_predictions(labels, before, after, n_classes, 0)
    assert found.products == len(rows)
    assert found.right_before == (labels == before).sum()
    assert found.right_after - found.right_before == found.gained - found.lost
    old, new = (evaluate(labels, guess, None, n_classes, 0) for guess in (before, after))
    assert found.accuracy.value == pytest.approx(new.accuracy.value - old.accuracy.value)
    assert found.macro_f1.value == pytest.approx(new.macro_f1.value - old.macro_f1.value)
    assert found.accuracy.low <= found.accuracy.high
    back = compare_predictions(labels, after, before, n_classes, 0)
    assert (back.lost, back.gained, back.p_value) == (found.gained, found.lost, found.p_value)


def test_the_same_model_has_no_difference_in_any_draw() -> None:
    labels = np.arange(60) % 3
    guess = np.where(np.arange(60) % 7, labels, 0)
    found = compare_predictions(labels, guess, guess, 3, 0)
    assert (found.lost, found.gained, found.p_value) == (0, 0, 1.0)
    for figure in (found.accuracy, found.macro_f1):
        assert (figure.value, figure.low, figure.high) == (0.0, 0.0, 0.0)


def test_the_interval_covers_the_difference_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for seed in range(100):
        labels = rng.integers(0, 3, 150)
        before = np.where(rng.random(150) < 0.8, labels, (labels + 1) % 3)
        after = np.where(rng.random(150) < 0.9, labels, (labels + 1) % 3)
        found = compare_predictions(labels, before, after, 3, seed)
        inside += found.accuracy.low <= 0.1 <= found.accuracy.high
    assert 88 <= inside <= 100
