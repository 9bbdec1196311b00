"""Parquet files as chunks of cells; a small file that expands without end is refused on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from prodcls.catalogue import Chunk, Rejection
from prodcls.cells import cell_fault, column_names, excerpt, is_null, spell
from prodcls.errors import CatalogueError

__all__ = ["MAX_EXPANDED_BYTES", "faulty_rows", "read_parquet"]

MAX_EXPANDED_BYTES = 256 << 20
"""Bytes that a part of a file may expand to; what is read at a time, or a page that cannot be divided."""

MAX_RATIO = 1000
"""Most times that a part of a file may expand to beyond `MAX_EXPANDED_BYTES`."""

_BATCH = 1024
_BATCH_BYTES = 16 << 20


def read_parquet(path: Path, file: str, before: int = 0) -> Iterator[Chunk]:
    """Yield the rows of a Parquet file, some at a time.

    Parameters
    ----------
    path : Path
    file : str
        Name for messages.
    before : int
        Rows of files that came earlier, by which the numbers of these are higher.

    Yields
    ------
    Chunk
        At least one; it may hold no row.

    Raises
    ------
    CatalogueError
        When the file is damaged, or holds more than fits.
    """
    with _reading(file):
        parquet = pq.ParquetFile(path, page_checksum_verification=True)
        names = column_names((field.name for field in parquet.schema_arrow), file)
        _check_parts(parquet.metadata, file)
        # Dictionaries keep one copy of a repeated value, so that a small file cannot fill the memory.
        leaves = [parquet.schema.column(i) for i in range(len(parquet.schema))]
        words = [i for i, leaf in enumerate(leaves) if leaf.physical_type == "BYTE_ARRAY"]
        flat = [leaves[i].path for i in words if leaves[i].max_repetition_level == 0 and "." not in leaves[i].path]
        largest = _largest(parquet.metadata, [i for i in words if leaves[i].path not in flat])
        parquet = pq.ParquetFile(path, read_dictionary=flat, page_checksum_verification=True)
        batches = parquet.iter_batches(batch_size=max(1, min(_BATCH, _BATCH_BYTES // largest)), use_threads=False)
    row = before
    while True:
        with _reading(file):
            batch = next(batches, None)
            arrays = () if batch is None else batch.columns
            cells = [_cells(array, file) for array in arrays] or [[] for _ in names]
        columns = dict(zip(names, cells, strict=True))
        n = len(cells[0]) if cells else 0
        rejections, keep = faulty_rows(columns, row)
        if len(keep) < n:
            columns = {name: [column[i] for i in keep] for name, column in columns.items()}
        yield Chunk(dict(columns), [row + i + 1 for i in keep], rejections)
        row += n
        if batch is None:
            return


@contextmanager
def _reading(file: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError, UnicodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CatalogueError(f"no readable Parquet file ({reason})", code="parquet-damaged", file=file) from None


def _check_parts(metadata: pq.FileMetaData, file: str) -> None:
    """Refuse a file whose parts say that they expand beyond reason, before any is expanded."""
    for group in range(metadata.num_row_groups):
        for i in range(metadata.num_columns):
            part = metadata.row_group(group).column(i)
            large = part.total_uncompressed_size > MAX_EXPANDED_BYTES
            if large and part.total_uncompressed_size > MAX_RATIO * max(part.total_compressed_size, 1):
                raise _too_large(file)


def _largest(metadata: pq.FileMetaData, columns: Sequence[int]) -> int:
    """Return the most bytes that one cell of ``columns`` may hold, those of its part of the file; at least 1.

    Inside of lists and structures values are expanded, so that only few rows can be read at a time.
    """
    groups = range(metadata.num_row_groups)
    sizes = (int(metadata.row_group(g).column(i).total_uncompressed_size) for g in groups for i in columns)
    return max(sizes, default=1) or 1


def _too_large(file: str) -> CatalogueError:
    message = f"a part of the file expands to more than {MAX_EXPANDED_BYTES} bytes: split its cells"
    return CatalogueError(message, code="file-too-large", file=file)


def _cells(array: pa.Array, file: str) -> list[str]:
    if pa.types.is_dictionary(array.type):
        words = [spell(word) for word in array.dictionary.to_pylist()]
        return ["" if i is None else words[i] for i in array.indices.to_pylist()]
    if array.nbytes > MAX_EXPANDED_BYTES:
        raise _too_large(file)
    return list(_spelled(array))


def _spelled(array: pa.Array) -> Iterable[str]:
    if pa.types.is_float32(array.type) or pa.types.is_float16(array.type):
        # Python's float would show float32's 0.1 as 0.10000000149011612.
        return ("" if is_null(v) else spell(v) for v in array.to_numpy(zero_copy_only=False))
    return map(spell, array.to_pylist())


def faulty_rows(columns: Mapping[str, Sequence[str]], before: int = 0) -> tuple[tuple[Rejection, ...], list[int]]:
    """Return rejections of the rows that hold a cell which is no text, and the positions of the others.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Each of length n.
    before : int
        Rows that came earlier.

    Returns
    -------
    tuple of (tuple of Rejection, list of int)
    """
    rejections: dict[int, Rejection] = {}
    n = 0
    for name, column in columns.items():
        n = len(column)
        for i, cell in enumerate(column):
            fault = cell_fault(cell)
            if fault and i not in rejections:
                rejections[i] = Rejection(before + i + 1, name, fault[0], fault[1], excerpt(cell), "row")
    return tuple(rejections[i] for i in sorted(rejections)), [i for i in range(n) if i not in rejections]
