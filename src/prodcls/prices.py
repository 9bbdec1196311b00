"""Prices and other numbers as people write them, read exactly or not at all.

A cell is read only when its own marks, its currency or its column decide what it means; otherwise the answer is a
problem, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from prodcls.common_prices import common_price
from prodcls.currencies import settled, strip_currency
from prodcls.number_formats import DecimalMark, NumberFormat
from prodcls.numerals import MAX_DIGITS, plain_text, read_number
from prodcls.spans import ends_of, one_end
from prodcls.units import PIECE, PerUnit, per_base, split_unit

__all__ = ["Number", "Price", "PriceProblem", "parse_number", "parse_price"]

MAX_CHARS = 64
"""Characters of a cell that can still be a price."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price that was read.

    Attributes
    ----------
    amount : Decimal
        Exactly as written, not below zero; of a range the lower end.
    currency : str or None
        ISO 4217 code, or the mark itself (``"$"``, ``"¥"``, ``"Rs"``) where several currencies share it.
    unit : str
        What has this price: ``"kg"``, ``"m"``; empty for one piece.
    high : Decimal or None
        Upper end of a range.
    lowest : bool
        Whether the cell says that this is the lowest of several prices.
    proves : {".", ","} or None
        Decimal mark that the spelling proves for its column.
    """

    amount: Decimal
    currency: str | None
    unit: str = PIECE
    high: Decimal | None = None
    lowest: bool = False
    proves: DecimalMark | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was read.

    Attributes
    ----------
    value : Decimal
    proves : {".", ","} or None
        As in `Price`.
    """

    value: Decimal
    proves: DecimalMark | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PriceProblem:
    """Why a cell was not read.

    Attributes
    ----------
    code : str
        Stable identifier such as ``"price-ambiguous"``.
    reason : str
        What is wrong and what to do.
    proves : {".", ","} or None
        As in `Price`: a number below zero is no price, but it shows how the column writes decimals.
    """

    code: str
    reason: str
    proves: DecimalMark | None = field(default=None, compare=False, repr=False)


_REASONS = {
    "empty": "the cell is empty",
    "not-stated": "the cell says that no price is stated",
    "not-finite": "infinity and not-a-number are no amounts",
    "negative": "a price cannot be below zero",
    "range": "the cell holds a range or a lower bound: give one number",
    "range-unclear": "{} may be a range, a date, a size or a number: name the currency, the lower end first",
    "at-most": "{} says only what the price is at most: give the price",
    "unit": "the price is one of {}, which is no known unit or has no exact price per kg, l, m or piece",
    "ambiguous": "{} may be 1000 times more or less: write it without thousands mark or declare --number-format",
    "convention": "{} does not fit the way in which the column writes numbers",
    "too-large": f"more than {MAX_DIGITS} digits before the decimal mark",
    "unreadable": "the cell is not one number with at most a currency: remove what else it holds",
}

_NOT_STATED = re.compile(
    r"面议|电议|议价|询价|待定|暂无报价|免费|(up)?on request|call (us|for price)|contact us|ask|tbd|poa|free|n/?a|-+"
)
_NOT_FINITE = re.compile(r"[-+]?\s*(inf|infinity|nan|∞)")
_RANGE = re.compile(
    r"\d\s*\D{0,6}\s*(-|~|\bto\b|至|到)\s*\D{0,6}\s*\d|\d\s*\D{0,3}(起|以上|以下|\+$)|(from|ab|desde)\b"
)
# Swiss, German and Indian ways to say "no cents": 1299.- 1.299,-- 899/-
_NO_CENTS = re.compile(r"(?<=\d)([.,]-{1,2}|/-)")
_LEADING_ZERO = re.compile(r"0\d")


_UNREADABLE_NUMBER = "the cell is not one number: remove what else it holds; money has 'price' in its column's name"


def _problem(kind: str, subject: str, cell: str, proves: DecimalMark | None = None) -> PriceProblem:
    reason = _UNREADABLE_NUMBER if (kind, subject) == ("unreadable", "number") else _REASONS[kind]
    return PriceProblem(f"{subject}-{kind}", reason.format(repr(cell.strip()[:20])), proves)


def _words(text: str) -> str | None:
    """Return the kind of problem that the words of a cell state, or None."""
    if _NOT_FINITE.fullmatch(text):
        return "not-finite"
    if _NOT_STATED.fullmatch(text):
        return "not-stated"
    return None


def _plain(text: str) -> str:
    # A cell of a million characters is not looked at one by one.
    return text if len(text) > 4 * MAX_CHARS else _NO_CENTS.sub("", plain_text(text))


