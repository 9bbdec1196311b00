"""How much memory this process has, and how much more it may take."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["available_memory", "held_memory", "peak_memory"]

CGROUPS = Path("/sys/fs/cgroup")
"""Where Linux keeps the limits that containers and services have."""


def held_memory(status: Path = Path("/proc/self/status")) -> int:
    """Return the resident bytes of this process; the most it ever had where the system tells no more."""
    return _kilobytes(status).get("VmRSS", 0) or peak_memory(status)


def peak_memory(status: Path = Path("/proc/self/status")) -> int:
    """Return the most resident bytes that this process has had; 0 where the system does not tell."""
    found = _kilobytes(status).get("VmHWM", 0)
    if found or sys.platform == "win32":
        return found
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def available_memory(
    meminfo: Path = Path("/proc/meminfo"), own: Path = Path("/proc/self/cgroup"), root: Path = CGROUPS
) -> int | None:
    """Return the bytes that this process can still take without swapping.

    Parameters
    ----------
    meminfo : Path
        Linux's account of the machine's memory.
    own : Path
        The control group of this process.
    root : Path
        Folder of all control groups (version 2).

    Returns
    -------
    int or None
        What the machine has left, or less where a limit is on the process's control group or one above it. None where
        the system does not tell.
    """
    found = [_kilobytes(meminfo).get("MemAvailable", 0)]
    group = next((line.strip()[3:] for line in _lines(own) if line.startswith("0::")), "/")
    folder = root / group.lstrip("/")
    for one in (folder, *folder.parents):
        limit, used = (_number(one / name) for name in ("memory.max", "memory.current"))
        if limit is not None and used is not None:
            # Pages of files are given back before anything is refused.
            found.append(limit - used + _statistics(one / "memory.stat").get("inactive_file", 0))
        if one == root:
            break
    return max(0, min(found)) if found[0] else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []


def _kilobytes(path: Path) -> dict[str, int]:
    """Return the bytes of the lines ``Name:  123 kB``."""
    parts = (line.split() for line in _lines(path))
    return {p[0].rstrip(":"): 1024 * int(p[1]) for p in parts if len(p) == 3 and p[2] == "kB" and p[1].isdecimal()}


def _statistics(path: Path) -> dict[str, int]:
    parts = (line.split() for line in _lines(path))
    return {p[0]: int(p[1]) for p in parts if len(p) == 2 and p[1].isdecimal()}


def _number(path: Path) -> int | None:
    """Return the number in a file; None for the word ``max``, and where there is no file."""
    found = "".join(_lines(path)).strip()
    return int(found) if found.isdecimal() else None
