"""Stretches of one class cover the range without gaps, and their ends were scored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prodcls.explain.bands import _place, _value, scan

amounts = st.floats(1e-3, 1e6)


def staircase(borders: list[float]):  # noqa: ANN201 - a closure
    def winner(values: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.searchsorted(np.array(sorted(borders)), values).astype(np.int64)

    return winner


@settings(deadline=None, max_examples=100)
@given(st.lists(amounts, max_size=4), amounts, amounts, amounts)
def test_stretches_cover_the_range(borders: list[float], a: float, b: float, own: float) -> None:
    winner = staircase(borders)
    found = scan(winner, min(a, b), max(a, b), own, points=50)
    for stretch in found.stretches:
        assert winner(np.array([stretch.low, stretch.high])).tolist() == [stretch.winner] * 2
    for left, right in zip(found.stretches[:-1], found.stretches[1:], strict=True):
        assert left.winner != right.winner
        assert _place(right.low) == _place(left.high) + 1  # no figure of three digits lies between
    assert found.stretches[0].low == _value(_place(min(a, b, own)))
    assert found.stretches[-1].high == _value(_place(max(a, b, own)))


def test_borders_are_found_to_three_digits() -> None:
    found = scan(staircase([412.3, 415.2]), 10, 10_000, 60, points=20)
    assert [(s.low, s.high, s.winner) for s in found.stretches] == [(10, 412, 0), (413, 415, 1), (416, 10_000, 2)]
    assert found.evaluations < 60


def test_one_class_is_one_stretch() -> None:
    found = scan(staircase([]), 5, 50, 7, points=10)
    assert [(s.low, s.high) for s in found.stretches] == [(5, 50)]


@settings(deadline=None)
@given(st.integers(-9000, 9000))
def test_places_count_all_numbers_of_three_digits(place: int) -> None:
    assert _place(_value(place)) == place
    assert _value(place) < _value(place + 1) <= _value(place) * 1.0101


@pytest.mark.parametrize("value", [0.0, -3.0, float("nan"), float("inf")])
def test_what_has_no_logarithm_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="log scale"):
        scan(staircase([]), value, 10, 5, points=10)
