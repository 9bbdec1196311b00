from __future__ import annotations

import numpy as np
import pytest

from prodcls.amounts import numeric_columns
from prodcls.catalogue import ColumnRole, RawTable, Role, Schema, Source
from prodcls.ledger import Ledger
from prodcls.prices import DecimalMark

NAN = float("nan")


def convert(
    columns: dict[str, list[str]], decimal: DecimalMark | None = None, **others: Role
) -> tuple[dict[str, list[float]], list[tuple[int, str, str]]]:
    """Return the columns and (row, column, code) of what was rejected."""
    n = len(next(iter(columns.values())))
    table = RawTable({k: tuple(v) for k, v in columns.items()}, np.arange(1, n + 1), Source("", "", 0))
    ledger = Ledger(table, list(range(n)))
    schema = Schema(tuple(ColumnRole(c, others.get(c, "numeric"), "") for c in columns))
    numeric = numeric_columns(ledger, schema, decimal)
    assert all(r.scope == "cell" for r in ledger.rejections)
    return {k: v.tolist() for k, v in numeric.items()}, [(r.row, r.column, r.code) for r in ledger.rejections]


def same(found: dict[str, list[float]], expected: dict[str, list[float]]) -> None:
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


def test_one_currency_names_the_column() -> None:
    numeric, rejected = convert(
        {"price": ["12.5", "", "1.299"], "currency": ["INR", "INR", "INR"]}, currency="currency"
    )
    same(numeric, {"price [INR]": [12.5, NAN, 1.299]})
    assert rejected == []


def test_no_currency_leaves_the_name() -> None:
    same(convert({"price": ["12.5", "8"]})[0], {"price": [12.5, 8.0]})


def test_currencies_never_mix() -> None:
    numeric, rejected = convert({"price": ["₹899", "$12.99", "5 INR", "7"]})
    same(numeric, {"price [$]": [NAN, 12.99, NAN, NAN], "price [INR]": [899.0, NAN, 5.0, NAN]})
    assert rejected == [(4, "price", "price-currency")]


def test_currencies_come_from_their_column() -> None:
    numeric, rejected = convert(
        {"price": ["899", "12.99", "€5"], "currency": ["INR", "usd", "EUR"]}, currency="currency"
    )
    assert sorted(numeric) == ["price [EUR]", "price [INR]", "price [USD]"]
    assert numeric["price [USD]"][1] == 12.99
    assert rejected == []


def test_a_price_against_its_rows_currency_is_rejected() -> None:
    numeric, rejected = convert({"price": ["€5", "6"], "currency": ["USD", "USD"]}, currency="currency")
    same(numeric, {"price [USD]": [NAN, 6.0]})
    assert rejected == [(1, "price", "price-currency")]


def test_shared_marks_are_settled_by_the_rest_of_the_column() -> None:
    same(convert({"price": ["¥199", "99元"]})[0], {"price [CNY]": [199.0, 99.0]})
    same(convert({"price": ["Rs. 899", "₹99"]})[0], {"price [INR]": [899.0, 99.0]})
    assert sorted(convert({"price": ["¥199", "99元", "88円"]})[0]) == ["price [CNY]", "price [JPY]", "price [¥]"]


def test_an_unmarked_price_is_in_the_columns_only_currency() -> None:
    same(convert({"price": ["€5", "6"]})[0], {"price [EUR]": [5.0, 6.0]})


def test_unknown_currencies_are_rejected() -> None:
    numeric, rejected = convert({"price": ["5"], "currency": ["gold"]}, currency="currency")
    same(numeric, {"price": [5.0]})
    assert rejected == [(1, "currency", "currency-unknown")]


def test_problems_are_missing_and_reported() -> None:
    numeric, rejected = convert({"price": ["面议", "-5", "100-200", "1.299", "7"]})
    same(numeric, {"price": [NAN, NAN, NAN, NAN, 7.0]})
    codes = ["price-not-stated", "price-negative", "price-range", "price-ambiguous"]
    assert rejected == [(i, "price", code) for i, code in enumerate(codes, start=1)]


def test_the_column_decides_its_decimal_mark_unless_it_is_given() -> None:
    same(convert({"price": ["1.299", "12.5"]})[0], {"price": [1.299, 12.5]})
    same(convert({"price": ["1.299", "12,5"]})[0], {"price": [1299.0, 12.5]})
    same(convert({"price": ["1.299"]}, ",")[0], {"price": [1299.0]})
    same(convert({"weight": ["1.299"]}, ".")[0], {"weight": [1.299]})


def test_other_numbers_have_no_currency_and_may_be_negative() -> None:
    numeric, rejected = convert(
        {"weight": ["-1.5", "2", "$5", "3 kg", ""], "currency": ["INR"] * 5}, currency="currency"
    )
    same(numeric, {"weight": [-1.5, 2.0, NAN, NAN, NAN]})
    assert [code for *_, code in rejected] == ["number-unreadable", "number-unreadable"]


@pytest.mark.parametrize("column", ["price", "weight"])
def test_a_column_without_values_stays(column: str) -> None:
    same(convert({column: ["", ""]})[0], {column: [NAN, NAN]})
