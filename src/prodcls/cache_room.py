"""How much room the cache takes, and what of it goes first.

Embeddings are what grows. Those that were used longest ago are removed first; a file is taken for used when it was last
read (the store marks it so) or written. A process that meets a file gone encodes its contents again, so nothing has to
be locked. The other parts, such as exported encoders, are small, and a part of one would be worse than none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CacheFile", "CachePart", "cache_files", "cache_parts", "prune_cache"]

EMBEDDINGS = "embeddings"
"""Folder of the store in the cache."""

ABANDONED_SECONDS = 24 * 3600.0
"""Age of a temporary file from which on no process can be writing it."""


@dataclass(frozen=True)
class CacheFile:
    """A file of the cache.

    Attributes
    ----------
    path : Path
    part : str
        What it belongs to: an encoder's embeddings, or another folder of the cache.
    size : int
        Bytes.
    used : float
        When it was last used, seconds since 1970.
    abandoned : bool
        Whether it is a temporary file that a process left behind.
    """

    path: Path
    part: str
    size: int
    used: float
    abandoned: bool


@dataclass(frozen=True)
class CachePart:
    """The files that belong together.

    Attributes
    ----------
    name : str
    files : int
    size : int
        Bytes.
    used : float
        When one of them was last used, seconds since 1970.
    """

    name: str
    files: int
    size: int
    used: float


def cache_files(root: Path) -> list[CacheFile]:
    """Return what lies in the cache, the longest unused first.

    Parameters
    ----------
    root : Path
        May be absent.

    Returns
    -------
    list of CacheFile
    """
    found = list(_files(root, time.time()))
    return sorted(found, key=lambda file: (not file.abandoned, file.used, file.path))


def _files(root: Path, now: float) -> Iterator[CacheFile]:
    for path in root.rglob("*") if root.is_dir() else ():
        try:
            if path.is_symlink() or not path.is_file():
                continue
            told = path.stat()
        except OSError:  # gone meanwhile
            continue
        inside = path.relative_to(root).parts
        part = "/".join(inside[: 2 if inside[0] == EMBEDDINGS else 1]) if len(inside) > 1 else "."
        abandoned = path.suffix == ".tmp" and now - told.st_mtime > ABANDONED_SECONDS
        yield CacheFile(path, part, told.st_size, told.st_mtime, abandoned)


def cache_parts(files: list[CacheFile]) -> list[CachePart]:
    """Return the room that each part takes, the largest first.

    Parameters
    ----------
    files : list of CacheFile

    Returns
    -------
    list of CachePart
    """
    names = sorted({file.part for file in files})
    parts = []
    for name in names:
        own = [file for file in files if file.part == name]
        parts.append(CachePart(name, len(own), sum(f.size for f in own), max(f.used for f in own)))
    return sorted(parts, key=lambda part: (-part.size, part.name))


def prune_cache(files: list[CacheFile], limit: int) -> list[CacheFile]:
    """Remove embeddings until the rest of them takes at most ``limit`` bytes, and files that processes left behind.

    Parameters
    ----------
    files : list of CacheFile
        From `cache_files`: in this order they are removed.
    limit : int
        Bytes.

    Returns
    -------
    list of CacheFile
        That are gone.
    """
    stored = [file for file in files if file.part.startswith(f"{EMBEDDINGS}/") and not file.abandoned]
    gone = [file for file in files if file.abandoned]
    left = sum(file.size for file in stored)
    for file in stored:
        if left <= limit:
            break
        left -= file.size
        gone.append(file)
    for file in gone:
        file.path.unlink(missing_ok=True)
    return gone
