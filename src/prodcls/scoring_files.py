"""Scored rows as Parquet, CSV or JSON lines: written batch by batch, and in place whole or not at all.

Many rows go to a folder of Parquet files, as `pyarrow.dataset`, DuckDB or Spark read it: a name without an ending.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from prodcls.atomic import TEMPORARY, replacing
from prodcls.errors import InputError
from prodcls.tables import COMPRESSION

__all__ = ["PART_ROWS", "Sink", "check_format", "guarded", "open_table"]

PART_ROWS = 65_536
"""Rows from which on the next ones go to another file of a folder."""

_PART = re.compile(r"part-\d{5,}\.parquet")

Write = Callable[[pa.Table], None]

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


class Sink(Protocol):
    """What takes files, such as `prodcls.together.Together`."""

    def replacing(self, path: Path) -> AbstractContextManager[BinaryIO]:
        """Yield a stream whose bytes become the file ``path``."""

    def remove(self, path: Path) -> None:
        """Let the file ``path`` go."""


class _Alone:
    """Takes each file by itself."""

    replacing = staticmethod(replacing)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)


def check_format(path: Path) -> None:
    """Refuse a file whose ending names no format that is written, and a folder that holds other files.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        Codes ``output-format``, ``output-folder``.
    """
    if _is_folder(path):
        if _is_there(path) and not all(map(_is_part, path.iterdir())):
            message = "the folder holds other files than an earlier prediction's: name an empty one, or none"
            raise InputError(message, code="output-folder", file=str(path))
        return
    if path.suffix.lower() not in _FORMATS:
        known = f"{', '.join(_FORMATS)}, or a name without an ending for a folder of Parquet files"
        message = f"files ending in {path.suffix!r} are not written: give one of {known}"
        raise InputError(message, code="output-format", file=str(path))
    if _is_there(path):
        raise InputError("is a directory: choose another name for the file", code="output-folder", file=str(path))


def _is_folder(path: Path) -> bool:
    return not path.suffix and path.name.lstrip(".") == path.name != ""


def _is_there(folder: Path) -> bool:
    """Tell whether a folder is there; a name that is none, such as too long a one, is told when it is written."""
    try:
        return folder.is_dir()
    except OSError:
        return False


def _is_part(path: Path) -> bool:
    """Tell whether a file of a folder is one that a prediction writes, a temporary one included."""
    return bool(_PART.fullmatch(path.name)) or (path.name.startswith(".part-") and path.suffix == TEMPORARY)


@contextmanager
def open_table(path: Path, schema: pa.Schema, files: Sink | None = None) -> Iterator[Write]:
    """Yield a function that appends a table of ``schema``; the file takes its name when the block ends.

    Parameters
    ----------
    path : Path
        Its ending chooses the format; replaced when it exists. Without an ending it is a folder of Parquet files of
        about `PART_ROWS` rows each.
    schema : pyarrow.Schema
    files : Sink, optional
        What gives the streams, and the files their names in the end.

    Yields
    ------
    callable
    """
    check_format(path)
    files = files or _Alone()
    if _is_folder(path):
        with _folder(path, schema, files) as write:
            yield write
        return
    with files.replacing(path) as stream, _FORMATS[path.suffix.lower()](stream, schema) as write:
        yield write


@contextmanager
def _folder(path: Path, schema: pa.Schema, files: Sink) -> Iterator[Write]:
    """Write a folder of Parquet files; those of an earlier prediction go."""
    before = [part for part in path.glob("part-*") if _PART.fullmatch(part.name)]
    number = rows = 0
    try:
        with ExitStack() as opened:

            def begin() -> Write:
                opened.close()
                stream = opened.enter_context(files.replacing(path / f"part-{number:05d}.parquet"))
                return opened.enter_context(_parquet(stream, schema))

            append = begin()

            def write(table: pa.Table) -> None:
                nonlocal append, number, rows
                if rows >= PART_ROWS:
                    number, rows = number + 1, 0
                    append = begin()
                append(table)
                rows += len(table)

            yield write
    except BaseException:
        with suppress(OSError):
            path.rmdir()  # where it was made for this
        raise
    for other in before:
        if int(other.stem.removeprefix("part-")) > number:
            files.remove(other)


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
