"""Tables that other tools read, as Parquet with a fixed schema."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from prodcls.catalogue import Rejection

__all__ = [
    "OUT_OF_FOLD",
    "REJECTIONS",
    "OutOfFoldRows",
    "out_of_fold_bytes",
    "out_of_fold_rows",
    "parquet_bytes",
    "rejections_bytes",
]

OUT_OF_FOLD, REJECTIONS = "out_of_fold.parquet", "rejections.parquet"
"""Names of the tables beside a report."""

COMPRESSION = "zstd"

_REJECTIONS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        *(pa.field(name, pa.string(), nullable=False) for name in ("column", "code", "reason", "excerpt", "scope")),
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
        table = pq.read_table(io.BytesIO(data)).cast(_OUT_OF_FOLD)
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"no table of out-of-fold predictions ({type(error).__name__})"
        raise ValueError(message) from error
    numbers = {name: table[name].to_numpy() for name in ("fold", "group", "probability", "second_probability")}
    texts = {name: table[name].to_pylist() for name in ("id", "label", "predicted", "second", "set")}
    return OutOfFoldRows(**numbers, **texts)


def parquet_bytes(table: pa.Table) -> bytes:
    """Return ``table`` as a Parquet file; equal tables give equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=COMPRESSION)
    data: bytes = sink.getvalue().to_pybytes()
    return data
