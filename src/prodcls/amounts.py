"""Numeric columns of a catalogue: numbers as they are, amounts of money apart by currency and unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from prodcls.catalogue import Schema
from prodcls.common_prices import common_price
from prodcls.currencies import SHARED, currency_named, settle
from prodcls.errors import SchemaError
from prodcls.ledger import Ledger
from prodcls.number_formats import DecimalMark, NumberFormat, NumberRules
from prodcls.prices import Price, PriceProblem
from prodcls.rates import Rates
from prodcls.schema import is_price
from prodcls.spellings import read_numbers, read_prices
from prodcls.units import PIECE

__all__ = ["numeric_columns"]


def numeric_columns(ledger: Ledger, schema: Schema, rules: NumberRules) -> dict[str, NDArray[np.float64]]:
    """Return the numeric columns of the rows kept, each of shape (n,), NaN where missing.

    Parameters
    ----------
    ledger : Ledger
        Gets a line for every cell that is not read, and a note for every range of which the lower end is taken.
    schema : Schema
    rules : NumberRules
        How the columns write numbers, and by which rates amounts are converted.

    Returns
    -------
    dict of str to ndarray
        Amounts of money are named by their currency, ``price [INR]``, wherever it is known, and by their unit,
        ``price [INR/kg]``, so that amounts of two kinds never meet, neither in one catalogue nor between fitting and
        predicting.

    Raises
    ------
    SchemaError
        If a format is declared for a column that is not numeric.
    """
    for column in rules.columns:
        if column not in schema.named("numeric"):
            message = f"--number-format names no numeric column in use: {', '.join(schema.named('numeric')) or 'none'}"
            raise SchemaError(message, code="column-unknown", file=ledger.table.source.path, column=column)
    currencies = _currencies(ledger, schema)
    numeric: dict[str, NDArray[np.float64]] = {}
    for column in schema.named("numeric"):
        form = rules.format_of(column)
        if is_price(column):
            numeric |= _price_columns(ledger, column, currencies, form, rules.rates)
        else:
            numeric[column] = _number_column(ledger, column, form)
    return numeric


def _number_column(ledger: Ledger, column: str, form: NumberFormat | None) -> NDArray[np.float64]:
    cells = ledger.cells(column)
    values = np.full(len(cells), np.nan)
    found = read_numbers(cells, form)
    for position, cell in enumerate(cells):
        number = found.get(cell)
        if isinstance(number, PriceProblem):
            ledger.reject_cell(position, column, number.code, number.reason, cell)
        elif number is not None:
            values[position] = float(number.value)
    return values


def _currencies(ledger: Ledger, schema: Schema) -> list[str | None]:
    """Return the currency that each kept row names; cells that name none are rejected."""
    columns = schema.named("currency")
    if not columns:
        return [None] * len(ledger.keep)
    cells = ledger.cells(columns[0])
    known = {cell: currency_named(cell) if cell else None for cell in set(cells)}
    for position, cell in enumerate(cells):
        if cell and known[cell] is None:
            ledger.reject_cell(position, columns[0], "currency-unknown", "no currency: give its ISO code", cell)
    return [known[cell] for cell in cells]


@dataclass
class _Kind:
    """Amounts of one currency mark, one currency named by the row, and one unit, by position."""

    positions: list[int] = field(default_factory=list)
    amounts: list[Decimal | str] = field(default_factory=list)


_Kinds = defaultdict[tuple[str | None, str | None, str], _Kind]


def _price_columns(
    ledger: Ledger, column: str, currencies: Sequence[str | None], form: NumberFormat | None, rates: Rates | None
) -> dict[str, NDArray[np.float64]]:
    """Return one column of amounts for each currency and unit in ``column``."""
    cells = ledger.cells(column)
    kinds: _Kinds = defaultdict(_Kind)
    others: dict[int, str] = {}
    proven: set[DecimalMark] = set()
    for position, cell in enumerate(cells):
        common = common_price(cell, form)
        if common is None:
            if cell:
                others[position] = cell
            continue
        kind = kinds[common[1], currencies[position], PIECE]
        kind.positions.append(position)
        kind.amounts.append(common[0])
        if common[2] is not None:
            proven.add(common[2])
    found = read_prices(others.values(), form, proven)
    spans: dict[int, Price] = {}
    for position, cell in others.items():
        price = found[cell]
        if isinstance(price, PriceProblem):
            ledger.reject_cell(position, column, price.code, price.reason, cell)
            continue
        kind = kinds[price.currency, currencies[position], price.unit]
        kind.positions.append(position)
        kind.amounts.append(price.amount)
        if price.lowest or price.high is not None:
            spans[position] = price
    values = _by_kind(ledger, column, kinds, rates)
    for position, price in spans.items():
        if any(not np.isnan(amounts[position]) for amounts in values.values()):
            _tell(ledger, position, column, price, cells[position])
    return values


def _by_kind(ledger: Ledger, column: str, kinds: _Kinds, rates: Rates | None) -> dict[str, NDArray[np.float64]]:
    """Return the columns that hold the amounts; those whose currency is not clear are rejected."""
    marks = {}
    for mark, named, unit in kinds:
        try:
            marks[mark, named, unit] = settle(mark, named) or ""
        except ValueError as error:
            _reject(ledger, column, kinds[mark, named, unit], "price-currency", f"{error}: correct one of them")
    resolved = _resolved(set(marks.values()))
    known = sorted(set(resolved.values()) - {""})
    values: dict[str, NDArray[np.float64]] = {}
    for key, mark in marks.items():
        currency, kind = resolved[mark], kinds[key]
        if known and not currency:
            reason = f"the column mixes {', '.join(known)} and this price names no currency"
            _reject(ledger, column, kind, "price-currency", reason)
            continue
        amounts: Sequence[Decimal | str] = kind.amounts
        if rates is not None and currency:
            if not rates.covers(currency):
                _reject(ledger, column, kind, "price-rate", _no_rate(currency))
                continue
            amounts, currency = [rates.converted(Decimal(a), currency) for a in amounts], rates.base
        name = _name(column, currency, key[2])
        values.setdefault(name, np.full(len(ledger.keep), np.nan))[kind.positions] = list(map(float, amounts))
    return {name: values[name] for name in sorted(values)} or {column: np.full(len(ledger.keep), np.nan)}


def _reject(ledger: Ledger, column: str, kind: _Kind, code: str, reason: str) -> None:
    for position in kind.positions:
        ledger.reject_cell(position, column, code, reason, ledger.table.columns[column][ledger.keep[position]])


def _resolved(marks: set[str]) -> dict[str, str]:
    """Return the currency of each mark found, where the column tells it.

    A mark that several currencies share (``¥``) is resolved where the column names only one of them elsewhere. A
    price without a currency is taken for the column's only one; among several it is not comparable.
    """
    certain = marks - set(SHARED) - {""}
    resolved = {mark: mark for mark in marks}
    for mark in marks & set(SHARED):
        fitting = certain.intersection(SHARED[mark])
        if len(fitting) == 1:
            (resolved[mark],) = fitting
    known = set(resolved.values()) - {""}
    if "" in marks and len(known) == 1:
        (resolved[""],) = known
    return resolved


def _name(column: str, currency: str, unit: str) -> str:
    kind = f"{currency}/{unit}" if unit else currency
    return f"{column} [{kind}]" if kind else column


def _no_rate(currency: str) -> str:
    if currency in SHARED:
        return f"{currency} may be {', '.join(SHARED[currency])}: name the currency, so that it can be converted"
    return f"the table of rates has none for {currency}: add it"


def _tell(ledger: Ledger, position: int, column: str, price: Price, cell: str) -> None:
    """Note that a cell was read as its lower end."""
    if price.high is None:
        reason = f"the cell names a lowest price, which is taken: {price.amount}"
    else:
        reason = f"of the range {price.amount} to {price.high} the lower end is taken"
    ledger.note_cell(position, column, "price-range" if price.high is not None else "price-from", reason, cell)
