"""Numeric columns of a catalogue: numbers as they are, amounts of money apart by currency and unit."""

from __future__ import annotations

from array import array
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
from prodcls.number_formats import FORMATS, DecimalMark, NumberFormat, NumberRules
from prodcls.prices import Price, PriceProblem, parse_price
from prodcls.rates import Rates
from prodcls.schema import is_price
from prodcls.spellings import read_numbers, read_prices
from prodcls.units import PIECE

__all__ = ["Shown", "numeric_columns"]


@dataclass
class Shown:
    """What the cells of a numeric column show of the column as a whole.

    Attributes
    ----------
    decimals : set of str
        Decimal marks that they prove.
    currencies : set of str
        Currencies and marks that stand beside amounts; ``""`` where none does.
    """

    decimals: set[DecimalMark] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)


def numeric_columns(
    ledger: Ledger, schema: Schema, rules: NumberRules, shown: dict[str, Shown] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return the numeric columns of the rows kept, each of shape (n,), NaN where missing.

    Parameters
    ----------
    ledger : Ledger
        Gets a line for every cell that is not read, and a note for every range of which the lower end is taken.
    schema : Schema
    rules : NumberRules
        How the columns write numbers, and by which rates amounts are converted.
    shown : dict of str to Shown, optional
        By column, what other parts of the catalogue show; gets what these rows show.

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
    shown = {} if shown is None else shown
    currencies = _currencies(ledger, schema)
    numeric: dict[str, NDArray[np.float64]] = {}
    for column in schema.named("numeric"):
        form = rules.format_of(column)
        if is_price(column):
            prices = _prices(ledger, column, currencies, form, shown.setdefault(column, Shown()))
            numeric |= _price_columns(ledger, prices, rules.rates)
        else:
            numeric[column] = _number_column(ledger, column, form, shown.setdefault(column, Shown()))
    return numeric


def _number_column(ledger: Ledger, column: str, form: NumberFormat | None, shown: Shown) -> NDArray[np.float64]:
    cells = ledger.cells(column)
    values = np.full(len(cells), np.nan)
    found = read_numbers(cells, form, shown.decimals)
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

    positions: array[int] = field(default_factory=lambda: array("q"))
    amounts: list[Decimal | str] = field(default_factory=list)

    def add(self, position: int, amount: Decimal | str) -> None:
        self.positions.append(position)
        self.amounts.append(amount)


_Kinds = defaultdict[tuple[str | None, str | None, str], _Kind]


@dataclass(frozen=True)
class _Prices:
    """The cells of a price column as read."""

    column: str
    shown: Shown
    kinds: _Kinds = field(default_factory=lambda: defaultdict(_Kind))
    spans: dict[int, tuple[Price, str]] = field(default_factory=dict)


def _prices(
    ledger: Ledger, column: str, currencies: Sequence[str | None], form: NumberFormat | None, shown: Shown
) -> _Prices:
    """Read the cells of a price column."""
    prices = _Prices(column, shown)
    others: dict[int, str] = {}
    for position, cell in enumerate(ledger.cells(column)):
        common = common_price(cell, form)
        if common is not None:
            prices.kinds[common[1], currencies[position], PIECE].add(position, common[0])
            if common[2] is not None:
                shown.decimals.add(common[2])
        elif cell:
            others[position] = cell
    found = read_prices(others.values(), form, shown.decimals)
    for position, cell in others.items():
        price = found[cell]
        if isinstance(price, PriceProblem):
            ledger.reject_cell(position, column, price.code, price.reason, cell)
            if price.code == "price-ambiguous":
                # Its currency is certain all the same, and another part of the catalogue may make the amount certain.
                price = parse_price(cell, FORMATS["."])
                shown.currencies |= set() if isinstance(price, PriceProblem) else {price.currency or ""}
            continue
        prices.kinds[price.currency, currencies[position], price.unit].add(position, price.amount)
        if price.lowest or price.high is not None:
            prices.spans[position] = price, cell
    return prices


def _price_columns(ledger: Ledger, prices: _Prices, rates: Rates | None) -> dict[str, NDArray[np.float64]]:
    """Return one column of amounts for each currency and unit in a price column."""
    values = _by_kind(ledger, prices, rates)
    for position, (price, cell) in prices.spans.items():
        if any(not np.isnan(amounts[position]) for amounts in values.values()):
            _tell(ledger, position, prices.column, price, cell)
    return values


def _by_kind(ledger: Ledger, prices: _Prices, rates: Rates | None) -> dict[str, NDArray[np.float64]]:
    """Return the columns that hold the amounts; those whose currency is not clear are rejected."""
    column, kinds = prices.column, prices.kinds
    marks = {}
    for mark, named, unit in kinds:
        try:
            marks[mark, named, unit] = settle(mark, named) or ""
        except ValueError as error:
            _reject(ledger, column, kinds[mark, named, unit], "price-currency", f"{error}: correct one of them")
    prices.shown.currencies.update(marks.values())
    resolved = _resolved(prices.shown.currencies)
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
