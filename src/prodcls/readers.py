"""Files and data frames as raw tables: every cell a string, every line accounted for.

Nothing is converted here: ``007`` stays ``007``, the brand ``NA`` stays a brand, ``1299.0`` keeps its spelling.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from prodcls.catalogue import RawTable, Rejection, Source
from prodcls.cells import cell_fault, clean_name, excerpt, is_null, spell
from prodcls.delimited import DELIMITERS, decode, parse_delimited, sniff_delimiter
from prodcls.errors import CatalogueError
from prodcls.json_lines import parse_json_lines

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MAX_COLUMNS", "MAX_FILE_BYTES", "MAX_ROWS", "read_table", "table_from_frame"]

MAX_FILE_BYTES = 1 << 30
"""Bytes of a catalogue file, and of the text that a compressed one expands to."""

MAX_ROWS = 10_000_000
"""Rows of a catalogue."""

MAX_COLUMNS = 2_000
"""Columns of a catalogue."""

_DELIMITED = {".csv", ".tsv", ".txt", ".tab", ""}
_JSON_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}
_PARQUET_BATCH = 4096


@dataclass(frozen=True)
class _Body:
    """What a format's reader hands back: columns of equal length, and how it read them."""

    columns: dict[str, tuple[str, ...]]
    rows: list[int]
    rejections: tuple[Rejection, ...]
    details: dict[str, str]


def read_table(path: Path | str, *, encoding: str | None = None, delimiter: str | None = None) -> RawTable:
    """Read a CSV, TSV, JSONL or Parquet file; the name's ending says which.

    Parameters
    ----------
    path : Path or str
        The file.
    encoding : str, optional
        Of a CSV file. Without it: byte-order mark, UTF-8, or a guess that ``source.details`` reports.
    delimiter : str, optional
        One of ``, ; tab |``. Without it: the one under which the first lines agree.

    Returns
    -------
    RawTable
        Lines that cannot be read are in ``rejections``.

    Raises
    ------
    CatalogueError
        When the file is absent, empty, too large, of no known format, or names a column twice.
    """
    path = Path(path)
    data = _read_bytes(path)
    kind = path.suffix.lower()
    if kind in _PARQUET:
        body = _read_parquet(data, str(path))
    elif kind in _JSON_LINES:
        body = _read_json_lines(data, str(path))
    elif kind in _DELIMITED:
        body = _read_delimited(data, str(path), encoding, delimiter or ("\t" if kind in {".tsv", ".tab"} else None))
    else:
        raise CatalogueError(
            f"files ending in {kind!r} are not read: give .csv, .tsv, .jsonl or .parquet",
            code="format-unknown",
            file=str(path),
        )
    source = Source(str(path), hashlib.sha256(data).hexdigest(), len(data), body.details)
    return RawTable(body.columns, np.array(body.rows, dtype=np.int64), source, body.rejections)


def _read_bytes(path: Path) -> bytes:
    if not path.is_file():
        raise CatalogueError("there is no such file", code="file-missing", file=str(path))
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise CatalogueError(
            f"the file has {size} bytes, more than the limit of {MAX_FILE_BYTES}: split it",
            code="file-too-large",
            file=str(path),
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"cannot be read ({error.strerror})", code="file-unreadable", file=str(path)) from None
    if not data.strip():
        raise CatalogueError("the file is empty: it needs a header line and rows", code="file-empty", file=str(path))
    return data


