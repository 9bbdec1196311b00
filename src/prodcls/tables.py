"""Tables that other tools read, as Parquet with a fixed schema."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from prodcls.catalogue import Catalogue, Rejection

__all__ = [
    "CLEANING",
    "OUT_OF_FOLD",
    "REJECTIONS",
    "CleanedRow",
    "OutOfFoldRows",
    "cleaning_bytes",
    "cleaning_rows",
    "out_of_fold_bytes",
    "out_of_fold_rows",
    "parquet_bytes",
    "parquet_table",
    "rejections_bytes",
]

CLEANING, OUT_OF_FOLD, REJECTIONS = "cleaning.parquet", "out_of_fold.parquet", "rejections.parquet"
"""Names of the tables beside a report."""

COMPRESSION = "zstd"

MAX_TABLE_BYTES = 1 << 31
"""Bytes that a table may take in memory once it is unpacked."""

BATCH = 4096
"""Rows read at a time."""

_REJECTIONS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in ("column", "code", "reason", "excerpt", "scope")),
    ]
)
_CLEANING = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("column", pa.string(), nullable=False),
        pa.field("steps", pa.list_(pa.field("step", pa.string(), nullable=False)), nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in ("original", "cleaned")),
    ]
)
_OUT_OF_FOLD = pa.schema(
    [
        pa.field(name, kind, nullable=False)
        for name, kind in {
            "id": pa.string(),
            "fold": pa.int64(),
            "group": pa.int64(),
            "label": pa.string(),
            "predicted": pa.string(),
            "probability": pa.float64(),
            "second": pa.string(),
            "second_probability": pa.float64(),
            "set": pa.list_(pa.field("class", pa.string(), nullable=False)),
        }.items()
    ]
)


@dataclass(frozen=True)
class OutOfFoldRows:
    """What models say of products that they never saw; everything has length n.

    Attributes
    ----------
    id : sequence of str
    fold, group : ndarray of shape (n,), int64
        Fold in which the product was tested, and its group of near-duplicates.
    label, predicted, second : sequence of str
        True, most probable and second most probable class.
    probability, second_probability : ndarray of shape (n,), float64
        In [0, 1].
    set : sequence of sequence of str
        Prediction set, the most probable class first, by thresholds in which the product had no say; may be empty.
    """

    id: Sequence[str]
    fold: NDArray[np.int64]
    group: NDArray[np.int64]
    label: Sequence[str]
    predicted: Sequence[str]
    probability: NDArray[np.float64]
    second: Sequence[str]
    second_probability: NDArray[np.float64]
    set: Sequence[Sequence[str]]


def rejections_bytes(rejections: Sequence[Rejection], tested: Sequence[Rejection] = ()) -> bytes:
    """Return a Parquet file with one row for each row or cell of a catalogue that was not taken as it stands.

    Parameters
    ----------
    rejections : sequence of Rejection
        Of the catalogue; may be empty: the table then has columns and no rows.
    tested : sequence of Rejection
        Of the catalogue that a model is evaluated on. The column ``source`` tells them apart: ``"catalogue"``,
        ``"test"``.

    Returns
    -------
    bytes
    """
    both = (*rejections, *tested)
    columns = {name: [getattr(r, name) for r in both] for name in _REJECTIONS.names[1:]}
    columns["source"] = ["catalogue"] * len(rejections) + ["test"] * len(tested)
    return parquet_bytes(pa.table(columns, schema=_REJECTIONS))


@dataclass(frozen=True)
class CleanedRow:
    """A text that was cleaned.

    Attributes
    ----------
    source : str
        ``"catalogue"``, or ``"test"`` for the catalogue that a model is evaluated on.
    row : int
        One-based data row.
    column : str
    steps : tuple of str
    original, cleaned : str
    """

    source: str
    row: int
    column: str
    steps: tuple[str, ...]
    original: str
    cleaned: str


def cleaning_bytes(catalogue: Catalogue, tested: Catalogue | None = None) -> bytes | None:
    """Return a Parquet file with one row for each text that was cleaned, by source, row and column.

    Parameters
    ----------
    catalogue : Catalogue
    tested : Catalogue, optional
        That a model is evaluated on.

    Returns
    -------
    bytes or None
        None when nothing was changed.
    """
    rows = [
        (source, int(found.rows[i]), column, list(cell.steps), cell.original, found.texts[column][i])
        for source, found in (("catalogue", catalogue), ("test", tested))
        if found is not None
        for column, cells in (found.cleaned or {}).items()
        for i, cell in cells.items()
    ]
    if not rows:
        return None
    columns = zip(*sorted(rows), strict=True)
    return parquet_bytes(pa.table(dict(zip(_CLEANING.names, map(list, columns), strict=True)), schema=_CLEANING))


def cleaning_rows(data: bytes) -> Iterator[CleanedRow]:
    """Yield the rows of a file made by `cleaning_bytes`, some thousand held at a time.

    Parameters
    ----------
    data : bytes

    Yields
    ------
    CleanedRow

    Raises
    ------
    ValueError
        If it is no such file, or unpacks to more than `MAX_TABLE_BYTES`.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        size = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
        if not file.schema_arrow.equals(_CLEANING) or size > MAX_TABLE_BYTES:
            message = f"unpacks to {size} bytes" if size > MAX_TABLE_BYTES else "has other columns"
            raise ValueError(message)
        for batch in file.iter_batches(BATCH, use_threads=False):
            for row in batch.to_pylist():
                yield CleanedRow(**row | {"steps": tuple(row["steps"])})
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        message = f"no table of cleaned texts ({error})"
        raise ValueError(message) from error


def out_of_fold_bytes(rows: OutOfFoldRows) -> bytes:
    """Return the out-of-fold predictions as a Parquet file.

    Parameters
    ----------
    rows : OutOfFoldRows

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If the columns are of different lengths.
    """
    columns = {name: getattr(rows, name) for name in _OUT_OF_FOLD.names}
    if len({len(column) for column in columns.values()}) > 1:
        message = f"columns of different lengths: { {name: len(column) for name, column in columns.items()} }"
        raise ValueError(message)
    return parquet_bytes(pa.table(columns, schema=_OUT_OF_FOLD))


def out_of_fold_rows(data: bytes) -> OutOfFoldRows:
    """Return the rows of a file made by `out_of_fold_bytes`.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    OutOfFoldRows

    Raises
    ------
    ValueError
        If it is no such file.
    """
    try:
        table = parquet_table(data).cast(_OUT_OF_FOLD)
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"no table of out-of-fold predictions ({type(error).__name__})"
        raise ValueError(message) from error
    numbers = {name: table[name].to_numpy() for name in ("fold", "group", "probability", "second_probability")}
    texts = {name: table[name].to_pylist() for name in ("id", "label", "predicted", "second", "set")}
    return OutOfFoldRows(**numbers, **texts)


def parquet_table(data: bytes) -> pa.Table:
    """Return the table of a Parquet file in memory.

    Read in this thread alone: pyarrow's threads, when they read from a Python file that goes at the end of the process,
    abort it now and then ("terminate called without an active exception").

    Parameters
    ----------
    data : bytes

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    pyarrow.ArrowException
        If it is no Parquet file.
    """
    return pq.ParquetFile(io.BytesIO(data), pre_buffer=False).read(use_threads=False)


def parquet_bytes(table: pa.Table) -> bytes:
    """Return ``table`` as a Parquet file; equal tables give equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=COMPRESSION)
    data: bytes = sink.getvalue().to_pybytes()
    return data
