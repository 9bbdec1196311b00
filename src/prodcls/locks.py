"""Locks of the system: it gives them back when a process dies, however it dies."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

from prodcls.atomic import discard, write_text
from prodcls.errors import InputError
from prodcls.write_faults import naming

__all__ = ["LOCK", "OWNER", "locked", "owned"]

LOCK_SECONDS = 60.0
"""How long another process is waited for."""

LOCK, OWNER = ".prodcls.lock", ".prodcls.owner.json"
"""Names in an output folder while a process writes there: the lock, and who holds it."""

MAX_OWNER_BYTES = 4096
MAX_COMMAND = 200
"""Characters of a command line that are told."""


@contextmanager
def locked(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Keep out whoever else would lock ``path``, another process or thread, while the ``with`` block lasts.

    The lock is on an empty file beside it, ``.NAME.lock``, which stays; the system gives it back when a process dies.

    Parameters
    ----------
    path : Path
        Need not exist; its folder is made when absent.
    seconds : float
        How long to wait.

    Yields
    ------
    None

    Raises
    ------
    InputError
        Code ``file-locked``, when another still holds it.
    WriteError
        If no file can be made there.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f".{path.name}.lock").open("ab")
    until = time.monotonic() + seconds
    with lock as stream:
        while not _try_lock(stream.fileno()):
            if time.monotonic() > until:
                message = "another process is writing it: try again when that has ended"
                raise InputError(message, code="file-locked", file=str(path))
            time.sleep(0.02)
        yield


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Be the only process that writes in ``folder`` while the ``with`` block lasts.

    Nothing is waited for. A file tells others who is at work; the lock alone decides, so that what a killed process
    left keeps nobody out. Both files are gone afterwards, and so are folders made for them that stay empty.

    Parameters
    ----------
    folder : Path
        Made when absent.

    Yields
    ------
    None

    Raises
    ------
    InputError
        Code ``output-locked``, when another process holds it.
    WriteError
        If no file can be made there.
    """
    with naming(folder):
        made = [place for place in (folder, *folder.parents) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        stream = _take(folder)
    try:
        write_text(folder / OWNER, _myself())
        yield
    finally:
        discard(folder / OWNER)
        if os.name == "nt":  # an open file cannot be removed there, and another process may have it open too
            stream.close()
        discard(folder / LOCK)
        stream.close()
        with suppress(OSError):
            for place in made:
                place.rmdir()


def _take(folder: Path) -> BinaryIO:
    """Return the open lock of ``folder``, held; raises InputError when another process has it."""
    path = folder / LOCK
    while True:
        stream = path.open("ab")
        if not _try_lock(stream.fileno()):
            stream.close()
            _refuse(folder)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(stream.fileno()), path.stat()):
                return stream
        stream.close()  # its owner removed the file between our opening and locking it


def _refuse(folder: Path) -> NoReturn:
    message = f"{_told(folder / OWNER)} is writing there: wait until it ends, or choose another --out"
    raise InputError(message, code="output-locked", file=str(folder))


def _myself() -> str:
    """Return what others are told of this process, as JSON."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    return json.dumps(
        {
            "process": os.getpid(),
            "host": platform.node(),
            "command": " ".join(words)[:MAX_COMMAND],
            "since": time.time(),
        }
    )


def _told(path: Path) -> str:
    """Return who holds a lock and since when, or what can be said where its file tells nothing."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(MAX_OWNER_BYTES).decode("utf-8"))
        age = _age(time.time() - float(found["since"]))
        return f"process {int(found['process'])} on {found['host']} ({found['command']}, begun {age} ago)"
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return "another process"  # it has only just begun


def _age(seconds: float) -> str:
    """Return a time span in words.

    Examples
    --------
    >>> _age(59.9), _age(60), _age(7300)
    ('59 seconds', '1 minute', '2 hours')
    """
    units = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
    name, length = next((unit for unit in units if seconds >= unit[1]), units[-1])
    count = max(0, int(seconds // length))
    return f"{count} {name}" + ("" if count == 1 else "s")


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
