"""Lets the k-th call to the system fail in a whole process, whoever makes it: Python, SQLite or Arrow."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from attacks.judging import WORK, Attempt, Sweep, heal, judge, look, restore, spread
from attacks.written import Writer

__all__ = ["fail_calls", "need_strace"]

CALLS = (
    *("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fallocate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "fchmod", "chmod"),
)
ERRORS = ("ENOSPC", "EIO", "EDQUOT")


def need_strace() -> None:
    """Skip where no call can be made to fail."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    done = subprocess.run(["strace", "-qq", "-e", "trace=none", "true"], capture_output=True, check=False, text=True)
    if done.returncode:
        pytest.skip(f"strace may not watch a process here: {done.stderr.strip()}")


def fail_calls(writer: Writer, folder: Path, runs: int) -> Sweep:
    """Let calls to the system fail, at most ``runs`` of all that one run makes.

    Parameters
    ----------
    writer : Writer
        One that is a command.
    folder : Path
        Empty.
    runs : int

    Returns
    -------
    Sweep
    """
    assert writer.asked is not None
    command = [sys.executable, str(Path(__file__).with_name("made_up.py")), *map(str, writer.asked(folder / WORK))]
    seen = look(writer, folder)
    restore(folder)
    cases = [(name, k) for name, calls in _count(command, folder / "calls").items() for k in range(1, calls + 1)]
    found = Sweep(len(cases))
    for number, (name, k) in enumerate(spread(cases, runs)):
        error = ERRORS[number % len(ERRORS)]
        restore(folder)
        done = _traced(command, folder / "calls", f"inject={name}:error={error}:when={k}")
        what = f"{name} {k}: {error}"
        wanted = ("[disk-full]", "[write-failed]") if error != "EIO" else ("[write-failed]",)  # as SQLite tells it
        if "(INJECTED)" not in (folder / "calls").read_text(errors="replace"):
            found.wrong.append(f"{what}: nothing failed")
        judge(found, writer, folder, seen, Attempt(what, wanted, done.returncode, done.stderr))
        heal(found, writer, folder, seen, what)
    return found


def _count(command: Sequence[str], log: Path) -> Counter[str]:
    """Return how often the first thread of a process makes each call."""
    done = _traced(command, log, f"trace={','.join(f'?{name}' for name in CALLS)}")
    assert done.returncode in (0, 3), done.stderr
    lines = log.read_text(errors="replace").splitlines()
    first = lines[0].split()[0]
    found = (re.match(rf"{first}\s+(\w+)\(", line) for line in lines)
    return Counter(match[1] for match in found if match)


def _traced(command: Sequence[str], log: Path, what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-o", str(log), "-e", what, *command],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
