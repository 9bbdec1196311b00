"""Slices: a planted fault is found, chance is not, and corrections are those of Holm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prodcls.slices import LEAST, _holm, bands, compare_slices, top_values


def test_a_bad_slice_is_found_among_good_ones() -> None:
    rng = np.random.default_rng(0)
    right = rng.random(1000) < 0.95
    brands = rng.integers(8, size=1000)
    right[brands == 3] &= rng.random((brands == 3).sum()) < 0.8
    found = compare_slices(right, {("brand", str(b)): brands == b for b in range(8)})
    assert [s.value for s in found if s.worse] == ["3"]
    bad = found[3]
    assert bad.accuracy.high < bad.rest
    assert bad.rows == (brands == 3).sum()


def test_chance_is_rarely_taken_for_a_fault() -> None:
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(200):
        right, parts = rng.random(400) < 0.9, rng.integers(6, size=400)
        found = compare_slices(right, {("x", str(p)): parts == p for p in range(6)})
        alarms += any(s.worse for s in found)
    assert alarms / 200 < 0.1


def test_small_parts_and_small_rests_are_left_out() -> None:
    few = np.arange(100) < LEAST - 1
    assert compare_slices(np.ones(100, dtype=bool), {("x", "few"): few, ("x", "most"): ~few}) == ()


def test_holm_by_hand() -> None:
    assert _holm(np.array([0.04, 0.01, 0.03])).tolist() == pytest.approx([0.06, 0.03, 0.06])
    assert _holm(np.array([])).tolist() == []
    assert _holm(np.array([0.9, 0.8])).max() == 1.0


def test_values_by_frequency_without_the_missing_ones() -> None:
    cells = ("a",) * 30 + ("b",) * 40 + ("",) * 50 + ("c",) * 3
    found = top_values(cells)
    assert list(found) == ["b", "a"]
    assert found["a"].sum() == 30


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=60))
@example([0.0, 0.0, 0.0, 0.0, 1.0])
@settings(max_examples=50, deadline=None)
def test_every_known_number_is_in_one_band(numbers: list[float | None]) -> None:
    values = np.array([np.nan if v is None else v for v in numbers], dtype=np.float64)
    found = bands(values)
    if found:
        assert np.array_equal(sum(rows.astype(int) for *_, rows in found), ~np.isnan(values))
        for low, high, rows in found:
            assert low <= values[rows].min() <= values[rows].max() <= high
    else:
        assert len({v for v in numbers if v is not None}) < 2
