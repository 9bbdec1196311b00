"""Lets what is written fail, and judges what comes of it: the old kept or the new whole, told, and healed."""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from attacks.faults import ERRORS, Faults, injected
from attacks.written import Writer

__all__ = ["WORK", "Attempt", "Seen", "Sweep", "heal", "judge", "look", "quiet", "restore", "spread", "sweep"]

CODES = {
    errno.ENOSPC: "[disk-full]",
    errno.EDQUOT: "[disk-full]",
    errno.EIO: "[write-failed]",
}
UNCLEAN = ("Traceback", "defect", "Exception")
BEFORE, WORK = "before", "work"
"""Folders of the older result, and of the one that is written over it."""

T = TypeVar("T")


@dataclass
class Sweep:
    """What came of letting operations fail, one run each."""

    operations: int = 0
    runs: int = 0
    old: int = 0
    new: int = 0
    went_on: int = 0
    told: int = 0
    healed: int = 0
    wrong: list[str] = field(default_factory=list)


def sweep(writer: Writer, folder: Path, runs: int, lasting: Sequence[bool] = (False, True)) -> Sweep:
    """Let operations fail, at most ``runs`` of all there are, once or from there on, and look at each result.

    Parameters
    ----------
    writer : Writer
    folder : Path
        Empty; everything happens here.
    runs : int
    lasting : sequence of bool
        Whether what needs room fails from there on too; each is tried.

    Returns
    -------
    Sweep
    """
    seen = look(writer, folder)
    found = Sweep(seen.operations)
    for at, lasts in spread([(at, lasts) for at in range(seen.operations) for lasts in lasting], runs):
        faults = Faults(at, errno.ENOSPC if lasts else ERRORS[at % len(ERRORS)], lasts)
        restore(folder)
        with quiet() as said, injected(faults):
            code = writer.run(folder / WORK)
        what = f"operation {at} {'and all later ones' if lasts else ''} ({faults.failed})"
        if not faults.failed:
            found.wrong.append(f"{what}: nothing failed")
        judge(found, writer, folder, seen, Attempt(what, (CODES[faults.error],), code, said.getvalue()))
        left = sorted(p.name for p in (folder / WORK).rglob(".*") if p.suffix != ".lock")
        if left and faults.failed[0] not in ("unlink", "rmdir"):
            found.wrong.append(f"{what}: left {left}")
        heal(found, writer, folder, seen, what)
    return found


@dataclass(frozen=True)
class Seen:
    """What was there before, after a run, and after another one; and the operations of a run."""

    old: object
    new: object
    twice: object
    operations: int


@dataclass(frozen=True)
class Attempt:
    """A run in which something failed: what, the codes of which one is to be told, the exit code and what was said."""

    what: str
    wanted: tuple[str, ...]
    code: int
    said: str


def look(writer: Writer, folder: Path) -> Seen:
    """Put an older result into ``folder``, and see what comes of it when nothing fails."""
    (folder / BEFORE).mkdir()
    states = []
    with quiet():
        writer.old(folder / BEFORE)
        restore(folder)
        states.append(writer.read(folder / WORK))
        for faults in (Faults(), clean := Faults(), Faults()):
            if faults is clean:  # what the first run only imports, and keeps in memory, is not part of it
                restore(folder)
            with injected(faults):
                assert writer.run(folder / WORK) in (0, 3)
            states.append(writer.read(folder / WORK))
    old, _, new, twice = states
    return Seen(old, new, twice, len(clean.operations))


def judge(found: Sweep, writer: Writer, folder: Path, seen: Seen, attempt: Attempt) -> None:
    """Count what came of one run, and note what should not be."""
    found.runs += 1
    with quiet():
        state = writer.read(folder / WORK)
    found.old += state == seen.old
    found.new += state == seen.new
    if state not in (seen.old, seen.new) and not writer.goes_on and not writer.by_part:
        found.wrong.append(f"{attempt.what}: neither old nor new, exit code {attempt.code}, {attempt.said}")
    told = any(word in attempt.said for word in attempt.wanted) and not any(word in attempt.said for word in UNCLEAN)
    if attempt.code == 2 and told:
        found.told += 1
    elif attempt.code in (0, 3) and (told if writer.goes_on and state != seen.new else state == seen.new):
        found.went_on += 1
    else:
        found.wrong.append(f"{attempt.what}: exit code {attempt.code}, {attempt.said}")


def heal(found: Sweep, writer: Writer, folder: Path, seen: Seen, what: str) -> None:
    """Run once more, now that nothing fails."""
    with quiet() as said:
        state = writer.read(folder / WORK)
        code = writer.run(folder / WORK)
        now = writer.read(folder / WORK)
    if code in (0, 3) and now == (seen.twice if state == seen.new else seen.new):
        found.healed += 1
    else:
        found.wrong.append(f"{what}: not whole on the next run, exit code {code}, {said.getvalue()}")


def spread(cases: Sequence[T], most: int) -> list[T]:
    """Return at most so many of the cases, evenly."""
    step = max(1.0, len(cases) / most)
    return [cases[int(i * step)] for i in range(min(most, len(cases)))]


def restore(folder: Path) -> None:
    """Let the older result be what is there."""
    shutil.rmtree(folder / WORK, ignore_errors=True)
    shutil.copytree(folder / BEFORE, folder / WORK)


@contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Catch what is said on standard error, warnings too; standard output is of no interest."""
    said = io.StringIO()
    handler, log = logging.StreamHandler(said), logging.getLogger("prodcls")
    log.addHandler(handler)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            yield said
    finally:
        log.removeHandler(handler)
