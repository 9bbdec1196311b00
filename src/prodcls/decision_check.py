"""Whether a decision log is what was written: every hash computed again, one entry at a time."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prodcls.decision_log import entry_hash, genesis, is_locked, open_log

__all__ = ["Verdict", "verify_log"]


@dataclass(frozen=True)
class Verdict:
    """What a verification found.

    Attributes
    ----------
    entries : int
        That hold, up to the first that does not.
    number : int
        Of the newest entry.
    head : str
        Its hash.
    fault : str or None
        What does not hold first.
    """

    entries: int
    number: int
    head: str
    fault: str | None


class _BrokenError(Exception):
    """What does not hold."""


class _Walk:
    """Goes along the chain."""

    def __init__(self, first: int, follows: bytes, kept: str | None) -> None:
        self.number, self.previous, self.kept = first, follows, kept
        self.seen = kept in {None, follows.hex()}
        self.pruned: dict[str, Any] | None = None

    def take(self, number: int, body: object, stored: bytes) -> None:
        if number != self.number + 1:
            raise _BrokenError(f"entry {self.number + 1} is not there: entry {number} follows {self.number}")
        if not isinstance(body, str) or stored != entry_hash(self.previous, number, body):
            raise _BrokenError(f"entry {number} is not what was written, or does not follow entry {self.number}")
        self.number, self.previous = number, stored
        if body.startswith('{"kind": "pruned"'):
            self.pruned = json.loads(body)
        self.seen = self.seen or stored.hex() == self.kept

    def close(self, start: bytes, first: int, follows: bytes, newest: tuple[int, bytes]) -> None:
        if (self.number, self.previous) != newest:
            was = f"the newest entry is {self.number} and was {newest[0]}"
            raise _BrokenError(f"{was}: entries are missing at the end, or the head was changed")
        if self.pruned is None and (first, follows) != (0, start):
            raise _BrokenError("the header is not what the first entry follows")
        noted = {"first": first, "follows": follows.hex(), "genesis": start.hex()}
        if self.pruned is not None and {name: self.pruned.get(name) for name in noted} != noted:
            raise _BrokenError("the header is not what was noted when entries were last removed")
        if not self.seen:
            raise _BrokenError("no entry has the hash that was kept: entries were replaced, removed or pruned since")


def verify_log(path: Path, kept_head: str | None = None) -> Verdict:
    """Compute every hash again.

    Parameters
    ----------
    path : Path
    kept_head : str, optional
        Hash of an entry, noted elsewhere; the log must still hold it.

    Returns
    -------
    Verdict

    Raises
    ------
    InputError
        Codes ``log-damaged``, ``log-version``, ``log-locked``.
    """
    fault = None
    with open_log(path) as connection:
        connection.execute("BEGIN")
        created, key, first, follows, head, digest = connection.execute("SELECT * FROM log").fetchone()
        walk = _Walk(first, follows, kept_head)
        try:
            for row in connection.execute("SELECT number, body, hash FROM entries ORDER BY number"):
                walk.take(*row)
            walk.close(genesis(created, key), first, follows, (head, digest))
        except _BrokenError as error:
            fault = str(error)
        except (sqlite3.DatabaseError, UnicodeError) as error:
            if is_locked(error):
                raise
            fault = f"entry {walk.number + 1} cannot be read ({error})"
    return Verdict(walk.number - first, walk.number, walk.previous.hex(), fault)
