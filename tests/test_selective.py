"""Automation: curves by hand, and the guarantee held against fresh draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.selective import automate, guaranteed, risk_curve

CERTAINTY = np.array([0.9, 0.8, 0.8, 0.5])
RIGHT = np.array([True, False, True, False])


def test_curve_by_hand() -> None:
    curve = risk_curve(CERTAINTY, RIGHT)
    assert curve.coverage.tolist() == [0.25, 0.75, 1.0]
    assert curve.risk.tolist() == [0.0, pytest.approx(1 / 3), 0.5]
    assert curve.area == pytest.approx(np.mean([0, 0.5 / 2, 1 / 3, 0.5]))
    assert curve.best_area == pytest.approx(np.mean([0, 0, 1 / 3, 0.5]))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_order_of_rows_has_no_effect_and_the_best_is_a_bound(rows: list[tuple[int, bool]]) -> None:
    certainty = np.array([r[0] / 5 for r in rows])
    right = np.array([r[1] for r in rows])
    curve, turned = risk_curve(certainty, right), risk_curve(certainty[::-1], right[::-1])
    assert curve.risk.tolist() == turned.risk.tolist()
    assert curve.area == pytest.approx(turned.area)
    assert curve.best_area <= curve.area + 1e-12
    assert curve.coverage[-1] == 1.0
    assert curve.risk[-1] == pytest.approx((~right).mean())


def test_threshold_by_hand() -> None:
    point = automate(CERTAINTY, RIGHT, 0.8)
    assert point.automated == 3
    assert point.error is not None
    assert point.error.value == pytest.approx(1 / 3)
    assert automate(CERTAINTY, RIGHT, 0.95).error is None


def test_too_few_rows_are_said() -> None:
    found = guaranteed(np.linspace(0, 1, 100), np.ones(100, dtype=bool), 0.01)
    assert found.needed == 299
    assert found.point is None


def test_all_right_automates_all() -> None:
    found = guaranteed(np.linspace(0, 1, 300), np.ones(300, dtype=bool), 0.01)
    assert found.point is not None
    assert found.point.automated == 300


def test_unreliable_certainty_gives_no_point() -> None:
    right = np.arange(400) % 3 > 0
    assert guaranteed(np.linspace(0, 1, 400), right, 0.05).point is None


def test_the_guarantee_holds_as_often_as_it_says() -> None:
    """True error given certainty c is (1 - c) / 2; the threshold may break its bound in one draw of twenty."""
    rng = np.random.default_rng(3)
    bound, broken, shown, runs = 0.05, 0, 0, 300
    for _ in range(runs):
        certainty = rng.random(800)
        right = rng.random(800) >= (1 - certainty) / 2
        found = guaranteed(certainty, right, bound)
        shown += found.point is not None
        broken += found.point is not None and (1 - found.point.threshold) / 4 > bound
    assert broken / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert shown / runs > 0.3
