"""Prices and other numbers as people write them, read exactly or not at all.

A cell is read only when its own marks, its currency or its column decide what it means; otherwise the answer is a
problem, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from prodcls.currencies import TOKENS, settle
from prodcls.numerals import MAX_DIGITS, DecimalMark, plain_text, read_number

__all__ = ["DecimalMark", "Price", "PriceProblem", "infer_decimal", "parse_number", "parse_price"]

MAX_CHARS = 64
"""Characters of a cell that can still be a price."""


@dataclass(frozen=True)
class Price:
    """A price that was read.

    Attributes
    ----------
    amount : Decimal
        Exactly as written, not below zero.
    currency : str or None
        ISO 4217 code, or the mark itself (``"$"``, ``"¥"``, ``"Rs"``) where several currencies share it.
    """

    amount: Decimal
    currency: str | None


@dataclass(frozen=True)
class PriceProblem:
    """Why a cell was not read.

    Attributes
    ----------
    code : str
        Stable identifier such as ``"price-ambiguous"``.
    reason : str
        What is wrong and what to do.
    """

    code: str
    reason: str


_REASONS = {
    "empty": "the cell is empty",
    "not-stated": "the cell says that no price is stated",
    "not-finite": "infinity and not-a-number are no amounts",
    "negative": "a price cannot be below zero",
    "range": "the cell holds a range or a lower bound: give one price",
    "ambiguous": "{} may be 1000 times more or less: write it without thousands mark or say which mark is decimal",
    "convention": "{} does not fit the column's decimal mark",
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
_MARKS = sorted(TOKENS, key=len, reverse=True)


def _strip_currency(text: str) -> tuple[str, set[str]]:
    """Return ``text`` without the currency at its ends, and the currencies found."""
    found: set[str] = set()
    for _ in range(4):  # at most: sign and code before, sign and code after ("US$ 12 USD")
        for token in _MARKS:
            inner = text[len(token) :] if text.startswith(token) else text
            if inner == text and text.endswith(token):
                inner = text[: -len(token)]
            # "kr" must not be cut out of a longer word.
            if inner != text and not (token.isalpha() and token.isascii() and _touches_letter(text, token)):
                found.add(TOKENS[token])
                text = inner.strip()
                break
        else:
            break
    return text, found


def _touches_letter(text: str, token: str) -> bool:
    beside = text[len(token) : len(token) + 1] if text.startswith(token) else text[: -len(token)][-1:]
    return beside.isalpha()


def _one_currency(found: set[str]) -> str | None:
    """Return the currency that all marks agree on; ``$`` beside ``USD`` is USD."""
    currency: str | None = None
    for mark in sorted(found):
        currency = settle(mark, currency)
    return currency


def _problem(kind: str, subject: str, cell: str) -> PriceProblem:
    return PriceProblem(f"{subject}-{kind}", _REASONS[kind].format(repr(cell.strip()[:20])))


def _words(text: str) -> str | None:
    """Return the kind of problem that the words of a cell state, or None."""
    if not text:
        return "empty"
    if len(text) > MAX_CHARS:
        return "unreadable"
    if _NOT_FINITE.fullmatch(text):
        return "not-finite"
    if _NOT_STATED.fullmatch(text):
        return "not-stated"
    return None


def parse_price(text: str, *, decimal: DecimalMark | None = None) -> Price | PriceProblem:
    """Read one price.

    Parameters
    ----------
    text : str
        Such as ``₹1,29,999``, ``1.299,00 €``, ``CHF 1'299``, ``Rs. 899/-``, ``199元``; digits of any script.
    decimal : {".", ","}, optional
        The column's decimal mark, see `infer_decimal`. It decides ``1.299``; cells that contradict it are problems.

    Returns
    -------
    Price or PriceProblem
        Codes: ``price-`` + ``empty``, ``not-stated``, ``not-finite``, ``negative``, ``range``, ``ambiguous``,
        ``convention``, ``too-large``, ``unreadable``.

    Examples
    --------
    >>> parse_price("₹1,29,999.50")
    Price(amount=Decimal('129999.50'), currency='INR')
    >>> parse_price("1.299").code
    'price-ambiguous'
    >>> parse_price("1.299", decimal=",").amount
    Decimal('1299')
    """
    plain = _NO_CENTS.sub("", plain_text(text))
    kind = _words(plain)
    if kind:
        return _problem(kind, "price", text)
    body, found = _strip_currency(plain)
    negative = body.startswith(("-", "(")) or body.endswith("-")
    if negative:
        body, more = _strip_currency(body.strip("-() "))
        found |= more
    try:
        currency = _one_currency(found)
    except ValueError:
        return _problem("unreadable", "price", text)
    reading = read_number(body, decimal, currency)
    if reading.problem == "unreadable" and _RANGE.search(plain):
        return _problem("range", "price", text)
    if reading.value is None:
        return _problem(reading.problem, "price", text)
    if negative and reading.value != 0:
        return _problem("negative", "price", text)
    return Price(reading.value, currency)


def parse_number(text: str, *, decimal: DecimalMark | None = None) -> Decimal | PriceProblem:
    """Read one number without currency, such as a weight; it may be below zero. Codes begin with ``number-``.

    Parameters
    ----------
    text : str
    decimal : {".", ","}, optional
        Decimal mark, where it is known.

    Examples
    --------
    >>> parse_number("-1 299,5"), parse_number("1.5 kg").code
    (Decimal('-1299.5'), 'number-unreadable')
    """
    plain = plain_text(text)
    kind = _words(plain)
    if kind:
        return _problem(kind, "number", text)
    negative = plain.startswith("-")
    body = plain[1:].strip() if plain.startswith(("-", "+")) else plain
    reading = read_number(body, decimal, None)
    if reading.value is None:
        range_ = reading.problem == "unreadable" and _RANGE.search(plain)
        return _problem("range" if range_ else reading.problem, "number", text)
    return reading.value.copy_negate() if negative else reading.value


def infer_decimal(texts: Iterable[str]) -> DecimalMark | None:
    """Return the decimal mark that a column proves, or None when no cell proves one or two cells disagree.

    ``1299.5`` and ``1,299,000`` prove the dot; ``1.299`` and ``1299`` prove nothing.
    """
    proven: set[DecimalMark] = set()
    for text in set(texts):
        plain = _NO_CENTS.sub("", plain_text(text))
        if not plain or len(plain) > MAX_CHARS:
            continue
        body, found = _strip_currency(plain)
        currency = next(iter(found)) if len(found) == 1 else None
        proves = read_number(body.lstrip("-+ "), None, currency).proves
        if proves:
            proven.add(proves)
    return proven.pop() if len(proven) == 1 else None
