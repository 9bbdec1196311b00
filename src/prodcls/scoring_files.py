"""Scored rows as Parquet, CSV or JSON lines: written batch by batch, and in place whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from prodcls.atomic import replacing
from prodcls.errors import InputError
from prodcls.tables import COMPRESSION

__all__ = ["check_format", "guarded", "open_table"]

Write = Callable[[pa.Table], None]
Replace = Callable[[Path], AbstractContextManager[BinaryIO]]

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the start of a formula."""


def guarded(cell: str) -> str:
    """Return ``cell`` so that a spreadsheet shows it instead of running it.

    An apostrophe goes in front of what looks like a formula, and of what begins with one anyway: whoever takes one
    leading apostrophe away has the cell as it was.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str

    Examples
    --------
    >>> guarded("=1+1"), guarded("'s-Hertogenbosch"), guarded("kettle")
    ("'=1+1", "''s-Hertogenbosch", 'kettle')
    """
    return f"'{cell}" if cell.startswith((*_TRIGGERS, "'")) else cell


def check_format(path: Path) -> None:
    """Refuse a file whose ending names no format that is written.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        Code ``output-format``.
    """
    if path.suffix.lower() not in _FORMATS:
        message = f"files ending in {path.suffix!r} are not written: give one of {', '.join(_FORMATS)}"
        raise InputError(message, code="output-format", file=str(path))


@contextmanager
def open_table(path: Path, schema: pa.Schema, replace: Replace = replacing) -> Iterator[Write]:
    """Yield a function that appends a table of ``schema``; the file takes its name when the block ends.

    Parameters
    ----------
    path : Path
        Its ending chooses the format; replaced when it exists.
    schema : pyarrow.Schema
    replace : callable
        What gives the stream, and the file its name in the end.

    Yields
    ------
    callable
    """
    check_format(path)
    with replace(path) as stream, _FORMATS[path.suffix.lower()](stream, schema) as write:
        yield write


@contextmanager
def _parquet(stream: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
    with pq.ParquetWriter(stream, schema, compression=COMPRESSION) as writer:
        yield writer.write_table


@contextmanager
def _csv(stream: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
    with _text(stream) as text:
        writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180; before Python 3.13 a lone \r is quoted only so
        writer.writerow(map(guarded, schema.names))
        yield lambda table: writer.writerows([_cell(v) for v in row.values()] for row in table.to_pylist())


@contextmanager
def _json_lines(stream: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
    del schema
    with _text(stream) as text:
        yield lambda table: text.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())


@contextmanager
def _text(stream: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """Yield ``stream`` as UTF-8 text, and leave it open."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.detach()  # flushes


def _cell(value: object) -> object:
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else value


_FORMATS: dict[str, Callable[[BinaryIO, pa.Schema], AbstractContextManager[Write]]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".jsonl": _json_lines,
}
