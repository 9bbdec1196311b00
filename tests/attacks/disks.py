"""Disks of any size: a tmpfs that only the superuser may make."""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from attacks.judging import WORK, Attempt, Sweep, heal, judge, look, quiet, restore, spread
from attacks.written import Writer

__all__ = ["Disk", "disk", "fill", "limit"]

PAGE = mmap.PAGESIZE
LARGE = 256 << 20


class Disk:
    """A disk whose room can be changed.

    Parameters
    ----------
    path : Path
        Where it is mounted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def give(self, what: str, more: int) -> None:
        """Leave room for so many bytes (``size``) or files (``nr_inodes``) more than are in use."""
        told = os.statvfs(self.path)
        bytes_used = (told.f_blocks - told.f_bfree) * told.f_frsize
        used = {"size": bytes_used, "nr_inodes": told.f_files - told.f_ffree}
        self._set(f"{what}={used[what] + more or PAGE}")  # a size of 0 would be no limit

    def enlarge(self) -> None:
        """Leave room for everything."""
        self._set(f"size={LARGE},nr_inodes=100000")

    def forbid(self, *, writing: bool) -> None:
        """Let nothing be written, or everything again."""
        self._set("ro" if writing else "rw")

    def _set(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True, capture_output=True)


@contextmanager
def disk(path: Path) -> Iterator[Disk]:
    """Yield a disk, mounted at a new folder while the block lasts; skip where that is not permitted."""
    if not shutil.which("mount") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only the superuser may mount a tmpfs")
    path.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={LARGE},nr_inodes=100000", "tmpfs", str(path)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {made.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(writer: Writer, on: Disk, what: str, runs: int) -> Sweep:
    """Write over an older result with all amounts of room from none to almost enough, or ``runs`` of them.

    Parameters
    ----------
    writer : Writer
    on : Disk
        Empty.
    what : str
        ``"size"`` or ``"nr_inodes"``.
    runs : int

    Returns
    -------
    Sweep
        Its ``operations`` are how many amounts of room are too little.
    """
    seen = look(writer, on.path)
    step = PAGE if what == "size" else 1
    enough = _enough(writer, on, what, step)
    found = Sweep(enough)
    for pages in spread(range(enough), runs):
        restore(on.path)
        on.give(what, pages * step)
        with quiet() as said:
            code = writer.run(on.path / WORK)
        told = f"{what} {pages} of {enough}"
        judge(found, writer, on.path, seen, Attempt(told, ("[disk-full]",), code, said.getvalue()))
        others = (p for p in (on.path / WORK).rglob("*") if p.suffix != ".lock")
        left = sorted(p.name for p in others if p.name.startswith(".") or "-journal" in p.name)
        if left:
            found.wrong.append(f"{told}: left {left}")
        on.enlarge()
        heal(found, writer, on.path, seen, told)
    return found


def _enough(writer: Writer, on: Disk, what: str, step: int) -> int:
    """Return the least room, in steps, with which nothing is told."""
    low, high = 0, 1 << 14
    while low < high:
        middle = (low + high) // 2
        restore(on.path)
        on.give(what, middle * step)
        with quiet() as said:
            code = writer.run(on.path / WORK)
        on.enlarge()
        low, high = (low, middle) if code in (0, 3) and "disk-full" not in said.getvalue() else (middle + 1, high)
    return low


def limit(writer: Writer, folder: Path, sizes: list[int]) -> Sweep:
    """Write over an older result while no file may be larger than each of ``sizes``, in bytes."""
    seen = look(writer, folder)
    found = Sweep(len(sizes))
    for size in sizes:
        restore(folder)
        with quiet() as said, _files_up_to(size):
            code = writer.run(folder / WORK)
        told = f"files up to {size} bytes"
        # SQLite knows of no such limit, and says that writing failed.
        judge(found, writer, folder, seen, Attempt(told, ("[file-too-large]", "[write-failed]"), code, said.getvalue()))
        heal(found, writer, folder, seen, told)
    return found


@contextmanager
def _files_up_to(size: int) -> Iterator[None]:
    """Forbid larger files; Python ignores the signal that would end the process."""
    import resource  # not on Windows

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
