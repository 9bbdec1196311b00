"""What the machine has left is read from Linux's own account, limits of containers included."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from prodcls.machine_memory import available_memory, held_memory, peak_memory

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@LINUX
def test_what_is_held_follows_what_is_allocated() -> None:
    before = held_memory()
    block = np.ones(80_000_000)  # more than earlier tests of this process can have left to be used again
    assert held_memory() - before > 500_000_000
    assert peak_memory() >= held_memory() - 1_000_000
    del block


@LINUX
def test_this_machine_has_memory_left() -> None:
    found = available_memory()
    assert found is not None
    assert found > 0


def machine(folder: Path, available: int, limits: dict[str, tuple[str, int, int]], own: str) -> int | None:
    """Return what is available on a made-up machine; limits by group: limit, used, pages of files."""
    (folder / "meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable:   {available} kB\nHugePages_Total:  0\n")
    (folder / "cgroup").write_text(f"1:name=systemd:/x\n0::{own}\n")
    for name, (limit, used, files) in limits.items():
        group = folder / "root" / name
        group.mkdir(parents=True, exist_ok=True)
        (group / "memory.max").write_text(f"{limit}\n")
        (group / "memory.current").write_text(f"{used}\n")
        (group / "memory.stat").write_text(f"anon 5\ninactive_file {files}\n")
    return available_memory(folder / "meminfo", folder / "cgroup", folder / "root")


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, 1_024_000),
        ({"a": ("max", 7, 0)}, 1_024_000),
        ({"a": ("500000", 100000, 0)}, 400_000),
        ({"a": ("500000", 100000, 60000)}, 460_000),
        ({"a": ("300000", 100000, 0), "a/b": ("500000", 100000, 0)}, 200_000),
        ({"a": ("max", 100000, 0), "a/b": ("500000", 499000, 0)}, 1_000),
        ({".": ("9000", 8000, 0)}, 1_000),
        ({"a": ("100", 800, 0)}, 0),
        ({"other": ("100", 0, 0)}, 1_024_000),
        ({"a": ("9000000", 0, 0)}, 1_024_000),
    ],
)
def test_the_least_of_all_limits_counts(limits: dict[str, tuple[str, int, int]], expected: int, tmp_path: Path) -> None:
    assert machine(tmp_path, 1000, limits, "/a/b") == expected


def test_a_machine_that_does_not_tell_is_not_guessed(tmp_path: Path) -> None:
    gone = tmp_path / "none"
    assert available_memory(gone, gone, gone) is None
    assert held_memory(gone) > 0
