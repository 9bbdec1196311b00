from __future__ import annotations

import numpy as np
import pytest

from prodcls.amounts import numeric_columns
from prodcls.catalogue import ColumnRole, RawTable, Role, Schema, Source
from prodcls.errors import SchemaError
from prodcls.ledger import Ledger
from prodcls.number_formats import NumberRules
from prodcls.rates import Rate, Rates

NAN = float("nan")
NOTES = ("price-range", "price-from")


def convert(
    columns: dict[str, list[str]], *formats: str, rates: Rates | None = None, **others: Role
) -> tuple[dict[str, list[float]], list[tuple[int, str, str]]]:
    """Return the columns and (row, column, code) of what was rejected."""
    n = len(next(iter(columns.values())))
    table = RawTable({k: tuple(v) for k, v in columns.items()}, np.arange(1, n + 1), Source("", "", 0))
    ledger = Ledger(table, list(range(n)))
    schema = Schema(tuple(ColumnRole(c, others.get(c, "numeric"), "") for c in columns))
    numeric = numeric_columns(ledger, schema, NumberRules(formats, rates))
    assert all(r.scope == ("note" if r.code in NOTES else "cell") for r in ledger.rejections)
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
    codes = ["price-not-stated", "price-negative", "price-range-unclear", "price-ambiguous"]
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


RATES = Rates("EUR", "0" * 64, (Rate("INR", "0.01", "2026-11-20"), Rate("USD", "0.92", "2026-11-20")))


def test_ranges_are_read_as_their_lower_end_and_noted() -> None:
    numeric, noted = convert({"price": ["¥99-199", "99元起", "99元", "up to ¥5", "10-20"]})
    same(numeric, {"price [CNY]": [99.0, 99.0, 99.0, NAN, NAN]})
    assert noted == [
        (4, "price", "price-at-most"),
        (5, "price", "price-range-unclear"),
        (1, "price", "price-range"),
        (2, "price", "price-from"),
    ]


def test_prices_per_unit_stay_apart_from_prices_per_piece() -> None:
    numeric, rejected = convert({"price": ["₹99/kg", "₹12 / 100 g", "₹99", "₹5/件", "₹5/parsec", "$7/lb"]})
    assert sorted(numeric) == ["price [$/lb]", "price [INR/kg]", "price [INR]"]
    np.testing.assert_array_equal(numeric["price [INR/kg]"], [99.0, 120.0, NAN, NAN, NAN, NAN])
    np.testing.assert_array_equal(numeric["price [INR]"], [NAN, NAN, 99.0, 5.0, NAN, NAN])
    assert rejected == [(5, "price", "price-unit")]


def test_rates_bring_all_currencies_into_one_column() -> None:
    numeric, rejected = convert({"price": ["€5", "USD 10", "₹99/kg", "₹1,000", "PKR 5", "$3"]}, rates=RATES)
    same(numeric, {"price [EUR/kg]": [NAN, NAN, 0.99, NAN, NAN, NAN], "price [EUR]": [5.0, 9.2, NAN, 10.0, NAN, 2.76]})
    assert rejected == [(5, "price", "price-rate")]


def test_shared_marks_and_bare_numbers_are_never_converted_in_doubt() -> None:
    numeric, rejected = convert({"price": ["$5", "6", "€7"]}, rates=RATES)
    same(numeric, {"price [EUR]": [NAN, NAN, 7.0]})
    assert rejected == [(1, "price", "price-rate"), (2, "price", "price-currency")]
    same(convert({"price": ["5", "6.5"]}, rates=RATES)[0], {"price": [5.0, 6.5]})
    same(
        convert({"price": ["5", "$6"], "currency": ["USD", "USD"]}, rates=RATES, currency="currency")[0],
        {"price [EUR]": [4.6, 5.52]},
    )


def test_a_column_may_declare_its_own_format() -> None:
    columns = {"price": ["1.299", "12,5"], "weight": ["1.299", "2.5"]}
    same(convert(columns, "1.234,5", "weight=.")[0], {"price": [1299.0, 12.5], "weight": [1.299, 2.5]})
    with pytest.raises(SchemaError, match="--number-format names no numeric column in use: price"):
        convert({"price": ["1"]}, "size=.")


def test_what_contradicts_the_declared_format_is_rejected() -> None:
    numeric, rejected = convert({"price": ["1.299,50", "1,299.50", "1 299", "1299"]}, "1.234,5")
    same(numeric, {"price": [1299.5, NAN, NAN, 1299.0]})
    assert rejected == [(2, "price", "price-convention"), (3, "price", "price-convention")]
