"""One JSON object a line: keys are columns, numbers keep their spelling, damaged lines are reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from prodcls.catalogue import Rejection
from prodcls.cells import MAX_CELL_CHARS, cell_fault, clean_name, excerpt, spell, spell_decimal

__all__ = ["JsonLines", "read_json_lines"]

MAX_LINE_CHARS = 16 * MAX_CELL_CHARS
"""Characters of one line; longer ones are rejected."""

CHUNK_ROWS = 4096
CHUNK_CHARS = 16_000_000
"""Rows and characters, whichever is reached first, that are handed on together."""


@dataclass(frozen=True)
class JsonLines:
    """Some objects of a file, in order.

    Attributes
    ----------
    names : dict of str to None
        All keys of these objects, in the order in which they first occur.
    objects : list of dict of str to str
        Accepted lines; an object may lack keys.
    rows : list of int
        One-based row of each accepted line; blank lines are not counted.
    rejections : list of Rejection
    """

    names: dict[str, None]
    objects: list[dict[str, str]]
    rows: list[int]
    rejections: list[Rejection]


class _LineError(ValueError):
    """One line of a JSONL file cannot be taken; carries its code."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = {clean_name(key): value for key, value in pairs}
    if len(mapping) < len(pairs):
        raise _LineError("json-key-twice", "an object names a key twice: only one value can be meant")
    return mapping


# Numbers stay as they are spelled, but 1.299 becomes 1.2990.
# NaN is no JSON, but many writers put it where a value is missing.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_float=spell_decimal,
    parse_int=str,
    parse_constant=lambda name: None if name == "NaN" else name,
)


def _json_row(line: str) -> dict[str, str]:
    if len(line) > MAX_LINE_CHARS:
        raise _LineError("line-too-long", f"more than {MAX_LINE_CHARS} characters: look for lost line breaks")
    try:
        value = _DECODER.decode(line)
        if not isinstance(value, dict):
            raise _LineError("json-not-an-object", "the line holds no object: write one {...} a line")
        row = {key: spell(item) for key, item in value.items()}
    except json.JSONDecodeError as error:
        raise _LineError("json-malformed", f"the line is no JSON ({error.msg} at character {error.pos})") from None
    except RecursionError:
        raise _LineError("json-too-deep", "the line nests too deeply") from None
    fault = next((fault for cell in (*row, *row.values()) if (fault := cell_fault(cell))), None)
    if fault:
        raise _LineError(*fault)
    return row


def read_json_lines(stream: TextIO) -> Iterator[JsonLines]:
    r"""Yield the objects of a JSONL file, some at a time.

    Parameters
    ----------
    stream : TextIO
        Opened as UTF-8, which JSONL is by definition, with ``errors="surrogateescape"`` and ``newline="\n"``: only
        line feeds end a line, since JSON strings may hold other separators as they are.

    Yields
    ------
    JsonLines
        At least one; it may hold no object.

    Examples
    --------
    >>> import io
    >>> next(read_json_lines(io.StringIO('{"id": "007", "price": 12.50}', newline="\n"))).objects
    [{'id': '007', 'price': '12.50'}]
    """
    row = 0
    lines = enumerate(_bounded_lines(stream), start=1)
    while True:
        found = JsonLines({}, [], [], [])
        chars = 0
        for number, line in lines:
            if not line.strip():
                continue
            row += 1
            chars += len(line)
            try:
                cells = _json_row(line)
            except _LineError as error:
                reason = f"line {number}: {error}"
                found.rejections.append(Rejection(row, "", error.code, reason, excerpt(line), "row"))
            else:
                found.objects.append(cells)
                found.rows.append(row)
                found.names.update(dict.fromkeys(cells))
            if len(found.rows) + len(found.rejections) >= CHUNK_ROWS or chars > CHUNK_CHARS:
                break
        yield found
        if not found.rows and not found.rejections:
            return


def _bounded_lines(stream: TextIO) -> Iterator[str]:
    """Yield lines without a byte-order mark; one that is too long comes cut, and its rest is passed over."""
    first = True
    while line := stream.readline(MAX_LINE_CHARS + 1):
        yield line.removeprefix("\ufeff") if first else line
        first = False
        while len(line) > MAX_LINE_CHARS and not line.endswith("\n"):
            line = stream.readline(MAX_LINE_CHARS + 1)
