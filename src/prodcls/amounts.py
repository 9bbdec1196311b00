"""Numeric columns of a catalogue: numbers as they are, amounts of money apart by currency."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from prodcls.catalogue import Schema
from prodcls.currencies import SHARED, currency_named, settle
from prodcls.ledger import Ledger
from prodcls.prices import DecimalMark, PriceProblem, infer_decimal, parse_number, parse_price
from prodcls.schema import is_price

__all__ = ["numeric_columns"]


def numeric_columns(ledger: Ledger, schema: Schema, decimal: DecimalMark | None) -> dict[str, NDArray[np.float64]]:
    """Return the numeric columns of the rows kept, each of shape (n,), NaN where missing.

    Parameters
    ----------
    ledger : Ledger
        Gets a line for every cell that is not read.
    schema : Schema
    decimal : {".", ","} or None
        Decimal mark of all columns; each column's own when None.

    Returns
    -------
    dict of str to ndarray
        Amounts of money are named by their currency, ``price [INR]``, wherever it is known, so that amounts of two
        currencies never meet, neither in one catalogue nor between fitting and predicting.
    """
    currencies = _currencies(ledger, schema)
    numeric: dict[str, NDArray[np.float64]] = {}
    for column in schema.named("numeric"):
        if is_price(column):
            numeric |= _price_columns(ledger, column, currencies, decimal)
        else:
            numeric[column] = _number_column(ledger, column, decimal)
    return numeric


def _number_column(ledger: Ledger, column: str, decimal: DecimalMark | None) -> NDArray[np.float64]:
    cells = ledger.cells(column)
    mark = decimal or infer_decimal(cells)
    values = np.full(len(cells), np.nan)
    for position, cell in enumerate(cells):
        if not cell:
            continue
        number = parse_number(cell, decimal=mark)
        if isinstance(number, PriceProblem):
            ledger.reject_cell(position, column, number.code, number.reason, cell)
        else:
            values[position] = float(number)
    return values


def _currencies(ledger: Ledger, schema: Schema) -> list[str | None]:
    """Return the currency that each kept row names; cells that name none are rejected."""
    columns = schema.named("currency")
    if not columns:
        return [None] * len(ledger.keep)
    named: list[str | None] = []
    for position, cell in enumerate(ledger.cells(columns[0])):
        named.append(currency_named(cell) if cell else None)
        if cell and named[-1] is None:
            ledger.reject_cell(position, columns[0], "currency-unknown", "no currency: give its ISO code", cell)
    return named


def _price_columns(
    ledger: Ledger, column: str, currencies: Sequence[str | None], decimal: DecimalMark | None
) -> dict[str, NDArray[np.float64]]:
    """Return one column of amounts for each currency in ``column``."""
    cells = ledger.cells(column)
    mark = decimal or infer_decimal(cells)
    amounts: dict[int, Decimal] = {}
    units: dict[int, str] = {}
    for position, cell in enumerate(cells):
        if not cell:
            continue
        price = parse_price(cell, decimal=mark)
        if isinstance(price, PriceProblem):
            ledger.reject_cell(position, column, price.code, price.reason, cell)
            continue
        try:
            units[position] = settle(price.currency, currencies[position]) or ""
        except ValueError as error:
            ledger.reject_cell(position, column, "price-currency", f"{error}: correct one of them", cell)
            continue
        amounts[position] = price.amount
    return _by_currency(ledger, column, amounts, _settled(units))


def _settled(units: dict[int, str]) -> dict[int, str]:
    """Resolve marks that several currencies share (``¥``) where the column names only one of them elsewhere."""
    certain = set(units.values()) - {"", *SHARED}
    resolved: dict[str, str] = {}
    for mark, sharers in SHARED.items():
        fitting = certain.intersection(sharers)
        if len(fitting) == 1:
            resolved[mark] = fitting.pop()
    return {position: resolved.get(unit, unit) for position, unit in units.items()}


def _by_currency(
    ledger: Ledger, column: str, amounts: dict[int, Decimal], units: dict[int, str]
) -> dict[str, NDArray[np.float64]]:
    known = sorted(set(units.values()) - {""}) or [""]
    values = {unit: np.full(len(ledger.keep), np.nan) for unit in known}
    for position, amount in amounts.items():
        # A price without a currency is taken for the column's only one; among several it is not comparable.
        unit = known[0] if len(known) == 1 else units[position]
        if unit in values:
            values[unit][position] = float(amount)
        else:
            reason = f"the column mixes {', '.join(known)} and this price names no currency"
            ledger.reject_cell(position, column, "price-currency", reason, str(amount))
    return {f"{column} [{unit}]" if unit else column: values[unit] for unit in known}
