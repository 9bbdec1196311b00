"""Names of currencies as they stand beside prices."""

from __future__ import annotations

import re

__all__ = ["COMMA_GROUPS", "NO_FRACTION", "SHARED", "TOKENS", "currency_named", "settle"]

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
