"""Lets the k-th operation on files fail, for every k: a model of disks that are full, broken or over their quota."""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

import prodcls.atomic

ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT)

KINDS = {
    "fsync": "fsync",
    "rename": "rename",
    "replace": "rename",
    "link": "link",
    "unlink": "unlink",
    "remove": "unlink",
    "mkdir": "mkdir",
    "rmdir": "rmdir",
    "chmod": "chmod",
    "utime": "utime",
}
"""Functions of `os` that change files, and what they do."""

CREATING = ("open", "write", "fsync", "mkdir", "link")
"""What needs room on a disk."""


@dataclass
class Faults:
    """Which operation fails, and what was asked for.

    Attributes
    ----------
    at : int
        Number of the operation that fails, from 0; -1 for none.
    error : int
        With which number.
    lasting : bool
        Whether everything that needs room fails from there on, as on a disk that is full and stays so.
    operations : list of str
        Kinds of operations, in order.
    failed : list of str
        Those that failed.
    """

    at: int = -1
    error: int = errno.ENOSPC
    lasting: bool = False
    operations: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def meet(self, kind: str, path: object = None) -> None:
        """Count an operation on a file; raise OSError when it is to fail, with the file's name as the system does."""
        number = len(self.operations)
        self.operations.append(kind)
        later = self.lasting and 0 <= self.at < number and kind in CREATING
        if number == self.at or later:
            self.failed.append(kind)
            raise OSError(self.error, os.strerror(self.error), *([path] if isinstance(path, str | os.PathLike) else []))


@contextmanager
def injected(faults: Faults) -> Iterator[Faults]:
    """Let files be opened for writing, written, synced, named and taken away only as ``faults`` says."""
    raw = _raw(faults)
    open_ = _open(faults, raw)
    target = prodcls.atomic._Target
    with pytest.MonkeyPatch.context() as patch:
        for name, kind in KINDS.items():
            patch.setattr(os, name, _failing(faults, kind, getattr(os, name)))
        patch.setattr(os, "open", _os_open(faults, os.open))
        patch.setattr(io, "open", open_)
        patch.setattr(builtins, "open", open_)
        bases, target.__bases__ = target.__bases__, (raw,)  # it was made of the plain one before
        try:
            yield faults
        finally:
            target.__bases__ = bases


def _raw(faults: Faults) -> type[io.FileIO]:
    class Raw(io.FileIO):
        def write(self, data: Any, /) -> int:
            if faults.lasting and len(faults.operations) == faults.at and len(data) > 1:
                super().write(memoryview(data).cast("B")[: len(data) // 2])  # a disk takes what it has room for
            faults.meet("write")
            return super().write(data)

        def close(self) -> None:
            writing = not self.closed
            super().close()
            if writing:
                faults.meet("close")

    return Raw


def _open(faults: Faults, raw: type[io.FileIO]) -> Callable[..., Any]:
    plain = io.open

    def call(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+"):
            return plain(file, mode, buffering, *rest, **named)
        if not isinstance(file, int):
            faults.meet("open", file)
        stream = raw(file, mode.replace("b", "").replace("t", ""), opener=named.pop("opener", None))
        buffered = io.BufferedRandom(stream) if "+" in mode else io.BufferedWriter(stream)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, *rest, **named)

    return call


def _os_open(faults: Faults, plain: Callable[..., int]) -> Callable[..., int]:
    def call(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            faults.meet("open", path)
        return plain(path, flags, *rest, **named)

    return call


def _failing(faults: Faults, kind: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        faults.meet(kind, arguments[0])
        return plain(*arguments, **named)

    return call
