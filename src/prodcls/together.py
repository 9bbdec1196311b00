"""Several files that get their names together, or none of them does."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from prodcls.atomic import TEMPORARY, discard, staging, sync_folder, temporary_prefix
from prodcls.write_faults import naming

__all__ = ["Together", "together"]

ABANDONED_SECONDS = 24 * 3600.0
"""Age of a temporary file from which on no process can be writing it."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems say that give a file one name only."""


@dataclass
class Together:
    """Files that wait for their names.

    Attributes
    ----------
    staged : dict of Path to (Path or None)
        The file that is to have a name, by that name; None where there is to be no file.
    given : list of (Path, Path or None)
        Names that are given, and under what name the file stands meanwhile that had it.
    """

    staged: dict[Path, Path | None] = field(default_factory=dict)
    given: list[tuple[Path, Path | None]] = field(default_factory=list)

    @contextmanager
    def replacing(self, path: Path) -> Iterator[BinaryIO]:
        """Yield a stream whose bytes become the file ``path`` with the others.

        Parameters
        ----------
        path : Path

        Yields
        ------
        BinaryIO
            Open for writing.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        with staging(path) as (stream, temporary):
            yield stream
        self.staged[path] = temporary

    def write_bytes(self, path: Path, data: bytes) -> None:
        """Let ``data`` become the file ``path`` with the others."""
        with self.replacing(path) as stream:
            stream.write(data)

    def remove(self, path: Path) -> None:
        """Let the file ``path`` go, if there is one, when the others get their names."""
        self.staged[path] = None

    def name_all(self) -> None:
        """Give all files their names.

        Raises
        ------
        WriteError
            If one of them cannot have its name; `together` then takes back the others.
        """
        for path in list(self.staged):
            with naming(path):
                self.given.append((path, _kept(path)))
                temporary = self.staged[path]
                if temporary is None:
                    path.unlink(missing_ok=True)
                else:
                    temporary.replace(path)
                del self.staged[path]
        for folder in {path.parent for path, _ in self.given}:
            with naming(folder):
                sync_folder(folder)


@contextmanager
def together() -> Iterator[Together]:
    """Yield what takes files; after an exception in the ``with`` block the folder is as it was before.

    The block calls `Together.name_all` once all files are whole, and may go on after that with what can still fail.

    Yields
    ------
    Together

    Raises
    ------
    WriteError
        If a file cannot be written.
    """
    files = Together()
    try:
        yield files
    except BaseException:
        _take_back(files)
        raise
    finally:
        for temporary in filter(None, files.staged.values()):
            discard(temporary)
    for _, before in files.given:
        if before is not None:
            discard(before)
    _sweep({path for path, _ in files.given})


def _kept(path: Path) -> Path | None:
    """Let what has the name ``path`` have another one too, and return that; None where nothing has it."""
    if not os.path.lexists(path):
        return None
    if path.is_dir() and not path.is_symlink():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    other = path.with_name(f"{temporary_prefix(path)}{secrets.token_hex(4)}{TEMPORARY}")
    try:
        os.link(path, other, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        path.rename(other)
    return other


def _take_back(files: Together) -> None:
    for path, before in reversed(files.given):
        with suppress(OSError):
            if before is None:
                path.unlink(missing_ok=True)
            else:
                before.replace(path)
        if before is not None:
            discard(before)  # a second name of the file at ``path``, where that never changed


def _sweep(paths: set[Path]) -> None:
    """Take away temporary files for ``paths`` that processes left behind long ago."""
    for folder in {path.parent for path in paths}:
        prefixes = {temporary_prefix(path) for path in paths if path.parent == folder}
        entries: list[os.DirEntry[str]] = []
        with suppress(OSError):
            entries = list(os.scandir(folder))
        for entry in entries:
            if entry.name.endswith(TEMPORARY) and entry.name[: -len(TEMPORARY)].rpartition(".")[0] + "." in prefixes:
                with suppress(OSError):
                    told = entry.stat(follow_symlinks=False)
                    # A second name of an old file has that file's age, but was given just now.
                    if time.time() - max(told.st_mtime, told.st_ctime) > ABANDONED_SECONDS:
                        Path(entry).unlink()
