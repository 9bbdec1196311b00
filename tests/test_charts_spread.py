"""Boxes stand where their numbers are, on a logarithmic scale where these span decades."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prodcls.charts_spread import Box, is_wide, spread_chart


def box(low: float, high: float, label: str = "a") -> Box:
    middle = (low + high) / 2
    return Box(label, "", "", low, (low + middle) / 2, middle, (middle + high) / 2, high, "a")


def places(markup: str, pattern: str) -> list[float]:
    return [float(x) for x in re.findall(pattern, markup)]


def test_the_own_number_is_a_line_through_all_rows() -> None:
    chart = spread_chart((box(0, 10), box(5, 20, "b")), 5.0, alt="x")
    assert chart.count('class="own"') == 2
    assert len(set(places(chart, r'class="own" x1="([0-9.]+)%'))) == 1
    assert 'class="own"' not in spread_chart((box(0, 10),), None, alt="x")


@pytest.mark.parametrize(
    ("low", "high", "own", "wide"), [(1, 25, 2, True), (1, 9, 5, False), (1, 9, 99, True), (0, 99, 5, False)]
)
def test_the_scale_is_logarithmic_where_numbers_span_decades(low: float, high: float, own: float, wide: bool) -> None:
    assert is_wide((box(low, high),), own) is wide


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9), st.none() | st.floats(-1e9, 1e9))
@example(5e-324, 0.0, None)
@example(0.0, 5e-324, None)
@example(0.0, 1e-307, None)
def test_any_numbers_are_drawn_within_the_track(low: float, span: float, own: float | None) -> None:
    chart = spread_chart((box(low, low + span),), own, alt="x")
    assert all(0 <= p <= 100 for p in places(chart, r'(?:x|x1|x2)="(-?[0-9.]+)%'))


def test_one_price_for_all_is_drawn() -> None:
    assert "<rect" in spread_chart((box(5, 5),), 5.0, alt="x")
    assert "<rect" in spread_chart((box(0, 0),), None, alt="x")


def test_labels_are_escaped() -> None:
    assert "<b>" not in spread_chart((box(1, 2, "<b>"),), 1.0, alt="<b>")
