from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.number_formats import FORMATS, DecimalMark
from prodcls.numerals import MAX_DIGITS, plain_text, read_number


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("１２９９．００", "1299.00"),
        ("￥１，２９９", "¥1,299"),
        ("١٢٩٩", "1299"),
        ("۱۲۹۹", "1299"),
        ("१२९९", "1299"),
        ("1\u00a0299", "1 299"),
        ("1\u202f299", "1 299"),
        ("\u200e5\u200f", "5"),
        ("\u22125", "-5"),
        ("1\u2019299", "1'299"),
        (" USD ", "usd"),
        ("12⁹⁹", "12⁹⁹"),
        ("½", "½"),
        ("1\u09ea", "1\ufffd"),
        ("\u202e12", "\ufffd12"),
    ],
)
def test_text_is_made_plain(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    ("body", "decimal", "currency", "value", "problem", "proves"),
    [
        ("1299", None, None, "1299", "", None),
        ("1299.5", None, None, "1299.5", "", "."),
        ("1299,5", None, None, "1299.5", "", ","),
        ("1,299,000", None, None, "1299000", "", "."),
        ("1.299.000", None, None, "1299000", "", ","),
        ("1,299.00", None, None, "1299.00", "", "."),
        ("1.299,00", None, None, "1299.00", "", ","),
        ("12,34,567", None, None, "1234567", "", "."),
        ("1.299", None, None, None, "ambiguous", None),
        ("1,299", None, None, None, "ambiguous", None),
        ("1,2345", None, None, None, "ambiguous", None),
        ("1.299", ".", None, "1.299", "", "."),
        ("1.299", ",", None, "1299", "", ","),
        ("1,299", ".", None, "1299", "", "."),
        ("1,299", ",", None, "1.299", "", ","),
        ("1,299", None, "INR", "1299", "", "."),
        ("1,299", ",", "INR", None, "convention", None),
        ("1.299", None, "INR", None, "ambiguous", None),
        ("1.299", None, "IDR", "1299", "", ","),
        ("1,299", None, "JPY", "1299", "", "."),
        ("12,5", ".", None, None, "convention", None),
        ("12.5", ",", None, None, "convention", None),
        ("1.2.3", None, None, None, "unreadable", None),
        ("1,23,4", None, None, None, "unreadable", None),
        ("0,123,456", None, None, None, "unreadable", None),
        ("1e3", ",", None, "1000", "", None),
        ("1.5e-2", None, None, "0.015", "", "."),
        ("1.5e3", ",", None, None, "convention", None),
        ("9" * (MAX_DIGITS + 1), None, None, None, "too-large", None),
        ("1e99", None, None, None, "too-large", None),
        ("", None, None, None, "unreadable", None),
        ("12 34", None, None, None, "unreadable", None),
        ("5'11", None, None, None, "unreadable", None),
    ],
)
def test_numbers_are_read(
    body: str,
    decimal: DecimalMark | None,
    currency: str | None,
    value: str | None,
    problem: str,
    proves: str | None,
) -> None:
    reading = read_number(body, FORMATS.get(decimal or ""), currency)
    assert (reading.value, reading.problem) == (None if value is None else Decimal(value), problem)
    assert reading.proves == proves


@given(st.text("0123456789.,' e-", max_size=20), st.sampled_from([None, ".", ","]))
def test_a_reading_is_a_value_or_a_problem(body: str, decimal: DecimalMark | None) -> None:
    reading = read_number(body, FORMATS.get(decimal or ""))
    assert (reading.value is None) == bool(reading.problem)
    if reading.value is not None:
        assert 0 <= reading.value < 10**MAX_DIGITS


@given(st.text("0123456789.,", min_size=1, max_size=12))
def test_both_conventions_never_agree_on_what_is_called_ambiguous(body: str) -> None:
    if read_number(body, None).problem == "ambiguous":
        dot, comma = read_number(body, FORMATS["."]).value, read_number(body, FORMATS[","]).value
        assert dot != comma
        assert dot is not None or comma is not None
