"""Files with the dossiers that the report has no room for: written as they are made, and read one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from prodcls.atomic import replacing
from prodcls.audit_dossiers import Dossier, Shard
from prodcls.audit_json import dossier_from_line, dossier_to_line
from prodcls.errors import BundleError

__all__ = ["LINES", "NAMES", "read_shards", "write_shards"]

LINES = 500
"""Dossiers in a file; some 60 kB each."""

FOLDER, NAMES = "products", "dossiers-*.jsonl"
"""Where the files lie, and what they are called."""


def write_shards(folder: Path, dossiers: Iterable[Dossier]) -> tuple[Shard, ...]:
    """Write dossiers line by line.

    Parameters
    ----------
    folder : Path
        That of the report, with no such files in it.
    dossiers : iterable of Dossier
        Asked for one at a time.

    Returns
    -------
    tuple of Shard
    """
    products = folder / FOLDER
    products.mkdir(parents=True, exist_ok=True)
    written: list[Shard] = []
    left = iter(dossiers)
    for first in left:
        name = f"dossiers-{len(written) + 1:05d}.jsonl"
        digest, count = hashlib.sha256(), 0
        with replacing(products / name) as file:
            for dossier in _first_and(first, islice(left, LINES - 1)):
                line = dossier_to_line(dossier).encode()
                file.write(line)
                digest.update(line)
                count += 1
        written.append(Shard(f"{FOLDER}/{name}", count, digest.hexdigest()))
    return tuple(written)


def _first_and(first: Dossier, others: Iterable[Dossier]) -> Iterator[Dossier]:
    yield first
    yield from others


def read_shards(folder: Path, shards: Iterable[Shard]) -> Iterator[Dossier]:
    """Read dossiers one at a time; a file is verified before it is parsed.

    Parameters
    ----------
    folder : Path
        That of the report.
    shards : iterable of Shard
        Those whose file is not there are passed over: a report can be written again away from them.

    Yields
    ------
    Dossier

    Raises
    ------
    BundleError
        Code ``shard-damaged``, if a file is not the one that the report names.
    """
    for shard in shards:
        path = folder / shard.name
        if not path.is_file():
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != shard.sha256:
                message = "is not the file that the report names: fit the catalogue again"
                raise BundleError(message, code="shard-damaged", file=str(path))
            file.seek(0)
            for line in file:
                yield dossier_from_line(line.decode("utf-8"), file=str(path))
