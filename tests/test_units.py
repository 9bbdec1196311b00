from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.units import PerUnit, per_base, split_unit


@pytest.mark.parametrize(
    ("text", "money", "count", "word"),
    [
        ("5 €/kg", "5 €", "", "kg"),
        ("us$ 4.20 / 100 g", "us$ 4.20", "100", "g"),
        ("$3 per piece", "$3", "", "piece"),
        ("99 each", "99", "", "each"),
        ("5元每斤", "5元", "", "斤"),
        ("5 €/m²", "5 €", "", "m²"),
        ("5 €/㎡", "5 €", "", "㎡"),
        ("5 € / 0,5 l", "5 €", "0,5", "l"),
    ],
)
def test_units_are_split_off(text: str, money: str, count: str, word: str) -> None:
    assert split_unit(text) == (money, PerUnit(count, word))


@pytest.mark.parametrize("text", ["5", "99/100", "1/2", "and/or", "5/", "each", "/kg"])
def test_what_has_no_unit(text: str) -> None:
    assert split_unit(text) is None


@pytest.mark.parametrize(
    ("amount", "count", "word", "currency", "expected"),
    [
        ("4.20", "100", "g", "USD", ("42", "kg")),
        ("5", "", "斤", "CNY", ("10", "kg")),
        ("5", "", "斤", "¥", ("10", "kg")),
        ("5", "", "斤", "TWD", None),
        ("5", "", "斤", None, None),
        ("3", "30", "g", "USD", ("100", "kg")),
        ("1", "30", "g", "USD", None),
        ("1.50", "", "lb", "USD", ("1.50", "lb")),
        ("1", "2", "lb", "USD", ("0.5", "lb")),
        ("99", "", "件", None, ("99", "")),
        ("99", "10", "件", "CNY", None),
        ("99", "0", "g", "CNY", None),
        ("0.30", "0,5", "l", "EUR", ("0.6", "l")),
        ("99", "", "parsec", "EUR", None),
    ],
)
def test_amounts_are_per_base_unit_exactly(
    amount: str, count: str, word: str, currency: str | None, expected: tuple[str, str] | None
) -> None:
    found = per_base(Decimal(amount), PerUnit(count, word), currency)
    assert found == (None if expected is None else (Decimal(expected[0]), expected[1]))


@given(st.decimals(0, 10**9, places=3), st.integers(1, 9999), st.sampled_from(["g", "mg", "ml", "cm", "t"]))
def test_no_price_per_unit_is_rounded(amount: Decimal, count: int, word: str) -> None:
    size = {
        "g": Fraction(1, 1000),
        "mg": Fraction(1, 10**6),
        "ml": Fraction(1, 1000),
        "cm": Fraction(1, 100),
        "t": 1000,
    }
    found = per_base(amount, PerUnit(str(count), word), "EUR")
    exact = Fraction(amount) / (size[word] * count)
    if found is not None:
        assert Fraction(found[0]) == exact
    else:
        rest = exact.denominator
        for factor in (2, 5):
            while rest % factor == 0:
                rest //= factor
        assert rest != 1
