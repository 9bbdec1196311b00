"""Prices that are said as a range or as one end of it: ``¥99-199``, ``from $5``, ``99元起``, ``up to 99``."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["ends_of", "one_end"]

_LOWEST = re.compile(
    r"(?:from|starting (?:at|from)|starts at|at least|ab|desde|à partir de|起价|低至)\s*:?\s*(?P<money>.+)"
)
_LOWEST_AFTER = re.compile(r"(?P<money>.+?)\s*(?:起|以上|and up|and above|or more|\+)")
_HIGHEST = re.compile(
    r"(?:up to|under|below|less than|at most|max\.?|bis(?: zu)?|最高|不超过|低于|<=?|≤)[^<>]*\d[^<>]*"
    r"|.*\d.*(?:以下|以内|or less)"
)
_BETWEEN = re.compile(r"\s*(?:[-~至到]|\bto\b|\bbis\b)\s*")


def one_end(text: str) -> tuple[Literal["", "lowest", "highest"], str]:
    """Return which end of a range ``text`` says, and the money in it.

    Parameters
    ----------
    text : str
        Prepared by `numerals.plain_text`.

    Returns
    -------
    tuple of (str, str)
        ``("lowest", "5 €")`` for ``from 5 €``; ``("", text)`` where no end is said.
    """
    match = _LOWEST.fullmatch(text) or _LOWEST_AFTER.fullmatch(text)
    if match is not None:
        return "lowest", match["money"].strip()
    return ("highest", text) if _HIGHEST.fullmatch(text) else ("", text)


def ends_of(text: str) -> tuple[str, str] | None:
    """Return the two ends of a range; None unless ``text`` has exactly two.

    ``2024-11-24`` has three parts, and ``-5-10`` begins with a sign: neither is a range.
    """
    parts = _BETWEEN.split(text)
    if len(parts) != 2 or not all(any(map(str.isdecimal, part)) for part in parts):
        return None
    return parts[0], parts[1]
