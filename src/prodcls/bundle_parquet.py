"""The table of products in a bundle, read column by column: of the types that are meant, and no larger than it may be.

A small Parquet file can stand for any number of rows, and for a long cell in each of them. So rows are counted before
one is read, and a cell that repeats is kept once.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from prodcls.parquet_files import MAX_EXPANDED_BYTES, MAX_RATIO

__all__ = ["checked_table", "spelled_column"]


def checked_table(data: bytes, kinds: Mapping[str, tuple[pa.DataType, bool]]) -> pa.Table:
    """Return the table of a Parquet file in memory.

    Parameters
    ----------
    data : bytes
    kinds : mapping of str to (DataType, bool)
        By name, or by the beginning of names up to a colon: the type that a column must have, and whether it may hold
        nulls.

    Returns
    -------
    pyarrow.Table
        Strings as dictionaries, see `spelled_column`.

    Raises
    ------
    pyarrow.ArrowException, OSError
        If it is no Parquet file.
    ValueError
        If a column is not what is meant, or the file stands for more than it should.
    """
    parquet = pq.ParquetFile(io.BytesIO(data), pre_buffer=False)
    schema = parquet.schema_arrow
    expected = {field.name: _kind(field.name, kinds) for field in schema}
    for field in schema:
        if not field.type.equals(expected[field.name][0]) or len(schema.get_all_field_indices(field.name)) != 1:
            raise ValueError(f"column {field.name[:80]!r} stands twice or is of {str(field.type)[:80]}")
    _check_size(parquet.metadata, len(data))
    strings = [field.name for field in schema if pa.types.is_string(field.type)]
    # In this thread alone: see `prodcls.tables.parquet_table`.
    table = pq.ParquetFile(io.BytesIO(data), pre_buffer=False, read_dictionary=strings).read(use_threads=False)
    for name in table.column_names:
        if table[name].null_count and not expected[name][1]:
            raise ValueError(f"column {name[:80]!r} lacks a value")
    return table


def _kind(name: str, kinds: Mapping[str, tuple[pa.DataType, bool]]) -> tuple[pa.DataType, bool]:
    begin, colon, _ = name.partition(":")
    if begin + colon not in kinds:
        raise ValueError(f"column {name[:80]!r} is unknown")
    return kinds[begin + colon]


def _check_size(metadata: pq.FileMetaData, size: int) -> None:
    """Refuse more rows than bytes, which ids alone would take, and parts that expand beyond reason."""
    if metadata.num_rows > size:
        raise ValueError(f"{metadata.num_rows} rows in {size} bytes")
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    expanded = sum(group.column(i).total_uncompressed_size for group in groups for i in range(group.num_columns))
    if expanded > max(MAX_EXPANDED_BYTES, MAX_RATIO * size):
        raise ValueError(f"{size} bytes that expand to {expanded}")


def spelled_column(column: pa.ChunkedArray) -> tuple[Any, ...]:
    """Return the strings of a column; one that repeats is the same object.

    Parameters
    ----------
    column : ChunkedArray
        Of strings, or of dictionaries of such.

    Returns
    -------
    tuple of (str or None)
    """
    found: list[Any] = []
    for chunk in column.dictionary_encode().chunks:
        words = np.array([*chunk.dictionary.to_pylist(), None], dtype=object)
        found += words[chunk.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)].tolist()
    return tuple(found)
