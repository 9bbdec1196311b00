from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.errors import InputError
from prodcls.number_formats import FORMATS, UNDECLARED, NumberRules
from prodcls.prices import Price, parse_price


def spelled(amount: Decimal, name: str) -> str:
    """Write ``amount`` with two decimals as the sample ``name`` does."""
    whole, _, cents = f"{amount:.2f}".partition(".")
    mark = name[1] if len(name) > 6 and not name[1].isdigit() else ","
    if name == "12,34,567.8":
        head, tail = whole[:-3], whole[-3:]
        pairs = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
        whole = ",".join([*pairs, tail])
    elif len(name) == 7:
        whole = f"{int(whole):,}".replace(",", mark)
    return f"{whole}{FORMATS[name].decimal}{cents}"


@given(st.decimals(0, 10**9, places=2), st.sampled_from([name for name in FORMATS if len(name) > 1]))
def test_what_a_format_writes_it_reads_back(amount: Decimal, name: str) -> None:
    text = spelled(amount, name)
    assert parse_price(text, FORMATS[name]) == Price(amount, None), text


@given(
    st.decimals(0, 10**9, places=2),
    st.sampled_from([name for name in FORMATS if len(name) > 1]),
    st.sampled_from([None, *FORMATS.values()]),
)
def test_no_other_format_reads_another_value(amount: Decimal, name: str, form: object) -> None:
    found = parse_price(spelled(amount, name), form)  # type: ignore[arg-type]
    assert not isinstance(found, Price) or found.amount == amount


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("1234.5", ["1234.50", "1234", ".5"], ["1,234.50", "1234,5", "1 234"]),
        ("1,234.5", ["1,234", "1234.5", "1,234,567.8"], ["1.234,5", "1 234.5", "12,34,567.8", "1,23"]),
        ("1.234,5", ["1.234", "1.234,50", "1234,5"], ["1,234.5", "1234.5", "1'234,5"]),
        ("1 234,5", ["1 234", "1 234,5", "1\u202f234"], ["1.234", "1 234.5"]),
        ("1'234.5", ["1'234", "1\u2019234.5"], ["1,234", "1 234"]),
        ("12,34,567.8", ["12,34,567.8", "1,234"], ["123,456", "1.234,5", "1,234,567"]),
        (".", ["1.234", "1,234", "1 234.5"], ["1,5"]),
        (",", ["1.234", "1,234", "1 234,5"], ["1.5"]),
    ],
)
def test_a_declared_format_decides_and_refuses(name: str, right: list[str], wrong: list[str]) -> None:
    for text in right:
        assert isinstance(parse_price(text, FORMATS[name]), Price), text
    for text in wrong:
        found = parse_price(text, FORMATS[name])
        assert not isinstance(found, Price), text
        assert found.code in {"price-convention", "price-unreadable"}


def test_a_column_may_have_a_format_of_its_own() -> None:
    rules = NumberRules(("1.234,5", "weight=1,234.5", "a=b=."))
    assert rules.format_of("price") == FORMATS["1.234,5"]
    assert rules.format_of("weight") == FORMATS["1,234.5"]
    assert rules.format_of("a=b") == FORMATS["."]
    assert rules.columns == ("weight", "a=b")
    assert UNDECLARED.format_of("price") is None


@pytest.mark.parametrize("formats", [("1.2",), ("",), ("price=",), (".", ","), ("a=.", "a=.")])
def test_formats_that_are_none_or_stand_twice_are_refused(formats: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        NumberRules(formats)
    assert caught.value.code == "option-invalid"
