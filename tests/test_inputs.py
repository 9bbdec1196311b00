"""Rows are picked, put together and joined as they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import prodcls.inputs
import prodcls.scratch
from prodcls.inputs import Inputs, concatenated
from synthetic import make_sample

INPUTS = make_sample(12).inputs


def check_equal(a: Inputs, b: Inputs) -> None:
    assert a.ids == b.ids
    assert a.texts == b.texts
    assert a.categorical == b.categorical
    assert list(a.numeric) == list(b.numeric)
    for name in a.numeric:
        np.testing.assert_array_equal(a.numeric[name], b.numeric[name])
    for name, e in a.dense.items():
        np.testing.assert_array_equal(e.vectors, b.dense[name].vectors)
        np.testing.assert_array_equal(e.present, b.dense[name].present)
        np.testing.assert_array_equal(e.read_share, b.dense[name].read_share)


@given(st.lists(st.integers(0, 11), max_size=15))
def test_take_picks_the_rows_in_that_order(rows: list[int]) -> None:
    taken = INPUTS.take(np.array(rows, dtype=np.intp))
    assert len(taken) == len(rows)
    for place, row in enumerate(rows):
        check_equal(taken.take(np.array([place])), INPUTS.take(np.array([row])))


@given(st.integers(0, 12))
def test_parts_put_together_are_the_whole(cut: int) -> None:
    rows = np.arange(12)
    check_equal(concatenated([INPUTS.take(rows[:cut]), INPUTS.take(rows[cut:])]), INPUTS)


def test_parts_are_put_together_alike_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.scratch, "IN_MEMORY", 0)
    monkeypatch.setattr(prodcls.inputs, "CHUNK_ROWS", 3)
    rows = np.arange(12)
    check_equal(concatenated([INPUTS.take(rows[:5]), INPUTS.take(rows[5:])], tmp_path), INPUTS)


def test_the_columns_of_the_first_part_count() -> None:
    first = INPUTS.take(np.arange(5))
    second = replace(first, numeric={"price [EUR]": np.ones(5)}, categorical={"colour": ("red",) * 5})
    both = concatenated([first, second])
    assert list(both.numeric) == ["price"]
    assert np.isnan(both.numeric["price"][5:]).all()
    assert both.categorical == {"brand": first.categorical["brand"] + ("",) * 5}


def test_aligned_columns_come_in_order_and_absent_ones_are_missing() -> None:
    aligned = INPUTS.aligned(["weight", "price"], ["colour", "brand"])
    assert list(aligned.numeric) == ["weight", "price"]
    assert np.isnan(aligned.numeric["weight"]).all()
    np.testing.assert_array_equal(aligned.numeric["price"], INPUTS.numeric["price"])
    assert aligned.categorical == {"colour": ("",) * 12, "brand": INPUTS.categorical["brand"]}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"title": ("a", "", ""), "description": ("b", "c", "")}, ("a\nb", "c", "")),
        ({"title": ("a", "b", "c")}, ("a", "b", "c")),
        ({}, ("", "", "")),
    ],
)
def test_joined_text_leaves_missing_cells_out(texts: dict[str, tuple[str, ...]], expected: tuple[str, ...]) -> None:
    assert Inputs(("x", "y", "z"), texts, {}, {}, {}).joined_text() == expected
