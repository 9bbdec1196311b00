"""Files, folders and data frames as raw tables: every cell a string, every line accounted for.

Nothing is converted here: ``007`` stays ``007``, the brand ``NA`` stays a brand, ``1299.0`` keeps its spelling. A
file of any size is read in chunks; only `read_table` holds all of them.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from prodcls.catalogue import Chunk, RawTable, Rejection, Source
from prodcls.cells import column_names, is_null, spell
from prodcls.delimited import DELIMITERS, QUOTES, SNIFFED_LINES, Dialect, read_records, sniff_dialect
from prodcls.encodings import Fingerprint, TextEncoding, detect_encoding, take_fingerprint
from prodcls.errors import CatalogueError
from prodcls.json_lines import read_json_lines
from prodcls.parquet_files import faulty_rows, read_parquet
from prodcls.photo_folders import folder_fingerprint, read_photo_folder
from prodcls.standard_input import STANDARD_INPUT, spooled
from prodcls.workbooks import WORKBOOKS, choose_sheet, read_sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_ROWS",
    "TableFile",
    "TableOptions",
    "open_table_file",
    "read_table",
    "refuse_first",
    "table_from_frame",
]

MAX_FILE_BYTES = 1 << 40
"""Bytes of a catalogue file."""

MAX_ROWS = 100_000_000
"""Rows of a catalogue file."""

MAX_HELD_CHARS = 4 << 30
"""Characters of a catalogue that is held in memory as a whole, as a fit does."""

MAX_REJECTIONS = 1_000_000
"""Rows and cells that are not taken; more of them say that the file is read in a wrong way."""

_DELIMITED = {".csv", ".tsv", ".txt", ".tab", ""}
_JSON_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}
_SHARED_VALUES = 10_000


@dataclass(frozen=True)
class TableOptions:
    """How to read a file, where that is not to be detected.

    Attributes
    ----------
    encoding, delimiter, quote : str or None
        Of delimited text.
    sheet : str or None
        Of a workbook.
    strict : bool
        Whether the first row or cell that cannot be taken as it stands ends the reading.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    strict: bool = False


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
        CSV, TSV, JSONL, Parquet or a workbook, as the name's ending says; a folder of photos, one folder a class; ``-``
        for the standard input.
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
        if path.is_dir():
            found = folder_fingerprint(path)
            _check_blank(found, str(path))
            details, chunks = _folder_format(path)
        else:
            place, kind = spooled() if str(path) == STANDARD_INPUT else (path, path.suffix.lower())
            _check_file(place, str(path))
            found = take_fingerprint(place)
            _check_blank(found, str(path))
            details, chunks = _format(place, kind, str(path), options)
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


def _folder_format(path: Path) -> tuple[dict[str, str], Callable[[], Iterator[Chunk]]]:
    return {"format": "folder of photos"}, partial(read_photo_folder, path)


def _format(
    path: Path, kind: str, file: str, options: TableOptions
) -> tuple[dict[str, str], Callable[[], Iterator[Chunk]]]:
    """Return how the file is read, in words, and what reads it."""
    if kind in _PARQUET:
        return {"format": "Parquet"}, partial(read_parquet, path, file)
    if kind in _JSON_LINES:
        return {"format": "JSON lines", "encoding": "utf-8"}, partial(_json_chunks, path)
    if kind in WORKBOOKS:
        sheet, sheets = choose_sheet(path, options.sheet, file)
        details = {"format": "workbook", "sheet": sheet}
        others = [name for name in sheets if name != sheet]
        return details | ({"sheets not read": ", ".join(others)} if others else {}), partial(
            read_sheet, path, sheet, file
        )
    if kind in _DELIMITED:
        return _delimited_format(path, kind, file, options)
    raise CatalogueError(
        f"files ending in {kind!r} are not read: give .csv, .tsv, .jsonl, .parquet or {', '.join(WORKBOOKS)}",
        code="format-unknown",
        file=file,
    )


def _delimited_format(
    path: Path, kind: str, file: str, options: TableOptions
) -> tuple[dict[str, str], Callable[[], Iterator[Chunk]]]:
    delimiter = options.delimiter or ("\t" if kind in {".tsv", ".tab"} else None)
    if delimiter not in (None, *DELIMITERS):
        message = f"the delimiter {delimiter!r} is not one of , ; tab |"
        raise CatalogueError(message, code="delimiter-unknown", file=file)
    if options.quote not in (None, *QUOTES):
        message = f"""the quote {options.quote!r} is not one of {" ".join(QUOTES)}"""
        raise CatalogueError(message, code="quote-unknown", file=file)
    encoding = detect_encoding(path, options.encoding, file=file)
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as stream:
        lines = list(itertools.islice(iter(partial(stream.readline, 1 << 20), ""), SNIFFED_LINES))
    dialect = sniff_dialect(lines, delimiter, options.quote)
    details = {
        "format": "delimited text",
        "encoding": encoding.name,
        "encoding found by": encoding.how,
        "delimiter": "tab" if dialect.delimiter == "\t" else dialect.delimiter,
        "quote": dialect.quote + (" (escaped by \\)" if dialect.backslash else ""),
    }
    return details, partial(_delimited_chunks, path, encoding, dialect, file)


def _delimited_chunks(path: Path, encoding: TextEncoding, dialect: Dialect, file: str) -> Iterator[Chunk]:
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as stream:
        for records in read_records(stream, dialect, file=file):
            cells = zip(*records.cells, strict=True) if records.cells else (() for _ in records.header)
            yield Chunk(dict(zip(records.header, cells, strict=True)), records.rows, records.rejections)


def _json_chunks(path: Path) -> Iterator[Chunk]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
        for lines in read_json_lines(stream):
            columns = {name: tuple(cells.get(name, "") for cells in lines.objects) for name in lines.names}
            yield Chunk(dict(columns), lines.rows, lines.rejections)


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


def table_from_frame(frame: pd.DataFrame) -> RawTable:
    """Return a data frame as a raw table; the index is left aside.

    Missing values become ``""``. Numbers of a float column that holds whole numbers only (such as identifiers
    beside missing values) are spelled without ``.0``. Cells that are no text become rejections of their rows.

    Parameters
    ----------
    frame : DataFrame

    Raises
    ------
    CatalogueError
        When two columns have the same name or there is no column.
    """
    path = "<data frame>"
    if not len(frame.columns):
        raise CatalogueError("the data frame has no columns", code="file-empty", file=path)
    names = column_names(map(str, frame.columns), path)
    columns = {name: _frame_cells(frame.iloc[:, i].tolist()) for i, name in enumerate(names)}
    digest = hashlib.sha256()
    size = 0
    for name, column in columns.items():
        for cell in (name, *column):
            raw = cell.encode("utf-8", "surrogatepass")
            digest.update(len(raw).to_bytes(8, "big") + raw)
            size += len(raw)
    rejections, keep = faulty_rows(dict(columns))
    columns = {name: tuple(column[i] for i in keep) for name, column in columns.items()}
    source = Source(path, digest.hexdigest(), size, {"format": "data frame"})
    return RawTable(columns, np.array(keep, dtype=np.int64) + 1, source, rejections)


def _frame_cells(values: list[object]) -> tuple[str, ...]:
    floats = [v for v in values if isinstance(v, float) and not is_null(v)]
    whole = all(v.is_integer() for v in floats)
    return tuple(str(int(v)) if whole and isinstance(v, float) and not is_null(v) else spell(v) for v in values)