def parse_price(text: str, form: NumberFormat | None = None) -> Price | PriceProblem:
    """Read one price.

    Parameters
    ----------
    text : str
        Such as ``₹1,29,999``, ``1.299,00 €``, ``CHF 1'299``, ``Rs. 899/-``, ``199元``, ``¥99-199``, ``5 €/kg``; digits
        of any script.
    form : NumberFormat, optional
        How the column writes numbers. It decides ``1.299``; cells that contradict it are problems.

    Returns
    -------
    Price or PriceProblem
        Codes: ``price-`` + ``empty``, ``not-stated``, ``not-finite``, ``negative``, ``range-unclear``, ``at-most``,
        ``unit``, ``ambiguous``, ``convention``, ``too-large``, ``unreadable``.

    Examples
    --------
    >>> parse_price("₹1,29,999.50")
    Price(amount=Decimal('129999.50'), currency='INR', unit='', high=None, lowest=False)
    >>> parse_price("1.299").code
    'price-ambiguous'
    >>> from prodcls.number_formats import FORMATS
    >>> parse_price("1.299", FORMATS[","]).amount
    Decimal('1299')
    """
    common = common_price(text, form)
    if common is not None:
        digits, currency, proves = common
        return Price(Decimal(digits), currency, proves=proves)
    plain = _plain(text)
    if not plain or len(plain) > MAX_CHARS:
        return _problem("unreadable" if plain else "empty", "price", text)
    found = _amount(plain, form, text)
    if isinstance(found, PriceProblem) and found.code == "price-unreadable":
        kind = _words(plain)
        return _problem(kind, "price", text) if kind else _described(plain, form, text)
    return found


def _described(plain: str, form: NumberFormat | None, cell: str) -> Price | PriceProblem:
    """Read a price with more than an amount in it: a range, one end of it, a unit."""
    end, money = one_end(plain)
    if end == "highest":
        return _problem("at-most", "price", cell)
    money, unit = split_unit(money) or (money, None)
    found = _amount(money, form, cell)
    if isinstance(found, PriceProblem) and found.code == "price-unreadable" and (ends := ends_of(money)):
        found = _span(*ends, form, unit, cell)
    if isinstance(found, Price) and unit is not None:
        found = _per_base(found, unit, cell)
    return found if isinstance(found, PriceProblem) else replace(found, lowest=end == "lowest")


def _amount(text: str, form: NumberFormat | None, cell: str) -> Price | PriceProblem:
    body, marks = strip_currency(text)
    negative = body.startswith(("-", "(")) or body.endswith("-")
    if negative:
        body, more = strip_currency(body.strip("-() "))
        marks |= more
    try:
        currency = settled(marks)
    except ValueError:
        return _problem("unreadable", "price", cell)
    reading = read_number(body, form, currency)
    if reading.value is None:
        return _problem(reading.problem, "price", cell)
    if negative and reading.value != 0:
        return _problem("negative", "price", cell, reading.proves)
    return Price(reading.value, currency, proves=reading.proves)


def _span(low: str, high: str, form: NumberFormat | None, unit: PerUnit | None, cell: str) -> Price | PriceProblem:
    """Read a range, where the cell shows that it is one of money: by a currency, a unit, or decimals at both ends."""
    low, other = split_unit(low) or (low, unit)
    bodies, marks = zip(*map(strip_currency, (low, high)), strict=True)
    found = marks[0] | marks[1]
    # "$10-20" and "10-20 €" name their currency once.
    lead = f"{min(found).casefold()} " if found else ""
    first, last = (_amount(lead + body, form, cell) for body in bodies)
    if isinstance(first, PriceProblem):
        return first
    if isinstance(last, PriceProblem):
        return last
    proven = {first.proves, last.proves}
    try:
        currency = settled(found)
    except ValueError:
        return _problem("unreadable", "price", cell)
    if other != unit or len(proven - {None}) == 2:
        return _problem("unreadable", "price", cell)
    money = currency is not None or unit is not None or None not in proven
    if not money or any(map(_LEADING_ZERO.match, bodies)) or first.amount > last.amount:
        return _problem("range-unclear", "price", cell)
    return Price(first.amount, currency, high=last.amount, proves=first.proves or last.proves)


def _per_base(price: Price, unit: PerUnit, cell: str) -> Price | PriceProblem:
    if price.currency is None and (unit.count or (len(unit.word) == 1 and unit.word.isascii())):
        return _problem("unreadable", "price", cell)  # 1/2 kg is an amount of goods, 42/L a size
    low = per_base(price.amount, unit, price.currency)
    high = None if price.high is None else per_base(price.high, unit, price.currency)
    if low is None or (price.high is not None and high is None):
        return _problem("unit", "price", f"{unit.count} {unit.word}")
    return replace(price, amount=low[0], unit=low[1], high=None if high is None else high[0])


def parse_number(text: str, form: NumberFormat | None = None) -> Number | PriceProblem:
    """Read one number without currency, such as a weight or ``3.5%``; it may be below zero.

    Codes of problems begin with ``number-``. Per cent stay per cent: ``3.5%`` is 3.5.

    Parameters
    ----------
    text : str
    form : NumberFormat, optional
        How the column writes numbers, where it is known.

    Examples
    --------
    >>> parse_number("-1 299,5").value, parse_number("3.25 %").value, parse_number("1.5 kg").code
    (Decimal('-1299.5'), Decimal('3.25'), 'number-unreadable')
    """
    plain = _plain(text)
    if not plain or len(plain) > MAX_CHARS:
        return _problem("unreadable" if plain else "empty", "number", text)
    negative = plain.startswith("-")
    body = plain[1:].strip() if plain.startswith(("-", "+")) else plain
    body = body.removesuffix("%").rstrip()
    reading = read_number(body, form, None)
    if reading.value is not None:
        return Number(reading.value.copy_negate() if negative else reading.value, reading.proves)
    kind = reading.problem
    if kind == "unreadable":
        kind = _words(plain) or ("range" if _RANGE.search(plain) else kind)
    return _problem(kind, "number", text)
