"""One JSON object a line: keys are columns, numbers keep their spelling, damaged lines are reported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from prodcls.catalogue import Rejection
from prodcls.cells import cell_fault, clean_name, excerpt, spell, spell_decimal

__all__ = ["JsonLines", "parse_json_lines"]


@dataclass(frozen=True)
class JsonLines:
    """Objects of a file.

    Attributes
    ----------
    names : tuple of str
        All keys, in the order in which they first occur.
    objects : list of dict of str to str
        Accepted lines; an object may lack keys.
    rows : list of int
        One-based row of each accepted line; blank lines are not counted.
    rejections : tuple of Rejection
    """

    names: tuple[str, ...]
    objects: list[dict[str, str]]
    rows: list[int]
    rejections: tuple[Rejection, ...]


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


def parse_json_lines(data: bytes) -> JsonLines:
    """Parse the bytes of a JSONL file, which is UTF-8 by definition.

    Parameters
    ----------
    data : bytes

    Examples
    --------
    >>> parse_json_lines(b'{"id": "007", "price": 12.50}').objects
    [{'id': '007', 'price': '12.50'}]
    """
    text = data.decode("utf-8-sig", "surrogateescape")
    objects: list[dict[str, str]] = []
    rows: list[int] = []
    rejections: list[Rejection] = []
    names: dict[str, None] = {}
    row = 0
    # Only line feeds end a line: JSON strings may hold other separators as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        row += 1
        try:
            cells = _json_row(line)
        except _LineError as error:
            rejections.append(Rejection(row, "", error.code, f"line {number}: {error}", excerpt(line), "row"))
            continue
        objects.append(cells)
        rows.append(row)
        names.update(dict.fromkeys(cells))
    return JsonLines(tuple(names), objects, rows, tuple(rejections))
