"""Folders of Parquet files, as Spark, Dask and others write them, as one catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from prodcls.catalogue import Chunk
from prodcls.encodings import Fingerprint, joint_fingerprint, take_fingerprint
from prodcls.errors import CatalogueError
from prodcls.parquet_files import read_parquet

__all__ = ["parquet_parts", "parts_fingerprint", "read_parquet_folder"]

ENDING = ".parquet"
UNSEEN = (".", "_")
"""First characters of files that tell of the writing and hold no rows, such as ``_SUCCESS``."""


def parquet_parts(folder: Path) -> tuple[Path, ...]:
    """Return the Parquet files of a folder in the order of their names; none where it is no folder of such files.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of Path

    Raises
    ------
    CatalogueError
        Code ``folder-mixed``, where other files lie beside them: rows might be missed.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(UNSEEN))
    parts = tuple(path for path in files if path.name.endswith(ENDING))
    others = [path.name for path in files if path not in parts]
    if parts and others:
        message = f"holds {others[0]!r} beside {len(parts)} Parquet files: move it, or name one file"
        raise CatalogueError(message, code="folder-mixed", file=str(folder))
    return parts


def parts_fingerprint(parts: Sequence[Path]) -> Fingerprint:
    """Return one digest of the names and bytes of files.

    Parameters
    ----------
    parts : sequence of Path

    Returns
    -------
    Fingerprint
    """
    return joint_fingerprint((part.name, take_fingerprint(part)) for part in parts)


def read_parquet_folder(parts: Sequence[Path]) -> Iterator[Chunk]:
    """Yield the rows of Parquet files, one file after the other, numbered through.

    Parameters
    ----------
    parts : sequence of Path
        At least one.

    Yields
    ------
    Chunk
        A column that a file has not is not in its chunks.

    Raises
    ------
    CatalogueError
        When a file is damaged, or holds more than fits.
    """
    before = 0
    for part in parts:
        for chunk in read_parquet(part, str(part), before):
            yield chunk
            before = max([before, *chunk.rows[-1:], *(one.row for one in chunk.rejections[-1:])])
