"""Reliability: bins, errors and intervals against plain computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prodcls.metrics import exact_interval, expected_calibration_error
from prodcls.reliability import reliability


def drawn(n: int, n_classes: int, seed: int, sharpness: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return probabilities, and labels drawn from them before they are sharpened."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(size=(n, n_classes)) * 2
    honest = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    labels = (honest.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, n_classes - 1)
    sharp = honest**sharpness
    return sharp / sharp.sum(axis=1, keepdims=True), labels.astype(np.int64)


@given(n=st.integers(1, 200), n_classes=st.integers(2, 6), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_error_is_the_one_of_metrics_and_every_row_is_in_one_bin(n: int, n_classes: int, seed: int) -> None:
    probabilities, labels = drawn(n, n_classes, seed)
    found = reliability(probabilities, labels, 0)
    assert found.ece.value == pytest.approx(expected_calibration_error(probabilities, labels))
    assert sum(b.rows for b in found.bins) == n
    by_hand = sum(b.rows * abs(b.stated - b.right.value) for b in found.bins) / n
    assert found.ece.value == pytest.approx(by_hand)
    assert 0 <= found.ece.low <= found.ece.value <= found.ece.high
    assert [b.stated for b in found.bins] == sorted(b.stated for b in found.bins)


def test_overconfidence_shows_and_honesty_does_not() -> None:
    honest, sharp = (reliability(*drawn(3000, 4, 1, s), 0) for s in (1.0, 3.0))
    assert honest.ece.low < 0.02
    assert sharp.ece.low > honest.ece.high
    assert sharp.classwise_ece.low > honest.classwise_ece.high


def test_classwise_error_by_hand() -> None:
    probabilities = np.array([[0.8, 0.2]] * 10)
    labels = np.array([0] * 6 + [1] * 4, dtype=np.int64)
    assert reliability(probabilities, labels, 0).classwise_ece.value == pytest.approx(0.2)


def test_equal_probabilities_share_a_bin() -> None:
    found = reliability(np.array([[0.9, 0.1]] * 50), np.zeros(50, dtype=np.int64), 0)
    assert [b.rows for b in found.bins] == [50]


def test_the_same_seed_gives_the_same_interval() -> None:
    assert reliability(*drawn(80, 3, 2), 5) == reliability(*drawn(80, 3, 2), 5)


def test_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="no row"):
        reliability(np.empty((0, 2)), np.empty(0, dtype=np.int64), 0)


@pytest.mark.parametrize(("hits", "rows"), [(0, 20), (20, 20), (7, 20), (1, 1)])
def test_exact_interval_has_its_tails(hits: int, rows: int) -> None:
    found = exact_interval(hits, rows)
    assert found.low <= found.value <= found.high
    rng = np.random.default_rng(0)
    if hits:
        assert (rng.binomial(rows, found.low, 20_000) >= hits).mean() == pytest.approx(0.025, abs=0.006)
    if hits < rows:
        assert (rng.binomial(rows, found.high, 20_000) <= hits).mean() == pytest.approx(0.025, abs=0.006)
