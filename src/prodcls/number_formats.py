"""How a catalogue writes its numbers, declared by a sample: ``1.234,5``, ``12,34,567.8``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from prodcls.errors import InputError
from prodcls.rates import Rates

__all__ = ["FORMATS", "UNDECLARED", "DecimalMark", "NumberFormat", "NumberRules"]

DecimalMark = Literal[".", ","]


@dataclass(frozen=True)
class NumberFormat:
    """A way to write numbers.

    Attributes
    ----------
    name : str
        The sample that declares it.
    decimal : {".", ","}
        Mark before the decimals.
    pattern : re.Pattern or None
        What a number without sign looks like; None where any mark may group the thousands.
    """

    name: str
    decimal: DecimalMark
    pattern: re.Pattern[str] | None = None


def _format(name: str, decimal: DecimalMark, groups: str) -> NumberFormat:
    whole = rf"\d+|{groups}" if groups else r"\d+"
    return NumberFormat(name, decimal, re.compile(rf"(?:{whole})?(?:{re.escape(decimal)}\d+)?", re.ASCII))


def _thousands(mark: str) -> str:
    return rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+"


FORMATS: dict[str, NumberFormat] = {
    found.name: found
    for found in (
        NumberFormat(".", "."),
        NumberFormat(",", ","),
        _format("1234.5", ".", ""),
        _format("1234,5", ",", ""),
        _format("1,234.5", ".", _thousands(",")),
        _format("1.234,5", ",", _thousands(".")),
        _format("1 234.5", ".", _thousands(" ")),
        _format("1 234,5", ",", _thousands(" ")),
        _format("1'234.5", ".", _thousands("'")),
        _format("1'234,5", ",", _thousands("'")),
        _format("12,34,567.8", ".", r"\d{1,2}(?:,\d{2})*,\d{3}"),
    )
}
"""By sample; ``.`` and ``,`` declare the decimal mark alone."""


@dataclass(frozen=True)
class NumberRules:
    """What is declared about the numbers of a catalogue.

    Attributes
    ----------
    formats : tuple of str
        Each a name of `FORMATS` for all numeric columns, or ``COLUMN=`` and such a name for one.
    rates : Rates or None
        By which amounts of money become amounts in one currency; None keeps them apart by currency.

    Raises
    ------
    InputError
        Code ``option-invalid``, if a format is unknown or declared twice.
    """

    formats: tuple[str, ...] = ()
    rates: Rates | None = None

    def __post_init__(self) -> None:
        """Check that each format is known and declared once."""
        seen = set()
        for entry in self.formats:
            column, _, name = entry.rpartition("=")
            if name not in FORMATS:
                message = f"--number-format: {name!r} is none of {'  '.join(FORMATS)}"
                raise InputError(message, code="option-invalid")
            if column in seen:
                what = f"column {column!r} has" if column else "there are"
                raise InputError(f"--number-format: {what} two formats", code="option-invalid")
            seen.add(column)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns with a format of their own."""
        return tuple(column for column in self._by_column() if column)

    def format_of(self, column: str) -> NumberFormat | None:
        """Return the format declared for ``column``; None where the column is to show its own."""
        named = self._by_column()
        return FORMATS.get(named.get(column, named.get("", "")))

    def _by_column(self) -> dict[str, str]:
        return {column: name for column, _, name in (entry.rpartition("=") for entry in self.formats)}


UNDECLARED = NumberRules()
"""Each column shows how it writes numbers; currencies are kept apart."""
