"""What a price is the price of: one piece, a kilogram, 100 g; converted exactly or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

__all__ = ["PIECE", "PerUnit", "per_base", "split_unit"]

PIECE = ""
"""Base of prices of one piece: the plain price."""

_WORDS: dict[tuple[str, str], str] = {
    # (base, units of the base in one of these): the words, in lower case
    (PIECE, "1"): "each ea ea. apiece pc pcs pc. piece pieces item unit stk stk. stück "
    "件 个 個 只 隻 台 部 条 條 张 張 本 支 把 枚",
    ("kg", "1"): "kg kgs kilo kilogram kilograms 公斤 千克",
    ("kg", "0.001"): "g gr gram grams gramm 克",
    ("kg", "0.000001"): "mg 毫克",
    ("kg", "1000"): "t ton tonne 吨 公吨",
    ("kg", "0.5"): "斤",
    ("kg", "0.05"): "两",
    ("l", "1"): "l lt ltr liter liters litre litres 升 公升",
    ("l", "0.1"): "dl",
    ("l", "0.01"): "cl",
    ("l", "0.001"): "ml 毫升",
    ("m", "1"): "m meter meters metre metres mtr 米 公尺",
    ("m", "0.01"): "cm 厘米 公分",
    ("m", "0.001"): "mm 毫米",
    ("m²", "1"): "m² m2 ㎡ sqm qm 平米 平方米",
    # No exact decimal number of kilograms, litres or metres has the price of these: they stay as they are.
    ("lb", "1"): "lb lbs lb. pound pounds 磅",
    ("oz", "1"): "oz oz. ounce ounces 盎司",
    ("ft", "1"): "ft foot feet 英尺",
    ("yd", "1"): "yd yard yards 码",
    ("pair", "1"): "pair pairs pr 双 对",
    ("set", "1"): "set sets 套",
    ("box", "1"): "box boxes 盒",
    ("pack", "1"): "pack packs packet pkt 包",
    ("bag", "1"): "bag bags 袋",
    ("bottle", "1"): "bottle bottles 瓶",
}
_UNITS = {word: (base, Fraction(size)) for (base, size), words in _WORDS.items() for word in words.split()}
_CHINESE_WEIGHTS = frozenset({"斤", "两"})
_WHERE_500_G = frozenset({"CNY", "¥"})
"""Currencies in which a 斤 has 500 g; elsewhere it may have 600 g and more."""

_UNIT = re.compile(
    r"(?P<money>.*\d.*?)\s*(?:/|\bper\b|\bpro\b|每)\s*(?P<count>[0-9]{1,6}(?:[.,][0-9]{1,2})?)?\s*"
    r"(?P<word>㎡|[^\W\d_](?:[\w². ]*[\w².])?)"
)
_EACH = re.compile(r"(?P<money>.*\d.*?)\s+(?P<word>each|ea\.?|apiece)")


@dataclass(frozen=True)
class PerUnit:
    """The unit at the end of a price.

    Attributes
    ----------
    count : str
        ``"100"`` in ``/100 g``; empty where none is written.
    word : str
        As written, in lower case.
    """

    count: str
    word: str


def split_unit(text: str) -> tuple[str, PerUnit] | None:
    """Return the money and the unit of ``5 €/kg``, ``$3 per piece``, ``99 each``; None without a unit.

    Parameters
    ----------
    text : str
        Prepared by `numerals.plain_text`.
    """
    match = _UNIT.fullmatch(text) or _EACH.fullmatch(text)
    if match is None:
        return None
    found = match.groupdict()
    return found["money"], PerUnit(found.get("count") or "", found["word"])


def per_base(amount: Decimal, unit: PerUnit, currency: str | None) -> tuple[Decimal, str] | None:
    """Return the price of one base unit, and that unit; None where the unit is unknown or the price not exact.

    Parameters
    ----------
    amount : Decimal
    unit : PerUnit
    currency : str or None
        A 斤 has 500 g, but not everywhere.

    Examples
    --------
    >>> per_base(Decimal("4.20"), PerUnit("100", "g"), "USD")
    (Decimal('42'), 'kg')
    >>> per_base(Decimal("4.20"), PerUnit("", "cubit"), "USD") is None
    True
    """
    base, size = _UNITS.get(unit.word, (None, Fraction(1)))
    count = Fraction(unit.count.replace(",", ".") or 1)
    if base is None or not count or (unit.word in _CHINESE_WEIGHTS and currency not in _WHERE_500_G):
        return None
    if base == PIECE and count != 1:
        return None  # a bundle of ten, or the price of ten single ones
    if size * count == 1:
        return amount, base
    price = _decimal(Fraction(amount) / (size * count))
    return None if price is None else (price, base)


def _decimal(value: Fraction) -> Decimal | None:
    """Return ``value`` as the same Decimal; None where it has no end."""
    rest, places = value.denominator, 0
    for factor in (2, 5):
        while rest % factor == 0:
            rest, places = rest // factor, places + 1  # at most so many; zeros are taken off below
    if rest != 1:
        return None
    digits = value.numerator * 10**places // value.denominator
    while places and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    return Decimal(f"{digits}E-{places}")
