"""Columns of prices and numbers: each spelling is read once, and the column shows its own decimal mark."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from prodcls.number_formats import FORMATS, DecimalMark, NumberFormat
from prodcls.prices import Number, Price, PriceProblem, parse_number, parse_price

__all__ = ["read_numbers", "read_prices"]

T = TypeVar("T", Price, Number)


def read_prices(
    cells: Iterable[str], form: NumberFormat | None = None, proven: set[DecimalMark] | None = None
) -> dict[str, Price | PriceProblem]:
    """Read the cells of a column of prices, each spelling once.

    Parameters
    ----------
    cells : iterable of str
    form : NumberFormat, optional
        How the column writes numbers. Without it the cells prove its decimal mark, unless two disagree.
    proven : set of str, optional
        Decimal marks that other cells of the column prove; gets those that these cells prove.

    Returns
    -------
    dict of str to (Price or PriceProblem)
        By spelling; empty cells are left out.
    """
    return _read(cells, form, parse_price, set() if proven is None else proven)


def read_numbers(
    cells: Iterable[str], form: NumberFormat | None = None, proven: set[DecimalMark] | None = None
) -> dict[str, Number | PriceProblem]:
    """Read the cells of a column of numbers, as `read_prices` does."""
    return _read(cells, form, parse_number, set() if proven is None else proven)


def _read(
    cells: Iterable[str],
    form: NumberFormat | None,
    parse: Callable[[str, NumberFormat | None], T | PriceProblem],
    proven: set[DecimalMark],
) -> dict[str, T | PriceProblem]:
    found = {cell: parse(cell, form) for cell in dict.fromkeys(cells) if cell}
    if form is not None:
        return found
    # The decimal mark that the column proves: 1299.5 and 1,299,000 prove the dot, 1.299 and 1299 nothing.
    proven |= {one.proves for one in found.values() if one.proves is not None}
    if len(proven) == 1:
        (mark,) = proven
        unsure = [c for c, one in found.items() if isinstance(one, PriceProblem) and one.code.endswith("-ambiguous")]
        found.update((cell, parse(cell, FORMATS[mark])) for cell in unsure)
    return found
