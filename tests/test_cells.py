from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.cells import EXCERPT_CHARS, MAX_CELL_CHARS, cell_fault, clean_name, excerpt, is_null, spell


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("007", "007"),
        ("NA", "NA"),
        (None, ""),
        (math.nan, ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (Decimal("NaN"), ""),
        (7, "7"),
        (2**70, str(2**70)),
        (0.1, "0.1"),
        (np.float64(0.1), "0.1"),
        (np.float32(0.1), "0.1"),
        (1.299, "1.2990"),
        (-12.125, "-12.1250"),
        (np.float32(1.299), "1.2990"),
        (Decimal("1.299"), "1.2990"),
        (1299.125, "1299.125"),
        (0.125, "0.125"),
        ("1.299", "1.299"),
        (1e22, "1e+22"),
        (True, "true"),
        (np.bool_(False), "false"),
        (Decimal("12.50"), "12.50"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (b"caf\xc3\xa9", "café"),
        (b"\xff\xfe\x00", "//4A"),
        (["a.jpg", None], '["a.jpg", null]'),
        ({"内存": "16G"}, '{"内存": "16G"}'),
    ],
)
def test_values_are_spelled(value: object, cell: str) -> None:
    assert spell(value) == cell


@given(st.floats(allow_nan=False))
def test_floats_read_back(value: float) -> None:
    assert float(spell(value)) == value


@given(st.floats(width=32, allow_nan=False))
def test_single_precision_reads_back(value: float) -> None:
    assert np.float32(spell(np.float32(value))) == np.float32(value)


@given(st.recursive(st.text() | st.booleans(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_nested_values_read_back(value: object) -> None:
    if isinstance(value, list | dict):
        assert json.loads(spell(value)) == value


@given(st.text(st.characters(exclude_categories=())))
def test_excerpts_are_short_single_lines_of_utf8(value: str) -> None:
    shown = excerpt(value)
    assert len(shown) <= EXCERPT_CHARS
    assert shown.isprintable()
    shown.encode("utf-8")


def test_excerpts_mark_what_they_leave_out() -> None:
    assert excerpt("a" * 80) == "a" * 80
    assert excerpt("a" * 81) == "a" * 79 + "…"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("plain", None),
        ("图片 📷", None),
        ("a\0b", "nul-character"),
        ("a\udcffb", "encoding-damaged"),
        ("\ud83d", "encoding-damaged"),
        ("x" * (MAX_CELL_CHARS + 1), "cell-too-long"),
    ],
    ids=["plain", "emoji", "nul", "undecoded", "lone", "long"],
)
def test_faults(cell: str, code: str | None) -> None:
    fault = cell_fault(cell)
    assert (fault and fault[0]) == code


def test_names_are_cleaned() -> None:
    assert clean_name("\ufeff Cafe\u0301 ") == "Café"


def test_empty_text_is_not_null() -> None:
    assert not is_null("")
