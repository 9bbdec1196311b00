"""Files and folders as raw tables: every cell a string, every line accounted for.

Nothing is converted here: ``007`` stays ``007``, the brand ``NA`` stays a brand, ``1299.0`` keeps its spelling. A
file of any size is read in chunks; only `read_table` holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from prodcls.catalogue import Chunk, RawTable, Rejection, Source
from prodcls.encodings import Fingerprint, take_fingerprint
from prodcls.errors import CatalogueError
from prodcls.file_formats import TableOptions, reader_of
from prodcls.parquet_folders import parquet_parts, parts_fingerprint, read_parquet_folder
from prodcls.photo_folders import folder_fingerprint, read_photo_folder
from prodcls.standard_input import STANDARD_INPUT, spooled

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_ROWS",
    "TableFile",
    "open_table_file",
    "read_table",
    "refuse_first",
]

MAX_FILE_BYTES = 1 << 40
"""Bytes of a catalogue file."""

MAX_ROWS = 100_000_000
"""Rows of a catalogue file."""

MAX_HELD_CHARS = 4 << 30
"""Characters of a catalogue that is held in memory as a whole, as a fit does."""

MAX_REJECTIONS = 1_000_000
"""Rows and cells that are not taken; more of them say that the file is read in a wrong way."""

_SHARED_VALUES = 10_000


@dataclass(frozen=True)
class TableFile:
    """A file that can be read in chunks, any number of times.

    Attributes
    ----------
    source : Source
    chunks : callable
        Takes nothing and returns an iterator of `Chunk` from the start of the file, at least one.
    """

    source: Source
    chunks: Callable[[], Iterator[Chunk]] = field(repr=False)


def open_table_file(path: Path | str, options: TableOptions | None = None) -> TableFile:
    """Look at a file, for how it is to be read.

    Parameters
    ----------
    path : Path or str
        CSV, TSV, JSONL, Parquet or a workbook, as the name's ending says; a folder of Parquet files; a folder of
        photos, one folder a class; ``-`` for the standard input.
    options : TableOptions, optional

    Returns
    -------
    TableFile

    Raises
    ------
    CatalogueError
        When the file is absent, empty, too large or of no known format.
    """
    options = options or TableOptions()
    path = Path(path)
    try:
        parts = parquet_parts(path) if path.is_dir() else ()
        if parts:
            found = parts_fingerprint(parts)
            details: dict[str, str] = {"format": f"folder of {len(parts)} Parquet files"}
            chunks: Callable[[], Iterator[Chunk]] = partial(read_parquet_folder, parts)
        elif path.is_dir():
            found = folder_fingerprint(path)
            _check_blank(found, str(path))
            details = {"format": "folder of photos"}
            chunks = partial(read_photo_folder, path)
        else:
            place, kind = spooled() if str(path) == STANDARD_INPUT else (path, path.suffix.lower())
            _check_file(place, str(path))
            found = take_fingerprint(place)
            _check_blank(found, str(path))
            details, chunks = reader_of(place, kind, str(path), options)
    except OSError as error:
        message = f"cannot be read ({error.strerror or error})"
        raise CatalogueError(message, code="file-unreadable", file=str(path)) from None
    source = Source(str(path), found.sha256, found.size, details)
    return TableFile(source, partial(_watched, chunks, str(path), strict=options.strict))


def _check_file(path: Path, file: str) -> None:
    if not path.is_file():
        raise CatalogueError("there is no such file", code="file-missing", file=file)
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise CatalogueError(
            f"the file has {size} bytes, more than the limit of {MAX_FILE_BYTES}: split it",
            code="file-too-large",
            file=file,
        )


def _check_blank(found: Fingerprint, file: str) -> None:
    if found.blank:
        message = "it is empty: a file needs a header line and rows, a folder photos"
        raise CatalogueError(message, code="file-empty", file=file)


def _watched(read: Callable[[], Iterator[Chunk]], file: str, *, strict: bool) -> Iterator[Chunk]:
    """Yield chunks until one breaks a limit; cells that are often the same are kept once."""
    values: dict[str, str] = {}
    rows = rejected = 0
    for chunk in read():
        rows += len(chunk.rows)
        rejected += len(chunk.rejections)
        if strict:
            refuse_first(chunk.rejections, file)
        if rows > MAX_ROWS:
            raise CatalogueError(f"more than {MAX_ROWS} rows: split the file", code="rows-too-many", file=file)
        if rejected > MAX_REJECTIONS:
            first = chunk.rejections[0]
            message = f"more than {MAX_REJECTIONS} rows cannot be read, such as row {first.row}: {first.reason}"
            raise CatalogueError(message, code="rejections-too-many", file=file)
        columns = {name: _shared(cells, values) for name, cells in chunk.columns.items()}
        yield Chunk(columns, chunk.rows, chunk.rejections)


def _shared(cells: Sequence[str], values: dict[str, str]) -> Sequence[str]:
    """Return cells of which equal ones are one object, where that saves something."""
    if len(set(cells)) * 2 > len(cells):
        return cells
    if len(values) > _SHARED_VALUES:
        values.clear()
    return [values.setdefault(cell, cell) for cell in cells]


def refuse_first(rejections: Sequence[Rejection], file: str) -> None:
    """Raise for the first row or cell that was not taken, if there is one.

    Parameters
    ----------
    rejections : sequence of Rejection
    file : str

    Raises
    ------
    CatalogueError
        With the code of the rejection.
    """
    if rejections:
        first = min(rejections, key=lambda r: (r.row, r.column, r.code))
        raise CatalogueError(first.reason, code=first.code, file=file, row=first.row, column=first.column or None)


def read_table(path: Path | str, options: TableOptions | None = None) -> RawTable:
    """Read a whole file.

    Parameters
    ----------
    path : Path or str
        As for `open_table_file`.
    options : TableOptions, optional

    Returns
    -------
    RawTable
        Lines that cannot be read are in ``rejections``.

    Raises
    ------
    CatalogueError
        When the file is absent, empty, too large, of no known format, or names a column twice.
    """
    file = open_table_file(path, options)
    columns: dict[str, list[str]] = {}
    rows: list[int] = []
    rejections: list[Rejection] = []
    size = 0
    for chunk in file.chunks():
        for name in [*columns, *(name for name in chunk.columns if name not in columns)]:
            column = columns.setdefault(name, [""] * len(rows))
            column.extend(chunk.columns.get(name) or [""] * len(chunk.rows))
        rows.extend(chunk.rows)
        rejections.extend(chunk.rejections)
        size += sum(sum(map(len, cells)) for cells in chunk.columns.values())
        if size > MAX_HELD_CHARS:
            message = f"more than {MAX_HELD_CHARS} characters do not fit a catalogue that is held as a whole: split it"
            raise CatalogueError(message, code="file-too-large", file=str(path))
    whole = {name: tuple(columns.pop(name)) for name in list(columns)}
    return RawTable(whole, np.array(rows, dtype=np.int64), file.source, tuple(rejections))
