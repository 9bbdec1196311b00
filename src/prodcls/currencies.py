"""Names of currencies as they stand beside prices."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = [
    "COMMA_GROUPS",
    "NO_FRACTION",
    "SHARED",
    "TOKENS",
    "currency_named",
    "settle",
    "settled",
    "strip_currency",
]

_NAMES = {
    **dict.fromkeys(("ARS", "BDT", "BGN", "BHD", "CLP", "COP", "DKK", "EGP", "HUF", "ISK", "JOD", "KES"), ""),
    **dict.fromkeys(("KWD", "KZT", "LKR", "MAD", "NOK", "NPR", "OMR", "PEN", "PKR", "QAR", "RON", "SEK", "TND"), ""),
    **dict.fromkeys(("UYU", "ZAR"), ""),
    "AED": "د.إ",
    "AUD": "a$ au$",
    "BRL": "r$",
    "CAD": "c$ ca$",
    "CHF": "fr. sfr.",
    "CNY": "cn¥ rmb 人民币 元 圆",
    "CZK": "kč",
    "EUR": "€ euro euros 欧元",
    "GBP": "英镑",
    "HKD": "hk$ 港元 港币",
    "IDR": "rp rp.",
    "ILS": "₪",
    "INR": "₹ 卢比",
    "JPY": "jp¥ 円 日元",
    "KRW": "₩ 원 韩元",
    "MXN": "mx$",
    "MYR": "rm",
    "NGN": "₦",
    "NZD": "nz$",
    "PHP": "₱",
    "PLN": "zł",
    "RUB": "₽ руб руб.",
    "SAR": "ر.س",
    "SGD": "s$",
    "THB": "฿",
    "TRY": "₺",
    "TWD": "nt$ 台币 新台币",
    "UAH": "₴",
    "USD": "us$ usd$ 美元",
    "VND": "₫ đ",
}

SHARED: dict[str, tuple[str, ...]] = {
    "¥": ("CNY", "JPY"),
    "$": ("USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU"),
    "Rs": ("INR", "PKR", "LKR", "NPR"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "£": ("GBP", "EGP"),
}
"""Marks that several currencies use; such a mark names a currency only beside other evidence."""

TOKENS: dict[str, str] = {
    **{token: code for code, names in _NAMES.items() for token in (code.casefold(), *names.split())},
    **{mark.casefold(): mark for mark in SHARED},
    "rs.": "Rs",
    "₨": "Rs",
    "kr.": "kr",
}
"""Mark in lower case -> ISO 4217 code, or the mark itself where it is shared."""

NO_FRACTION = frozenset({"CLP", "IDR", "ISK", "JPY", "KRW", "VND"})
"""Currencies whose prices have no decimals: any mark before three digits groups thousands."""

COMMA_GROUPS = frozenset({"$", "AUD", "CNY", "GBP", "HKD", "INR", "NZD", "Rs", "SGD", "THB", "TWD", "USD", "£", "¥"})
"""Currencies of two decimals written with a comma between thousands: ``$1,299`` can only be 1299."""

_LONGEST = max(map(len, TOKENS))
_CODE = re.compile(r"[A-Z]{3}")


def currency_named(cell: str) -> str | None:
    """Return the ISO code or shared mark that the cell of a currency column names, or None when it names none.

    Parameters
    ----------
    cell : str

    Examples
    --------
    >>> currency_named(" inr "), currency_named("人民币"), currency_named("$"), currency_named("gold")
    ('INR', 'CNY', '$', None)
    """
    token = cell.strip().replace("￥", "¥")
    if token.casefold() in TOKENS:
        return TOKENS[token.casefold()]
    return token.upper() if _CODE.fullmatch(token.upper()) and token.isascii() else None


def settle(mark: str | None, named: str | None) -> str | None:
    """Join the mark in a price with the currency that its row names; None where neither says.

    Parameters
    ----------
    mark : str, optional
        As found beside an amount.
    named : str, optional
        As the currency column names it.

    Raises
    ------
    ValueError
        When the two contradict each other.

    Examples
    --------
    >>> settle("¥", "CNY"), settle(None, "INR"), settle("EUR", None), settle("$", None)
    ('CNY', 'INR', 'EUR', '$')
    """
    if mark is None or named is None or mark == named:
        return mark or named
    if named in SHARED.get(mark, ()):
        return named
    if mark in SHARED.get(named, ()):
        return mark
    raise ValueError(f"the price is in {mark}, the row says {named}")


def settled(marks: Iterable[str]) -> str | None:
    """Return the currency that all marks of a cell agree on; ``$`` beside ``USD`` is USD.

    Parameters
    ----------
    marks : iterable of str

    Raises
    ------
    ValueError
        When two contradict each other.
    """
    currency: str | None = None
    for mark in sorted(marks):
        currency = settle(mark, currency)
    return currency


def strip_currency(text: str) -> tuple[str, set[str]]:
    """Return ``text`` without the currency at its ends, and the currencies found.

    Parameters
    ----------
    text : str
        In lower case.

    Examples
    --------
    >>> strip_currency("us$ 12")
    ('12', {'USD'})
    """
    found: set[str] = set()
    for _ in range(4):  # at most: sign and code before, sign and code after ("US$ 12 USD")
        token = _token(text)
        if token is None:
            break
        mark, text = token
        found.add(mark)
    return text, found


def _token(text: str) -> tuple[str, str] | None:
    """Return the currency at one end of ``text``, the longest name first, and the rest."""
    if text[:1].isdecimal() and text[-1:].isdecimal():
        return None
    for length in range(min(_LONGEST, len(text)), 0, -1):
        for token, inner, beside in (
            (text[:length], text[length:], text[length : length + 1]),
            (text[-length:], text[:-length], text[-length - 1 : -length]),
        ):
            # "kr" must not be cut out of a longer word.
            if token in TOKENS and not (token.isalpha() and token.isascii() and beside.isalpha()):
                return TOKENS[token], inner.strip()
    return None
