"""Digits and marks as numbers: thousands, lakhs, decimal dots and commas, exponents, digits of any script.

``1.299`` is 1.299 in one country and 1299 in the next. Marks that fit two conventions are reported as ambiguous,
never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from prodcls.currencies import COMMA_GROUPS, NO_FRACTION
from prodcls.number_formats import DecimalMark, NumberFormat

__all__ = ["MAX_DIGITS", "Reading", "plain_text", "read_number"]

MAX_DIGITS = 15
"""Digits before the decimal mark; more do not fit a float64 exactly."""

# Full-width ASCII, the full-width yen sign, and every dash and apostrophe that stands for an ASCII one.
_PLAIN = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63"), "-"),
    **dict.fromkeys(map(ord, "\u2019\u02bc\u2018`\u00b4\u066c"), "'"),
    **dict.fromkeys(map(ord, "\u301c\u223c"), "~"),
    ord("￥"): "¥",
    ord("￡"): "£",
    ord("￦"): "₩",
    ord("﹩"): "$",
    0x060C: ",",
}
_BLANKS = {**dict.fromkeys(map(ord, "\t\r\n"), " "), ord("`"): "'"}
_OVERRIDES = "\u202d\u202e"
_BROKEN = "\ufffd"
_ARABIC_DECIMAL = "\u066b"

_EXPONENT = re.compile(r"(\d{1,16}(?:\.\d{1,40})?)e([-+]?\d{1,3})")
_PLAIN_NUMBER = re.compile(r"\d+")


def plain_text(text: str) -> str:
    """Return ``text`` in ASCII digits and marks, lower case; superscripts and fractions stay as they are.

    Digits of two scripts in one text (``৪`` is a Bengali four that looks like an eight), and an override that shows
    digits in reverse order, become U+FFFD: no reading of the text could be trusted.
    """
    if text.isascii():
        return text.translate(_BLANKS).strip().casefold()
    shown = []
    scripts = set()
    for char in text.translate(_PLAIN):
        category = unicodedata.category(char)
        if category == "Nd":
            scripts.add(ord(char) - unicodedata.decimal(char))
            shown.append(str(unicodedata.decimal(char)) if len(scripts) == 1 else _BROKEN)
        elif category == "Zs" or char in "\t\r\n":
            shown.append(" ")
        elif char in _OVERRIDES:
            shown.append(_BROKEN)
        elif category != "Cf":
            shown.append(char)
    return "".join(shown).strip().casefold()


@dataclass(frozen=True)
class Reading:
    """One number as read from its marks.

    Attributes
    ----------
    value : Decimal or None
        None when there is a problem.
    problem : str
        Kind of problem, ``""`` when there is a value.
    proves : {".", ","} or None
        The decimal mark that this spelling proves for its column.
    """

    value: Decimal | None = None
    problem: str = ""
    proves: DecimalMark | None = None


def _grouped(head: str, mark: str) -> bool:
    """Tell whether ``mark`` parts ``head`` into thousands (1,299,000) or lakhs (12,99,000)."""
    first, *rest = head.split(mark)
    if not (first.isdecimal() and rest and all(group.isdecimal() for group in rest)):
        return False
    thousands = len(first) <= 3 and all(len(group) == 3 for group in rest)
    lakhs = mark == "," and len(first) <= 2 and len(rest[-1]) == 3 and all(len(group) == 2 for group in rest[:-1])
    return (thousands or lakhs) and set(first) != {"0"}


def _integer(head: str, allowed: str) -> Decimal | None:
    """Read the part before the decimal mark, which may be grouped by one of the ``allowed`` marks."""
    if _PLAIN_NUMBER.fullmatch(head):
        return Decimal(head)
    marks = {char for char in head if not char.isdecimal()}
    if len(marks) == 1 and marks <= set(allowed) and _grouped(head, mark := marks.pop()):
        return Decimal(head.replace(mark, ""))
    return None


def _fraction(body: str, mark: DecimalMark) -> Reading:
    """Read ``body`` with ``mark`` as its decimal mark, standing once."""
    head, _, tail = body.partition(mark)
    other = "," if mark == "." else "."
    whole = _integer(head, other + "' ") if head else Decimal(0)
    if whole is None or not _PLAIN_NUMBER.fullmatch(tail):
        return Reading(problem="unreadable")
    return Reading(Decimal(f"{whole}.{tail}"), proves=mark)


def _whole(body: str, allowed: str, proves: DecimalMark | None) -> Reading:
    value = _integer(body, allowed)
    return Reading(problem="unreadable") if value is None else Reading(value, proves=proves)


def _read_marks(body: str) -> Reading:
    """Read digits and marks; ``problem="ambiguous"`` when they fit two conventions."""
    if _ARABIC_DECIMAL in body:
        return _fraction(body.replace(_ARABIC_DECIMAL, "."), ".")
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return _whole(body, "' ", None)
    mark: DecimalMark = "." if body[last] == "." else ","
    other: DecimalMark = "," if mark == "." else "."
    if body.count(mark) > 1:
        return _whole(body, mark, other)
    head, tail = body[:last], body[last + 1 :]
    # A head that is grouped by another mark, begins with 0 or is too long leaves only the decimal reading.
    # Groups of four (1,2345) are rare, but they exist.
    three = len(tail) == 3 and len(head) <= 3
    four = len(tail) == 4 and len(head) <= 4 and mark == ","
    if (three or four) and head.isdecimal() and not head.startswith("0"):
        return Reading(problem="ambiguous")
    return _fraction(body, mark)


def read_number(body: str, form: NumberFormat | None, currency: str | None = None) -> Reading:
    """Read one number without sign.

    Parameters
    ----------
    body : str
        Prepared by `plain_text`, without sign and currency.
    form : NumberFormat or None
        How the column writes numbers; None when only the cell itself can tell.
    currency : str or None
        Decides ``1,299`` where the currency is never written with three decimals.

    Returns
    -------
    Reading
        Problems: ``ambiguous``, ``convention`` (contradicts ``form``), ``too-large``, ``unreadable``.
    """
    decimal = None if form is None else form.decimal
    reading = _read_exponent(body)
    if reading is None:
        reading = _read_marks(body)
        if reading.problem == "ambiguous":
            mark: DecimalMark = "." if "." in body else ","
            if currency in NO_FRACTION or (mark == "," and currency in COMMA_GROUPS):
                reading = _whole(body, mark, "," if mark == "." else ".")
            elif decimal is not None:
                reading = _fraction(body, mark) if mark == decimal else _whole(body, mark, decimal)
        if reading.value is not None and form is not None and form.pattern and not form.pattern.fullmatch(body):
            return Reading(problem="convention")
    if decimal is not None and reading.proves not in {None, decimal}:
        return Reading(problem="convention")
    if reading.value is not None and reading.value >= 10**MAX_DIGITS:
        return Reading(problem="too-large")
    return reading


def _read_exponent(body: str) -> Reading | None:
    """Read ``1.5e+3``, which programs write; the dot there is always decimal."""
    match = _EXPONENT.fullmatch(body)
    if match is None:
        return None
    return Reading(Decimal(f"{match[1]}E{match[2]}"), proves="." if "." in match[1] else None)
