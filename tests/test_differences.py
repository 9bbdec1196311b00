"""Differences are found wherever they are, and told in a line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from prodcls.differences import first_few, json_differences, text_difference

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(plain, plain)
def test_there_is_a_difference_where_the_texts_differ(a: Any, b: Any) -> None:
    assert list(json_differences(a, a)) == []
    assume(json.dumps(a, sort_keys=True) != json.dumps(b, sort_keys=True))
    assume(not (a == b == 0))  # 0.0 and -0.0
    assert list(json_differences({"x": [a]}, {"x": [b]})) != [] or a == b


@pytest.mark.parametrize(
    ("expected", "found", "lines"),
    [
        ({"a": 1}, {"a": True}, ["a is True instead of 1"]),
        ({"a": 1}, {"a": 1.0}, ["a is 1.0 instead of 1"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a has 1 entries instead of 2"]),
        ({"a": {"b": "x"}}, {"a": {"c": "x"}}, ["a.b is missing", "a.c is not of the report"]),
        ([], {}, [" is {} instead of []"]),
    ],
)
def test_each_difference_is_told(expected: object, found: object, lines: list[str]) -> None:
    assert list(json_differences(expected, found)) == lines


def test_long_values_are_cut() -> None:
    (line,) = json_differences({"a": "x" * 1000}, {"a": 1})
    assert len(line) < 120


def test_many_differences_are_cut_short() -> None:
    assert first_few(iter(["a", "b"]), 2) == ("a", "b")
    assert first_few(iter(["a", "b", "c"]), 2) == ("a", "b", "and more")
    assert first_few(iter([])) == ()


@given(st.text(), st.text())
def test_two_texts_part_somewhere(expected: str, found: str) -> None:
    assume(expected != found)
    line = text_difference(expected, found)
    assert line.startswith("line ")
    assert "\n" not in line or "\n" not in expected + found


@pytest.mark.parametrize(
    ("expected", "found", "line"),
    [
        ("a\nb", "a\nc", "line 2: 'c' instead of 'b'"),
        ("a\nb\n", "a\n", "line 2: ends before 'b'"),
        ("a\n", "a\nb\n", "line 2: goes on with 'b'"),
        ('<section id="data">1', '<section id="data">2', "section data: '<section id=\"data\">2' instead of"),
    ],
)
def test_the_place_is_named(expected: str, found: str, line: str) -> None:
    assert line in text_difference(expected, found)
