"""Text as words are compared: without case and width, and with traditional Chinese characters as simplified ones.

A shop in Taipei writes 手機 and one in Beijing 手机, of the same thing. The table in ``simplified.txt`` holds a line
for each simplified character with all that are folded to it, one for one, so that places in a text stay what they
are. It is made from OpenCC (Apache-2.0, see docs/adr/0038) by ``tools/simplified_table.py``. Folding is for comparing:
two characters that Taiwan keeps apart may become one (後 and 后), and what a person reads is the text as written.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

__all__ = ["chinese_form", "folded", "simplified"]

TABLE = Path(__file__).parent / "simplified.txt"

_COMPATIBLE = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
"""Han characters that Unicode has twice; NFKC makes the usual ones of them."""


def simplified(text: str) -> str:
    """Return text with its traditional characters as simplified ones, of the same length.

    Japanese writes some of them too, which are folded alike.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> simplified("手機 128GB 藍色")
    '手机 128GB 蓝色'
    """
    return text if text.isascii() else text.translate(_table())


def folded(text: str) -> str:
    """Return text as words are compared: NFKC, traditional characters simplified, case-folded.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> folded("ｉＰｈｏｎｅ 手機") == folded("iPhone 手机")
    True
    """
    return text.casefold() if text.isascii() else simplified(unicodedata.normalize("NFKC", text)).casefold()


def chinese_form(text: str) -> str:
    """Return the form of Chinese that more characters of ``text`` are of.

    Parameters
    ----------
    text : str
        Mostly Chinese.

    Returns
    -------
    {"hant", "hans", ""}
        Traditional or simplified; ``""`` where as many are of either, such as none.

    Examples
    --------
    >>> chinese_form("電水壺"), chinese_form("电水壶"), chinese_form("水果")
    ('hant', 'hans', '')
    """
    table = _table()
    traditional = sum(ord(character) in table for character in text)
    simple = sum(character in _simple() for character in text)
    return "" if traditional == simple else "hant" if traditional > simple else "hans"


@cache
def _simple() -> frozenset[str]:
    """Return the characters that others are folded to."""
    return frozenset(_table().values())


@cache
def _table() -> dict[int, str]:
    """Return what each character becomes, read once."""
    table: dict[int, str] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        table |= dict.fromkeys(map(ord, line[1:]), line[0])
    for first, last in _COMPATIBLE:
        for code in range(first, last + 1):
            usual = unicodedata.normalize("NFKC", chr(code))
            if len(usual) == 1 and ord(usual) in table:
                table[code] = table[ord(usual)]
    return table
