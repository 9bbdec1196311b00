"""Calibration: found again where it is known, within bounds, careful with few rows, no richer than it must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from prodcls.calibration import HIGHEST, LOWEST, Calibration, fit_calibration, fit_temperature, softmax
from prodcls.metrics import expected_calibration_error, log_loss

margins_3 = arrays(np.float64, st.tuples(st.integers(1, 30), st.just(3)), elements=st.floats(-50, 50))


def drawn(n: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Return margins, and labels drawn from their softmax at ``temperature``."""
    rng = np.random.default_rng(0)
    margins = 3.0 * rng.normal(size=(n, 4))
    chosen = (margins / temperature + rng.gumbel(size=(n, 4))).argmax(axis=1)
    return margins, chosen


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_recovers_a_known_temperature(temperature: float) -> None:
    assert fit_temperature(*drawn(20_000, temperature)) == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_no_other_temperature_has_less_log_loss(temperature: float) -> None:
    margins, labels = drawn(20_000, temperature)
    found = fit_temperature(margins, labels)
    least = log_loss(softmax(margins, found), labels)
    for other in np.geomspace(LOWEST, HIGHEST, 60):
        assert least <= log_loss(softmax(margins, other), labels) + 1e-3


@settings(deadline=None)
@given(margins_3, st.integers(0, 2))
def test_stays_within_bounds(margins: np.ndarray, label: int) -> None:
    found = fit_temperature(margins, np.full(len(margins), label))
    assert LOWEST <= found <= HIGHEST


def test_few_rows_that_are_all_right_do_not_make_certain() -> None:
    margins = np.tile([5.0, 0.0, 0.0], (20, 1))
    labels = np.zeros(20, dtype=np.int64)
    top = softmax(margins, fit_temperature(margins, labels))[0, 0]
    assert top == pytest.approx(21 / 22, abs=1e-3)


def test_nothing_to_learn_from() -> None:
    assert fit_temperature(np.empty((0, 3)), np.empty(0, dtype=np.int64)) == 1.0
    assert fit_temperature(np.zeros((5, 1)), np.zeros(5, dtype=np.int64)) == 1.0


@settings(deadline=None)
@given(margins_3, st.floats(LOWEST, HIGHEST))
def test_probabilities_sum_to_1_and_keep_the_order(margins: np.ndarray, temperature: float) -> None:
    probabilities = softmax(margins, temperature)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(len(margins)))
    best = margins.argmax(axis=1)
    assert (probabilities[np.arange(len(margins)), best] == probabilities.max(axis=1)).all()


WIDE = Calibration(1.6, 0.5, 2.0)


def wide(n: int, calibration: Calibration) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return margins, what is outside of the best 5 of 30 classes, labels drawn from the calibration, and folds."""
    rng = np.random.default_rng(1)
    margins = rng.normal(size=(n, 30)) * rng.uniform(0.5, 4.0, size=(n, 1))
    outside = np.ones(margins.shape, dtype=np.bool_)
    np.put_along_axis(outside, np.argsort(-margins, axis=1)[:, :5], values=False, axis=1)
    stepped = margins - calibration.behind * outside
    logits = stepped / calibration.temperatures(stepped)[:, None]
    return margins, outside, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1), np.arange(n) % 5


def served(calibration: Calibration, margins: np.ndarray, outside: np.ndarray) -> np.ndarray:
    stepped = margins - calibration.behind * outside
    return softmax(stepped, calibration.temperatures(stepped))


def test_comes_close_to_a_known_calibration() -> None:
    margins, outside, labels, fold = wide(8_000, WIDE)
    found = fit_calibration(margins, outside, labels, fold)
    assert found.sure == pytest.approx(WIDE.sure, rel=0.1)
    assert found.unsure < 1.0
    assert found.behind > 1.0
    best = log_loss(served(WIDE, margins, outside), labels)
    assert log_loss(served(found, margins, outside), labels) < best + 0.01


def test_a_richer_form_is_more_honest_where_one_temperature_is_not() -> None:
    margins, outside, labels, fold = wide(6_000, WIDE)
    seen, new = np.arange(6_000) < 3_000, np.arange(6_000) >= 3_000
    found = fit_calibration(margins[seen], outside[seen], labels[seen], fold[seen])
    one = softmax(margins[new], fit_temperature(margins[seen], labels[seen]))
    richer = served(found, margins[new], outside[new])
    assert log_loss(richer, labels[new]) < log_loss(one, labels[new]) - 0.03
    assert expected_calibration_error(richer, labels[new]) < expected_calibration_error(one, labels[new]) / 2


@pytest.mark.parametrize("n", [20, 200, 4_000])
def test_is_one_temperature_where_that_is_enough(n: int) -> None:
    margins, outside, labels, fold = wide(n, Calibration.plain(1.3))
    assert fit_calibration(margins, outside, labels, fold) == Calibration.plain(fit_temperature(margins, labels))


def test_all_classes_are_candidates_then_there_is_no_step() -> None:
    margins, outside, labels, fold = wide(2_000, WIDE)
    assert fit_calibration(margins, np.zeros_like(outside), labels, fold).behind == 0.0


def test_nothing_to_calibrate_on() -> None:
    rows = np.empty(0, dtype=np.int64)
    assert fit_calibration(np.empty((0, 3)), np.empty((0, 3), dtype=np.bool_), rows, rows) == Calibration.plain(1.0)
    five = np.zeros(5, dtype=np.int64)
    assert fit_calibration(np.zeros((5, 1)), np.zeros((5, 1), dtype=np.bool_), five, five) == Calibration.plain(1.0)


scales = st.floats(LOWEST, HIGHEST)


@settings(deadline=None)
@given(margins_3, scales, scales)
def test_temperatures_lie_between_their_ends_and_keep_the_order(m: np.ndarray, sure: float, unsure: float) -> None:
    found = Calibration(sure, unsure).temperatures(m)
    assert found.shape == (len(m),)
    assert np.all(found >= min(sure, unsure) * (1 - 1e-9))
    assert np.all(found <= max(sure, unsure) * (1 + 1e-9))
    probabilities = softmax(m, found)
    best = m.argmax(axis=1)
    assert (probabilities[np.arange(len(m)), best] == probabilities.max(axis=1)).all()


@settings(deadline=None)
@given(margins_3, scales)
def test_equal_ends_are_one_temperature(m: np.ndarray, temperature: float) -> None:
    np.testing.assert_array_equal(softmax(m, Calibration.plain(temperature).temperatures(m)), softmax(m, temperature))


def test_the_ends_are_those_of_no_doubt_and_of_all() -> None:
    found = Calibration(2.0, 0.5).temperatures(np.array([[1e6, 0.0, 0.0], [1.0, 1.0, 1.0]]))
    np.testing.assert_allclose(found, [2.0, 0.5])


@settings(deadline=None, max_examples=30)
@given(margins_3, st.integers(0, 2))
def test_any_margins_give_a_usable_calibration(m: np.ndarray, label: int) -> None:
    n = len(m)
    outside = np.zeros(m.shape, dtype=np.bool_)
    outside[:, 2] = True
    found = fit_calibration(m, outside, np.full(n, label), np.arange(n) % 2)
    assert LOWEST <= found.sure <= HIGHEST
    assert LOWEST <= found.unsure <= HIGHEST
    assert found.behind >= 0
