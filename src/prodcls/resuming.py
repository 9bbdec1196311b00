"""What a fit that did not finish had found out, kept in its folder until one does.

Embeddings have a store of their own; this is for results that took long and are small, as JSON files whose names hold
their SHA-256. They are found again by a fit of the same data, options, program and machine only.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from prodcls.atomic import keep_addressed, read_addressed
from prodcls.audit_json import from_line, to_line
from prodcls.errors import BundleError, DefectError

__all__ = ["RESUME", "Resumption", "fingerprint", "forget"]

RESUME = ".resume"
"""Name of the folder in that of a fit."""

Kept = TypeVar("Kept")


@dataclass
class Resumption:
    """Results of one fit.

    Attributes
    ----------
    folder : Path
    taken : Counter of str
        Results by stage that a fit that did not finish had left.
    """

    folder: Path
    taken: Counter[str] = field(default_factory=Counter)

    def result(self, stage: str, number: int, kind: type[Kept], make: Callable[[], Kept]) -> Kept:
        """Return a result that was kept, else make and keep it.

        Parameters
        ----------
        stage : str
            Of the fit.
        number : int
            Of the result in it.
        kind : type
            Dataclass of JSON values, or a union with None.
        make : callable

        Returns
        -------
        kind
            Equal to the last bit, whether it was kept or made.
        """
        stem = f"{stage}-{number}"
        for path in self.folder.glob(f"{stem}.*.json"):
            data = read_addressed(path)
            if data is not None:
                try:
                    found = from_line(kind, data.decode("utf-8"))
                except BundleError:
                    continue
                self.taken[stage] += 1
                return found
        made = make()
        try:
            text = to_line(kind, made)
        except DefectError:  # such as a figure that is not finite: the report will say so
            return made
        keep_addressed(self.folder, stem, ".json", text.encode())
        return made

    def told(self, stage: str) -> str | None:
        """Return a line on what was taken over in a stage; None where there was nothing."""
        count = self.taken[stage]
        return f"{stage}: {count} taken over from a fit that did not finish" if count else None


def fingerprint(parts: Iterable[bytes]) -> str:
    """Return a name for what results depend on: ``parts``, this program and this machine.

    Parameters
    ----------
    parts : iterable of bytes

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for part in (_program().encode(), *parts):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def forget(out: Path) -> None:
    """Remove all that fits left in ``out`` for the next one; a fit calls this when it has finished."""
    shutil.rmtree(out / RESUME, ignore_errors=True)


@cache
def _program() -> str:
    """Return what tells one program on one machine from another."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(path.read_bytes())
    return f"{found.hexdigest()} {platform.platform()} {platform.node()}"
