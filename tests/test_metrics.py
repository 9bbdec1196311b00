"""Figures against scikit-learn and against a bootstrap over rows."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.metrics import (
    CALIBRATION_BINS,
    Estimate,
    Scores,
    confusion_counts,
    evaluate,
    expected_calibration_error,
    log_loss,
)

K = 5
pairs = st.lists(st.tuples(st.integers(0, K - 1), st.integers(0, K - 1)), min_size=1, max_size=60).map(
    lambda rows: tuple(np.array(rows).T)
)


def made_up(n: int, n_classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, predictions of which about two in three are right, and probabilities that go with them."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_classes, size=n)
    margins = rng.normal(size=(n, n_classes))
    margins[np.arange(n), labels] += 2.0
    probabilities = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    return labels, probabilities.argmax(axis=1), probabilities


@settings(deadline=None)
@given(pairs)
def test_figures_are_those_of_scikit_learn(task: tuple[np.ndarray, np.ndarray]) -> None:
    labels, predicted = task
    scores = evaluate(labels, predicted, None, K, 0)
    held = np.unique(labels)
    for average, names in (
        ("macro", ("macro_precision", "macro_recall", "macro_f1")),
        ("weighted", ("weighted_precision", "accuracy", "weighted_f1")),
    ):
        expected = sklearn.metrics.precision_recall_fscore_support(
            labels, predicted, labels=held, average=average, zero_division=0
        )[:3]
        found = [getattr(scores, name) for name in names]
        values = [f.value if isinstance(f, Estimate) else f for f in found]
        assert values == pytest.approx(expected)
    by_class = sklearn.metrics.precision_recall_fscore_support(labels, predicted, labels=range(K), zero_division=0)
    mine = [(c.precision.value, c.recall.value, c.f1.value, c.support) for c in scores.per_class]
    np.testing.assert_allclose(np.array(mine).T, by_class)
    assert np.array_equal(scores.confusion, sklearn.metrics.confusion_matrix(labels, predicted, labels=range(K)))
    assert np.array_equal(scores.confusion, confusion_counts(labels, predicted, K))


@settings(deadline=None)
@given(pairs)
def test_values_lie_in_their_intervals_and_these_in_0_to_1(task: tuple[np.ndarray, np.ndarray]) -> None:
    scores = evaluate(*task, None, K, 0)
    for estimate in (scores.accuracy, scores.macro_recall, *(c.recall for c in scores.per_class)):
        assert 0.0 <= estimate.low <= estimate.high <= 1.0
    assert scores.accuracy.low <= scores.accuracy.value <= scores.accuracy.high


def rowwise_interval(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the interval of macro-F1 by drawing rows."""
    rng = np.random.default_rng(1)
    figures = []
    for _ in range(400):
        rows = rng.integers(len(labels), size=len(labels))
        figures.append(sklearn.metrics.f1_score(labels[rows], predicted[rows], average="macro"))
    return np.quantile(figures, [0.025, 0.975])


def test_intervals_are_those_of_drawing_rows() -> None:
    labels, predicted, _ = made_up(300, K)
    macro_f1 = evaluate(labels, predicted, None, K, 0).macro_f1
    assert (macro_f1.low, macro_f1.high) == pytest.approx(rowwise_interval(labels, predicted), abs=0.015)


def test_more_rows_give_narrower_intervals_and_the_seed_decides() -> None:
    def width(estimate: Estimate) -> float:
        return estimate.high - estimate.low

    few, many = (evaluate(*made_up(n, K)[:2], None, K, 0) for n in (100, 2500))
    assert width(many.accuracy) == pytest.approx(width(few.accuracy) / 5, rel=0.3)
    labels, predicted, _ = made_up(100, K)
    assert evaluate(labels, predicted, None, K, 0).accuracy == few.accuracy
    assert evaluate(labels, predicted, None, K, 3).macro_f1 != few.macro_f1


def test_resamples_drawn_in_parts_give_intervals_too(monkeypatch: pytest.MonkeyPatch) -> None:
    labels, predicted, _ = made_up(300, K)
    whole = evaluate(labels, predicted, None, K, 0).accuracy
    monkeypatch.setattr("prodcls.metrics.CELLS_AT_ONCE", 1)
    parts = evaluate(labels, predicted, None, K, 0).accuracy
    assert parts == whole  # the same stream of random numbers


def test_log_loss_is_that_of_scikit_learn_and_finite() -> None:
    labels, _, probabilities = made_up(200, K)
    assert log_loss(probabilities, labels) == pytest.approx(sklearn.metrics.log_loss(labels, probabilities))
    assert log_loss(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(-np.log(1e-15))


def test_calibration_error_of_honest_and_boastful_probabilities() -> None:
    rng = np.random.default_rng(0)
    top = rng.uniform(0.5, 1.0, size=20_000)
    labels = (rng.random(20_000) > top).astype(np.int64)
    honest = np.column_stack([top, 1 - top])
    assert expected_calibration_error(honest, labels) < 0.015
    certain = np.column_stack([np.ones(20_000), np.zeros(20_000)])
    assert expected_calibration_error(certain, labels) == pytest.approx(labels.mean())


def test_calibration_error_by_hand_with_a_row_a_bin() -> None:
    top = np.linspace(0.55, 0.95, CALIBRATION_BINS)
    probabilities = np.column_stack([top, 1 - top])
    labels = np.zeros(CALIBRATION_BINS, dtype=np.int64)
    labels[3] = 1
    expected = (np.abs(1 - top).sum() - (1 - top[3]) + top[3]) / CALIBRATION_BINS
    assert expected_calibration_error(probabilities, labels) == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.5, 0.6, 0.9]), st.booleans()), min_size=1, max_size=40))
def test_calibration_error_does_not_depend_on_the_order_of_rows(rows: list[tuple[float, bool]]) -> None:
    top, labels = np.array([p for p, _ in rows]), np.array([int(wrong) for _, wrong in rows])
    probabilities = np.column_stack([top, 1 - top])
    error = expected_calibration_error(probabilities, labels)
    assert 0.0 <= error <= 1.0
    assert error == pytest.approx(expected_calibration_error(probabilities[::-1], labels[::-1]))


def test_without_probabilities_or_rows() -> None:
    labels, predicted, probabilities = made_up(50, K)
    assert evaluate(labels, predicted, None, K, 0).log_loss is None
    assert evaluate(labels, predicted, probabilities, K, 0).ece == expected_calibration_error(probabilities, labels)
    with pytest.raises(ValueError, match="no row"):
        evaluate(labels[:0], predicted[:0], None, K, 0)


def test_a_hundred_classes_and_ten_thousand_rows_are_quick() -> None:
    labels, predicted, probabilities = made_up(10_830, 112)
    started = time.process_time()
    scores = evaluate(labels, predicted, probabilities, 112, 0)
    assert time.process_time() - started < 2.0
    assert isinstance(scores, Scores)
    assert len(scores.per_class) == 112
