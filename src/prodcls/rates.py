"""A table of exchange rates that a user declares: read from CSV or TOML, multiplied exactly."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from prodcls.errors import InputError
from prodcls.toml_files import LARGEST, read_toml

__all__ = ["Rate", "Rates", "rates_from", "read_rates"]

_COLUMNS = ("currency", "base", "rate", "date")
_RATE = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_EXACT = Context(prec=120, traps=[Inexact])


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is worth in the base currency.

    Attributes
    ----------
    currency : str
        ISO 4217 code.
    rate : str
        As written, such as ``"0.92"``.
    date : str
        Day of the rate, ``YYYY-MM-DD``.
    """

    currency: str
    rate: str
    date: str


@dataclass(frozen=True)
class Rates:
    """A table of rates.

    Attributes
    ----------
    base : str
        ISO 4217 code of the currency into which amounts are converted.
    sha256 : str
        Of the file's bytes.
    rows : tuple of Rate
        Sorted by currency.

    Raises
    ------
    InputError
        Code ``rates-invalid``, if a code, a rate or a date is none, or a currency stands twice.
    """

    base: str
    sha256: str
    rows: tuple[Rate, ...]

    def __post_init__(self) -> None:
        """Check every row."""
        if not _CODE.fullmatch(self.base):
            _refuse(f"{self.base!r} is no currency: give the ISO code of the base, such as EUR")
        seen = {self.base}
        for row in self.rows:
            if not _CODE.fullmatch(row.currency):
                _refuse(f"{row.currency!r} is no currency: give its ISO code")
            if row.currency == self.base and _RATE.fullmatch(row.rate) and Decimal(row.rate) == 1:
                continue
            if row.currency in seen:
                _refuse(f"{row.currency} stands twice, or is the base and not worth 1")
            if not _RATE.fullmatch(row.rate) or not Decimal(row.rate):
                _refuse(f"{row.rate!r}, the rate of {row.currency}, is no number above 0 with a decimal dot")
            try:
                dt.date.fromisoformat(row.date)
            except ValueError as error:
                _refuse(f"{row.date!r}, the date of {row.currency}, is not written YYYY-MM-DD", error)
            seen.add(row.currency)
        if not self.rows:
            _refuse("holds no rate")

    def covers(self, currency: str) -> bool:
        """Tell whether amounts in ``currency`` can be converted."""
        return currency == self.base or any(row.currency == currency for row in self.rows)

    def converted(self, amount: Decimal, currency: str) -> Decimal:
        """Return an amount in the base currency, exactly.

        Parameters
        ----------
        amount : Decimal
        currency : str
            One that the table covers.

        Examples
        --------
        >>> Rates("EUR", "", (Rate("USD", "0.92", "2026-11-20"),)).converted(Decimal("10.50"), "USD")
        Decimal('9.6600')
        """
        if currency == self.base:
            return amount
        rate = next(row.rate for row in self.rows if row.currency == currency)
        return _EXACT.multiply(amount, Decimal(rate))


def _refuse(what: str, cause: Exception | None = None, file: str = "") -> NoReturn:
    raise InputError(f"--rates: {what}", code="rates-invalid", file=file or None) from cause


def read_rates(path: Path) -> Rates:
    """Read a table of rates.

    Parameters
    ----------
    path : Path
        CSV with the columns ``currency,base,rate,date``: one unit of ``currency`` is worth ``rate`` units of
        ``base``, which is the same in all rows. Or TOML with ``base = "EUR"``, ``date = 2026-11-20`` and a table
        ``[rates]`` of entries such as ``USD = "0.92"``, each in quotes so that it stays as written.

    Returns
    -------
    Rates

    Raises
    ------
    InputError
        If it cannot be read, or a row is at fault.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        _refuse(f"cannot be read: {error.strerror}", error, str(path))
    if len(data) > LARGEST:
        _refuse(f"has more than {LARGEST // 1024} KiB: is this the right file?", None, str(path))
    try:
        base, rows = _from_toml(path) if path.suffix.lower() == ".toml" else _from_csv(data)
        return Rates(base, sha256(data).hexdigest(), tuple(sorted(rows, key=lambda row: row.currency)))
    except InputError as error:
        if error.file is not None:
            raise
        _refuse(str(error).removeprefix("--rates: ").removesuffix(f" [{error.code}]"), error, str(path))


def _from_csv(data: bytes) -> tuple[str, list[Rate]]:
    try:
        lines = list(csv.reader(data.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        _refuse(f"is no CSV in UTF-8 ({error})", error)
    header = [name.strip().casefold() for name in lines[0]] if lines else []
    if sorted(header) != sorted(_COLUMNS):
        _refuse(f"the columns are {', '.join(header) or 'none'}, and must be {', '.join(_COLUMNS)}")
    found = list(_cells(header, lines[1:]))
    bases = sorted({row["base"] for row in found})
    if len(bases) != 1:
        _refuse(f"must have one base in all rows, and has {', '.join(bases) or 'none'}")
    return bases[0], [Rate(row["currency"], row["rate"], row["date"]) for row in found]


def _cells(header: list[str], lines: list[list[str]]) -> Iterator[dict[str, str]]:
    for number, cells in enumerate(lines, start=2):
        if len(cells) != len(header):
            if not cells:
                continue
            _refuse(f"line {number} has {len(cells)} cells, and must have {len(header)}")
        yield {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _from_toml(path: Path) -> tuple[str, list[Rate]]:
    file = read_toml(path)
    file.check_keys("", file.root, ("base", "date", "rates"), "rates-invalid")
    base, date, rates = (file.root.get(name) for name in ("base", "date", "rates"))
    if not isinstance(rates, dict):
        _refuse("has no table [rates]")
    for currency, rate in rates.items():
        if not isinstance(rate, str):
            _refuse(f"write the rate of {currency} in quotes, so that it stays as it is")
    return str(base), [Rate(str(currency), rate, str(date)) for currency, rate in rates.items()]


def rates_from(tree: object) -> Rates:
    """Return the table that a bundle's options hold.

    Parameters
    ----------
    tree : object
        Parsed JSON.

    Raises
    ------
    InputError
        Code ``rates-invalid``, if it is no table of rates.
    """
    try:
        fields: dict[str, Any] = dict(tree)  # type: ignore[call-overload]
        rows = tuple(Rate(**row) for row in fields.pop("rows"))
        if not all(isinstance(v, str) for v in (*fields.values(), *(v for row in rows for v in vars(row).values()))):
            _refuse("a table of rates holds text only")
        return Rates(**fields, rows=rows)
    except (TypeError, ValueError, KeyError) as error:
        _refuse("no table of rates", error)
