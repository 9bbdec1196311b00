"""Files that are either whole or absent, and where the cache of this package lies."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from prodcls.write_faults import naming

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = [
    "TEMPORARY",
    "cache_root",
    "discard",
    "keep_addressed",
    "read_addressed",
    "replacing",
    "staging",
    "sync_folder",
    "temporary_prefix",
    "write_addressed",
    "write_bytes",
    "write_text",
]

TEMPORARY = ".tmp"
"""Ending of temporary files."""

_log = logging.getLogger(__name__)


def cache_root() -> Path:
    """Return the folder for what can be computed again: embeddings and exported encoders.

    Returns
    -------
    Path
        ``PRODCLS_CACHE`` of the environment, else the user's cache folder of this platform. It may not exist yet.
    """
    chosen = os.environ.get("PRODCLS_CACHE")
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("prodcls", appauthor=False)


class _Target(io.FileIO):
    """A temporary file whose failed writes tell of the file that it is to become."""

    def __init__(self, descriptor: int, target: Path) -> None:
        super().__init__(descriptor, "wb")
        self.target = target

    def write(self, data: ReadableBuffer, /) -> int:
        with naming(self.target):
            return super().write(data)

    def close(self) -> None:
        with naming(self.target):
            super().close()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream whose bytes become the file ``path``, so that no reader ever sees a part of it.

    The bytes go to a temporary file in the same folder, are forced to disk, and take the name in one step when the
    ``with`` block ends. A crash, or an exception in the block, leaves the old file, or none.

    Parameters
    ----------
    path : Path
        Its folder is made when absent; an existing file is replaced.

    Yields
    ------
    BinaryIO
        Open for writing.

    Raises
    ------
    WriteError
        If the folder cannot be written; no temporary file is left behind.
    """
    with staging(path) as (stream, temporary):
        yield stream
    try:
        with naming(path):
            temporary.replace(path)
    except BaseException:
        discard(temporary)
        raise
    with naming(path):
        sync_folder(path.parent)


@contextmanager
def staging(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Yield a stream and the temporary file beside ``path`` that it fills, whole and on the disk when the block ends.

    Parameters
    ----------
    path : Path
        Its folder is made when absent.

    Yields
    ------
    tuple of (BinaryIO, Path)
        Whoever asked gives the file its name, or takes it away. After an exception in the block it is gone.

    Raises
    ------
    WriteError
        If the folder cannot be written.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=temporary_prefix(path), suffix=TEMPORARY)
    temporary = Path(name)
    try:
        with io.BufferedWriter(_Target(descriptor, path)) as stream:
            yield stream, temporary
            stream.flush()
            with naming(path):
                os.fsync(stream.fileno())
        # mkstemp makes files private to the user; outputs get the permissions that open() would give.
        with naming(path):
            temporary.chmod(0o666 & ~_umask())
    except BaseException:
        discard(temporary)
        raise


def temporary_prefix(path: Path) -> str:
    """Return how the names of temporary files for ``path`` begin."""
    return f".{path.name[:40]}."


def discard(temporary: Path) -> None:
    """Take away a temporary file; one that cannot be taken away is left, since there is a graver error to tell."""
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, whole or not at all; see `replacing`.

    Parameters
    ----------
    path : Path
    data : bytes
    """
    with replacing(path) as stream:
        stream.write(data)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with its line ends as they are; see `write_bytes`.

    Parameters
    ----------
    path : Path
    text : str
    """
    write_bytes(path, text.encode("utf-8"))


def write_addressed(folder: Path, stem: str, suffix: str, data: bytes) -> Path:
    """Write ``data`` under a name that holds its SHA-256, so that a reader can tell damage.

    Processes that write the same bytes write the same file, others never meet.

    Parameters
    ----------
    folder : Path
    stem : str
    suffix : str
        The name becomes ``stem.<64 hex digits>suffix``.
    data : bytes

    Returns
    -------
    Path
    """
    path = folder / f"{stem}.{hashlib.sha256(data).hexdigest()}{suffix}"
    write_bytes(path, data)
    return path


def keep_addressed(folder: Path, stem: str, suffix: str, data: bytes) -> None:
    """Do as `write_addressed`, and only say so where that fails: for what can be computed again.

    Parameters
    ----------
    folder : Path
    stem : str
    suffix : str
    data : bytes
    """
    try:
        write_addressed(folder, stem, suffix, data)
    except OSError as error:
        _log.warning("%s is not kept, and has to be made again next time: %s", stem, error)


def read_addressed(path: Path) -> bytes | None:
    """Return the bytes of a file written by `write_addressed`, or None if they are not what its name says.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes or None
        None also when the file is gone or unreadable.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == path.name.split(".")[-2] else None


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def sync_folder(folder: Path) -> None:
    """Force the names in ``folder`` to disk, where the platform lets a folder be opened.

    Parameters
    ----------
    folder : Path
    """
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
