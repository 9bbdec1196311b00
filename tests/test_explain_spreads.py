"""Where a number stands: quantiles and shares are those of the class's own products."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.explain.spreads import COLUMNS, number_views

NAN = float("nan")


def test_each_class_is_held_against_the_number() -> None:
    known = {"price": np.array([1.0, 2.0, 3.0, 4.0, 100.0, NAN])}
    [view] = number_views({"price": 3.0}, known, list("aaaabb"), ("a", "b", "a"))
    assert (view.column, view.own) == ("price", 3.0)
    a, b = view.spreads
    assert (a.name, a.count, a.middle, a.below) == ("a", 4, 2.5, 0.625)
    assert (b.name, b.count, b.low, b.high, b.below) == ("b", 1, 100.0, 100.0, 0.0)


def test_without_any_number_the_fullest_column_is_shown() -> None:
    known = {"weight": np.array([1.0, NAN, NAN]), "price": np.array([1.0, 2.0, 3.0])}
    [view] = number_views({"price": NAN, "weight": NAN}, known, list("aab"), ("a", "b"))
    assert (view.column, view.own) == ("price", None)
    assert [s.below for s in view.spreads] == [None, None]


def test_columns_without_a_number_are_left_out_where_others_have_one() -> None:
    known = {"price [INR]": np.array([1.0, 2.0]), "price [USD]": np.array([1.0, 2.0])}
    views = number_views({"price [INR]": NAN, "price [USD]": 5.0}, known, list("aa"), ("a",))
    assert [v.column for v in views] == ["price [USD]"]


def test_classes_and_catalogues_without_numbers_have_none() -> None:
    assert number_views({"price": 1.0}, {"price": np.array([NAN, NAN])}, list("ab"), ("a", "b")) == ()
    assert number_views({}, {}, list("ab"), ("a", "b")) == ()
    assert number_views({"price": 1.0}, {"price": np.array([3.0])}, ["a"], ("rest",)) == ()
    many = {f"n{i}": np.array([1.0]) for i in range(9)}
    assert len(number_views(dict.fromkeys(many, 1.0), many, ["a"], ("a",))) == COLUMNS


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(-1e6, 1e6))
def test_the_figures_ascend_and_the_share_is_one(values: list[float], own: float) -> None:
    [view] = number_views({"n": own}, {"n": np.array(values)}, ["a"] * len(values), ("a",))
    [s] = view.spreads
    figures = (min(values), s.low, s.lower, s.middle, s.upper, s.high, max(values))
    assert all(a <= b + 1e-6 for a, b in pairwise(figures))
    assert s.below == pytest.approx(sum((v < own) + 0.5 * (v == own) for v in values) / len(values))
