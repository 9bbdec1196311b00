"""Temperature: found again where it is known, within bounds, careful with few rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from prodcls.calibration import HIGHEST, LOWEST, fit_temperature, softmax
from prodcls.metrics import log_loss

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
