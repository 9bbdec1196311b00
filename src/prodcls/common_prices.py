"""The few spellings that nearly all prices of a catalogue have, read without a closer look."""

from __future__ import annotations

import re

from prodcls.currencies import COMMA_GROUPS, TOKENS
from prodcls.number_formats import DecimalMark, NumberFormat

__all__ = ["common_price"]

# 1299  1299.00  ₹1,299  Rs. 1,29,999.00
_POINT = re.compile(
    r"(?P<before>[₹$£¥€]|Rs\.?|INR|USD|EUR|GBP|CNY)? ?"
    r"(?P<whole>[0-9]{1,15}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|[1-9][0-9]?(?:,[0-9]{2}){1,5},[0-9]{3})"
    r"(?:\.(?P<cents>[0-9]{1,2}))?(?: ?(?P<after>€|EUR|元))?"
)
# 1299,00  1.299,00 €
_COMMA = re.compile(
    r"(?P<before>€|EUR)? ?(?P<whole>[0-9]{1,15}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,4})"
    r",(?P<cents>[0-9]{1,2})(?: ?(?P<after>€|EUR))?"
)


def common_price(text: str, form: NumberFormat | None) -> tuple[str, str | None, DecimalMark | None] | None:
    """Return what `prices.parse_price` reads from a common spelling, at a tenth of the time.

    Parameters
    ----------
    text : str
    form : NumberFormat or None

    Returns
    -------
    tuple of (str, str or None, str or None), or None
        Digits with at most a decimal point, currency, and mark proven; None where a closer look is needed.
    """
    match = _POINT.fullmatch(text) or _COMMA.fullmatch(text)
    if match is None:
        return None
    before, whole, cents, after = match.groups()
    if before and after:
        return None
    currency = TOKENS[(before or after).casefold()] if before or after else None
    if cents is None and whole.isdecimal():
        return whole, currency, None
    decimal: DecimalMark = "," if match.re is _COMMA else "."
    if form is None:
        # 1,299 may be 1.299.
        fits = cents is not None or whole.count(",") > 1 or currency in COMMA_GROUPS
    else:
        fits = _fits(whole, cents, decimal, form)
    digits = whole.replace("." if decimal == "," else ",", "")
    return (digits if cents is None else f"{digits}.{cents}", currency, decimal) if fits else None


def _fits(whole: str, cents: str | None, decimal: DecimalMark, form: NumberFormat) -> bool:
    spelled = whole if cents is None else f"{whole}{decimal}{cents}"
    return form.decimal == decimal and (form.pattern is None or bool(form.pattern.fullmatch(spelled)))
