"""What one cell of a table may hold, and how values of other types are spelled as cells."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
import types
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import numpy as np

from prodcls.errors import CatalogueError

__all__ = [
    "EXCERPT_CHARS",
    "MAX_CELL_CHARS",
    "MAX_COLUMNS",
    "cell_fault",
    "clean_name",
    "column_names",
    "excerpt",
    "is_null",
    "like_missing",
    "spell",
    "spell_decimal",
]

EXCERPT_CHARS = 80
"""Characters of a value that a rejection shows."""

MAX_COLUMNS = 2_000
"""Columns of a catalogue."""

MAX_CELL_CHARS = 1_000_000
"""Characters that one cell may hold; longer ones come from an open quote or an attack."""

_THOUSANDS_LIKE = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LIKE_MISSING = re.compile(r"#?nan?|#?n/a|<na>|null|none|nil|-+|\?+|undefined", re.IGNORECASE)


def excerpt(value: str) -> str:
    """Return the beginning of ``value`` in one line, fit to be stored as UTF-8."""
    head = _SURROGATE.sub("\ufffd", value[: EXCERPT_CHARS * 2])
    line = "".join(c if c.isprintable() else " " for c in head).strip()
    return line if len(line) <= EXCERPT_CHARS else line[: EXCERPT_CHARS - 1] + "…"


def clean_name(name: str) -> str:
    """Return a column name in NFC without the blanks and byte-order mark around it."""
    return unicodedata.normalize("NFC", name).strip().strip("\ufeff").strip()


def column_names(names: Iterable[str], file: str) -> tuple[str, ...]:
    """Return the names of a table's columns as they are shown; unnamed ones are numbered.

    Parameters
    ----------
    names : iterable of str
        As they stand in the file.
    file : str
        Name for messages.

    Returns
    -------
    tuple of str

    Raises
    ------
    CatalogueError
        When a name cannot be trusted as text or occurs twice, or there are more than `MAX_COLUMNS`.
    """
    given = list(names)
    for name in given:
        fault = cell_fault(name)
        if fault:
            raise CatalogueError(f"in the header {fault[1]}", code=fault[0], file=file)
    clean = tuple(clean_name(name) or f"column {i}" for i, name in enumerate(given, start=1))
    twice = [name for name, count in Counter(clean).items() if count > 1]
    if twice:
        raise CatalogueError(
            f"the column name {twice[0]!r} occurs more than once: rename one of them",
            code="column-twice",
            file=file,
            column=twice[0],
        )
    if len(clean) > MAX_COLUMNS:
        raise CatalogueError(
            f"the table has {len(clean)} columns, more than the limit of {MAX_COLUMNS}",
            code="columns-too-many",
            file=file,
        )
    return clean


def cell_fault(cell: str) -> tuple[str, str] | None:
    r"""Return (code, reason) when ``cell`` cannot be trusted as text, else None.

    Undecodable bytes arrive as lone surrogates (``errors="surrogateescape"``); so do broken ``\ud83d`` escapes.
    """
    if len(cell) > MAX_CELL_CHARS:
        return "cell-too-long", f"a cell holds more than {MAX_CELL_CHARS} characters: look for an open quote"
    if "\0" in cell:
        return "nul-character", "a cell holds a NUL character: the file is damaged or in another encoding"
    if not cell.isascii() and _SURROGATE.search(cell):
        return "encoding-damaged", "a cell holds bytes that are no text in this encoding: save the file as UTF-8"
    return None


def like_missing(cell: str) -> bool:
    """Tell whether a cell is spelled as programs spell a missing value.

    Parameters
    ----------
    cell : str
        Without blanks around it.

    Examples
    --------
    >>> like_missing("NaN"), like_missing("<NA>"), like_missing("Nancy")
    (True, True, False)
    """
    return bool(_LIKE_MISSING.fullmatch(cell))


def is_null(value: object) -> bool:
    """Tell whether a Python value stands for "nothing": None, NaN, NaT or pandas' NA."""
    if value is None:
        return True
    if isinstance(value, float | np.floating | Decimal):
        return math.isnan(value)
    # NaT and NA are singletons of types that need pandas to name; both differ from themselves or compare to NA.
    return type(value).__name__ in {"NaTType", "NAType"}


def spell(value: object) -> str:
    """Return the cell for a value of any type: a short spelling that reads back to the same value.

    Nothing (None, NaN) is ``""``; truth values are ``true`` and ``false``; bytes are text where they are UTF-8,
    else base64; lists and mappings are JSON.
    """
    if is_null(value):
        return ""
    for kinds, write in _SPELLINGS:
        if isinstance(value, kinds):
            return write(value)
    return str(value)


def spell_decimal(number: str) -> str:
    """Return the spelling of a number that a program wrote, its point always decimal.

    Where exactly three digits follow the point a zero is added, so that it can never be read as a thousands mark.

    Parameters
    ----------
    number : str

    Examples
    --------
    >>> spell_decimal("1.299"), spell_decimal("12.5"), spell_decimal("1299.125")
    ('1.2990', '12.5', '1299.125')
    """
    return f"{number}0" if _THOUSANDS_LIKE.fullmatch(number) else number


def _spell_bytes(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode("ascii")


# In this order: a truth value is an int to Python, and numpy's double is a float.
_SPELLINGS: tuple[tuple[type | types.UnionType, Callable[[Any], str]], ...] = (
    (str, str),
    (bool | np.bool_, lambda value: "true" if value else "false"),
    (float, lambda value: spell_decimal(float.__repr__(value))),
    (np.floating | Decimal, lambda value: spell_decimal(str(value))),
    (dt.date | dt.time, lambda value: value.isoformat()),
    (bytes, _spell_bytes),
    (list | dict | tuple, lambda value: json.dumps(value, ensure_ascii=False, default=spell)),
)
