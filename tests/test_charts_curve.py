"""Curves stand where their numbers are, on a scale with few and round ticks."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.charts_curve import Curve, curves, number_scale

EDGES = (10.0, 100.0, 1000.0)


def path(picture: str) -> list[tuple[float, float]]:
    found = re.search(r'class="line" d="M([^"]*)"', picture)
    assert found is not None
    return [(float(x), float(y)) for x, y in (p.split() for p in found[1].split("L"))]


def test_the_largest_effect_reaches_the_edge_and_zero_is_the_middle() -> None:
    points = path(curves(EDGES, (Curve("a", (-0.2, 0.0, 0.4), ""),), alt="x", rug="r"))
    assert [x for x, _ in points] == pytest.approx([0, 1000 * 2.217 / 4.511, 1000], abs=2)
    assert [y for _, y in points] == [73, 50, 4]


def test_no_effect_is_a_flat_line() -> None:
    assert {y for _, y in path(curves(EDGES, (Curve("a", (0.0, 1e-15, 0.0), ""),), alt="x", rug="r"))} == {50.0}


def test_labels_are_escaped() -> None:
    assert "<b>" not in curves(EDGES, (Curve("<b>", (0.0, 1.0, 0.0), "<b>"),), alt="<b>", rug="<b>")


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_are_few_and_inside(low: float, width: float) -> None:
    scale = number_scale(low, low + width)
    assert len(scale.ticks) <= 5
    assert all(scale.low - 1e-9 <= t.value <= scale.high + 1e-9 for t in scale.ticks)
    assert len({t.text for t in scale.ticks}) == len(scale.ticks)


def test_prices_have_round_ticks() -> None:
    assert [t.text for t in number_scale(250, 12000).ticks] == ["500", "1,000", "2,000", "5,000", "10,000"]
    assert [t.text for t in number_scale(0.5, 2e6).ticks] == ["1", "100", "10,000", "1,000,000"]
