"""Tables that other tools read, as Parquet with a fixed schema, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from prodcls.atomic import write_bytes
from prodcls.catalogue import Rejection

__all__ = ["OutOfFoldRows", "parquet_bytes", "write_out_of_fold", "write_rejections"]

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
    """

    id: Sequence[str]
    fold: NDArray[np.int64]
    group: NDArray[np.int64]
    label: Sequence[str]
    predicted: Sequence[str]
    probability: NDArray[np.float64]
    second: Sequence[str]
    second_probability: NDArray[np.float64]


def write_rejections(path: Path, rejections: Sequence[Rejection], tested: Sequence[Rejection] = ()) -> None:
    """Write one row for each row or cell of a catalogue that was not taken as it stands.

    Parameters
    ----------
    path : Path
        Replaced when it exists.
    rejections : sequence of Rejection
        Of the catalogue; may be empty: the table then has columns and no rows.
    tested : sequence of Rejection
        Of the catalogue that a model is evaluated on. The column ``source`` tells them apart: ``"catalogue"``,
        ``"test"``.
    """
    both = (*rejections, *tested)
    columns = {name: [getattr(r, name) for r in both] for name in _REJECTIONS.names[1:]}
    columns["source"] = ["catalogue"] * len(rejections) + ["test"] * len(tested)
    write_bytes(path, parquet_bytes(pa.table(columns, schema=_REJECTIONS)))


def write_out_of_fold(path: Path, rows: OutOfFoldRows) -> None:
    """Write the out-of-fold predictions.

    Parameters
    ----------
    path : Path
        Replaced when it exists.
    rows : OutOfFoldRows

    Raises
    ------
    ValueError
        If the columns are of different lengths.
    """
    columns = {name: getattr(rows, name) for name in _OUT_OF_FOLD.names}
    if len({len(column) for column in columns.values()}) > 1:
        message = f"columns of different lengths: { {name: len(column) for name, column in columns.items()} }"
        raise ValueError(message)
    write_bytes(path, parquet_bytes(pa.table(columns, schema=_OUT_OF_FOLD)))


def parquet_bytes(table: pa.Table) -> bytes:
    """Return ``table`` as a Parquet file; equal tables give equal bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=COMPRESSION)
    data: bytes = sink.getvalue().to_pybytes()
    return data