def _check_names(names: Sequence[str], file: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise CatalogueError(
            f"the column name {twice[0]!r} occurs more than once: rename one of them",
            code="column-twice",
            file=file,
            column=twice[0],
        )
    if len(names) > MAX_COLUMNS:
        raise CatalogueError(
            f"the table has {len(names)} columns, more than the limit of {MAX_COLUMNS}",
            code="columns-too-many",
            file=file,
        )


def _read_delimited(data: bytes, file: str, encoding: str | None, delimiter: str | None) -> _Body:
    if delimiter is not None and delimiter not in DELIMITERS:
        raise CatalogueError(
            f"the delimiter {delimiter!r} is not one of , ; tab |", code="delimiter-unknown", file=file
        )
    decoded = decode(data, encoding, file=file)
    delimiter = delimiter or sniff_delimiter(decoded.text)
    records = parse_delimited(decoded.text, delimiter, file=file)
    _check_names(records.header, file)
    cells = zip(*records.cells, strict=True) if records.cells else (() for _ in records.header)
    details = {
        "format": "delimited text",
        "encoding": decoded.encoding,
        "encoding found by": decoded.how,
        "delimiter": "tab" if delimiter == "\t" else delimiter,
    }
    return _Body(dict(zip(records.header, cells, strict=True)), records.rows, records.rejections, details)


def _read_json_lines(data: bytes, file: str) -> _Body:
    lines = parse_json_lines(data)
    _check_names(lines.names, file)
    columns = {name: tuple(cells.get(name, "") for cells in lines.objects) for name in lines.names}
    return _Body(columns, lines.rows, lines.rejections, {"format": "JSON lines", "encoding": "utf-8"})


def _read_parquet(data: bytes, file: str) -> _Body:
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data))
        schema = parquet.schema_arrow
        # Dictionaries keep one copy of a repeated value, so that a small file cannot fill the memory.
        textual = [field.name for field in schema if pa.types.is_string(field.type)]
        parquet = pq.ParquetFile(pa.BufferReader(data), read_dictionary=textual)
        names = [clean_name(field.name) or f"column {i}" for i, field in enumerate(schema, start=1)]
        _check_names(names, file)
        if parquet.metadata.num_rows > MAX_ROWS:
            raise CatalogueError(f"more than {MAX_ROWS} rows: split the file", code="rows-too-many", file=file)
        cells = _parquet_cells(parquet, len(names), file)
    except (pa.ArrowException, OSError, ValueError, KeyError, UnicodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CatalogueError(f"no readable Parquet file ({reason})", code="parquet-damaged", file=file) from None
    rejections, keep = _faulty_rows(dict(zip(names, cells, strict=True)))
    columns = {name: tuple(column[i] for i in keep) for name, column in zip(names, cells, strict=True)}
    return _Body(columns, [i + 1 for i in keep], rejections, {"format": "Parquet"})


def _parquet_cells(parquet: pq.ParquetFile, width: int, file: str) -> list[list[str]]:
    cells: list[list[str]] = [[] for _ in range(width)]
    size = 0
    for batch in parquet.iter_batches(batch_size=_PARQUET_BATCH):
        for column, array in zip(cells, batch.columns, strict=True):
            if pa.types.is_dictionary(array.type):
                words = [spell(word) for word in array.dictionary.to_pylist()]
                size += sum(map(len, words))
                column.extend("" if i is None else words[i] for i in array.indices.to_pylist())
            else:
                size += array.nbytes
                column.extend(_arrow_cells(array))
        if size > MAX_FILE_BYTES:
            raise CatalogueError(f"expands to more than {MAX_FILE_BYTES} bytes", code="file-too-large", file=file)
    return cells


def _arrow_cells(array: pa.Array) -> Iterable[str]:
    if pa.types.is_float32(array.type) or pa.types.is_float16(array.type):
        # Python's float would show float32's 0.1 as 0.10000000149011612.
        return ("" if is_null(v) else spell(v) for v in array.to_numpy(zero_copy_only=False))
    return map(spell, array.to_pylist())


def _faulty_rows(columns: Mapping[str, Sequence[str]]) -> tuple[tuple[Rejection, ...], list[int]]:
    """Return rejections of the rows that hold a cell which is no text, and the positions of the others."""
    rejections: dict[int, Rejection] = {}
    n = 0
    for name, column in columns.items():
        n = len(column)
        for i, cell in enumerate(column):
            fault = cell_fault(cell)
            if fault and i not in rejections:
                rejections[i] = Rejection(i + 1, name, fault[0], fault[1], excerpt(cell), "row")
    return tuple(rejections[i] for i in sorted(rejections)), [i for i in range(n) if i not in rejections]


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
    names = [clean_name(str(name)) for name in frame.columns]
    if not names:
        raise CatalogueError("the data frame has no columns", code="file-empty", file=path)
    _check_names(names, path)
    columns = {name: _frame_cells(frame.iloc[:, i].tolist()) for i, name in enumerate(names)}
    digest = hashlib.sha256()
    size = 0
    for name, column in columns.items():
        for cell in (name, *column):
            raw = cell.encode("utf-8", "surrogatepass")
            digest.update(len(raw).to_bytes(8, "big") + raw)
            size += len(raw)
    rejections, keep = _faulty_rows(columns)
    columns = {name: tuple(column[i] for i in keep) for name, column in columns.items()}
    source = Source(path, digest.hexdigest(), size, {"format": "data frame"})
    return RawTable(columns, np.array(keep, dtype=np.int64) + 1, source, rejections)


def _frame_cells(values: list[object]) -> tuple[str, ...]:
    floats = [v for v in values if isinstance(v, float) and not is_null(v)]
    whole = all(v.is_integer() for v in floats)
    return tuple(str(int(v)) if whole and isinstance(v, float) and not is_null(v) else spell(v) for v in values)
