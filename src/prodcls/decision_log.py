"""The decision log: an append-only SQLite file in which each entry's hash covers the entry before it.

``hash = SHA-256(tag || previous hash || number || length of body || body)``; the body is one line of ASCII JSON. The
first entry follows the digest of the log's own header, so that the header cannot be changed either. A chain cannot show
that its end was cut off and its head set back: keep the head elsewhere and give it to `verify_log`.

A rollback journal and not a write-ahead log: the log is one file that can be copied whole at any time.
"""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prodcls.errors import InputError
from prodcls.write_faults import write_error

__all__ = [
    "Entry",
    "append",
    "entry_hash",
    "genesis",
    "is_locked",
    "last_entries",
    "log_key",
    "open_log",
    "prune",
    "read_entry",
]

APPLICATION = 0x70636C67
VERSION = 1
TAG = b"prodcls decision log 1"
BUSY_SECONDS = 60
SCHEMA = (
    (
        "CREATE TABLE log (created TEXT NOT NULL, key BLOB NOT NULL, first INTEGER NOT NULL, follows BLOB NOT NULL,"
        " head INTEGER NOT NULL, hash BLOB NOT NULL)"
    ),
    "CREATE TABLE entries (number INTEGER PRIMARY KEY, body TEXT NOT NULL, hash BLOB NOT NULL)",
)

_FAILED_WRITES = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
}
"""Error of SQLite -> error number of the system that says the same."""


@dataclass(frozen=True)
class Entry:
    """An entry: its number, its body as JSON, and its hash in hexadecimal."""

    number: int
    body: str
    hash: str


def log_key(path: Path) -> bytes:
    """Return the key of the log at ``path``, which is made when absent.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        Codes ``log-damaged``, ``log-version``, ``log-locked``.
    """
    with open_log(path, make=True) as connection:
        key = connection.execute("SELECT key FROM log").fetchone()[0]
        return key if isinstance(key, bytes) else b""


@contextmanager
def append(path: Path, bodies: Iterable[str]) -> Iterator[None]:
    """Append entries in one transaction, which ends with the ``with`` block: an exception there leaves none of them.

    Parameters
    ----------
    path : Path
    bodies : iterable of str
        JSON in ASCII.

    Yields
    ------
    None

    Raises
    ------
    InputError
        Codes ``log-damaged``, ``log-version``, ``log-locked``.
    WriteError
        If the log cannot be written; it is as it was then.
    """
    with open_log(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        _extend(connection, bodies)
        yield
        connection.execute("COMMIT")


def _extend(connection: sqlite3.Connection, bodies: Iterable[str]) -> None:
    number, digest = connection.execute("SELECT head, hash FROM log").fetchone()

    def rows() -> Iterator[tuple[int, str, bytes]]:
        nonlocal number, digest
        for body in bodies:
            number += 1
            digest = entry_hash(digest, number, body)
            yield number, body, digest

    connection.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows())
    connection.execute("UPDATE log SET head = ?, hash = ?", (number, digest))


def read_entry(path: Path, number: int) -> Entry:
    """Return an entry.

    Parameters
    ----------
    path : Path
    number : int

    Returns
    -------
    Entry

    Raises
    ------
    InputError
        Code ``log-entry-absent``; others as for `prodcls.decision_check.verify_log`.
    """
    with open_log(path) as connection:
        found = connection.execute("SELECT number, body, hash FROM entries WHERE number = ?", (number,)).fetchone()
    if found is None:
        raise InputError(f"there is no entry {number}", code="log-entry-absent", file=str(path))
    return Entry(found[0], str(found[1]), found[2].hex())


def last_entries(path: Path, count: int) -> list[Entry]:
    """Return the newest ``count`` entries, oldest first."""
    with open_log(path) as connection:
        rows = connection.execute(
            "SELECT number, body, hash FROM entries ORDER BY number DESC LIMIT ?", (count,)
        ).fetchall()
    return [Entry(number, str(body), digest.hex()) for number, body, digest in reversed(rows)]


def prune(path: Path, before: datetime, *, now: datetime | None = None) -> int:
    """Remove the entries at the beginning that are older than ``before``, and note that in an entry of its own.

    Parameters
    ----------
    path : Path
    before : datetime
        With time zone.
    now : datetime, optional

    Returns
    -------
    int
        Entries removed.
    """
    with open_log(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        created, key, first, _, _, _ = connection.execute("SELECT * FROM log").fetchone()
        last, digest = first, None
        for number, body, stored in connection.execute("SELECT number, body, hash FROM entries ORDER BY number"):
            if datetime.fromisoformat(json.loads(body)["time"]) >= before:
                break
            last, digest = number, stored
        if digest is None:
            return 0
        connection.execute("DELETE FROM entries WHERE number <= ?", (last,))
        connection.execute("UPDATE log SET first = ?, follows = ?", (last, digest))
        note = {
            "kind": "pruned",
            "time": (now or datetime.now(UTC)).isoformat(),
            "removed": last - first,
            "first": last,
        }
        note |= {"follows": digest.hex(), "genesis": genesis(created, key).hex()}
        _extend(connection, [json.dumps(note)])
        connection.execute("COMMIT")
        removed: int = last - first
        return removed


@contextmanager
def open_log(path: Path, *, make: bool = False) -> Iterator[sqlite3.Connection]:
    """Yield a connection outside any transaction to a log of ours; with ``make`` it is made when absent."""
    try:
        mode = "rwc" if make else "rw"
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
        try:
            for setting in ("synchronous = EXTRA", "trusted_schema = OFF", "cell_size_check = ON"):
                connection.execute(f"PRAGMA {setting}")
            if make:
                _make(connection)
            _check(connection, path)
            yield connection
        finally:
            connection.close()  # what is not committed is taken back
    except (sqlite3.DatabaseError, UnicodeError) as error:
        if is_locked(error):
            message = "is in use by another process: try again when that has ended"
            raise InputError(message, code="log-locked", file=str(path)) from error
        number = _failed_write(error)
        if number:
            raise write_error(_reason(number, error, path), path) from error
        message = f"is no decision log, or is damaged ({error}): take it from a backup"
        raise InputError(message, code="log-damaged", file=str(path)) from error


def _make(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:  # nobody else was faster
        for statement in SCHEMA:
            connection.execute(statement)
        created, key = datetime.now(UTC).isoformat(), secrets.token_bytes(32)
        start = genesis(created, key)
        connection.execute("INSERT INTO log VALUES (?, ?, 0, ?, 0, ?)", (created, key, start, start))
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is no log, has another version, or holds tables, triggers or views of others."""
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if ours and version != VERSION:
        message = f"is of version {version} and this program reads {VERSION}: use the one that wrote it"
        raise InputError(message, code="log-version", file=str(path))
    held = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")}
    rows = connection.execute("SELECT * FROM log LIMIT 2").fetchall() if held == set(SCHEMA) else []
    kinds = [str, bytes, int, bytes, int, bytes]
    if not ours or len(rows) != 1 or [type(v) for v in rows[0]] != kinds:
        message = "is no decision log, or its header is damaged: give a file that `prodcls predict --log` wrote"
        raise InputError(message, code="log-damaged", file=str(path))


def entry_hash(previous: bytes, number: int, body: str) -> bytes:
    """Return the hash of an entry that follows the one with the hash ``previous``."""
    data = body.encode("utf-8", "surrogatepass")
    head = TAG + previous + number.to_bytes(8, "big") + len(data).to_bytes(8, "big")
    return hashlib.sha256(head + data).digest()


def genesis(created: str, key: bytes) -> bytes:
    """Return what the first entry follows."""
    return hashlib.sha256(TAG + len(created).to_bytes(8, "big") + created.encode() + key).digest()


def _failed_write(error: Exception) -> int | None:
    """Return the error number of the system that SQLite met when it wrote; None where it told of something else."""
    if "READ" in getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_READONLY"):
        return None
    return _FAILED_WRITES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def _reason(number: int, error: Exception, path: Path) -> OSError:
    """Return why no file could be opened, which SQLite does not tell, or else what it did tell."""
    if number == errno.EACCES:
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent):
                pass
        except OSError as told:
            return told
    return OSError(number, str(error))


def is_locked(error: Exception) -> bool:
    """Return whether SQLite says that another process holds the file."""
    return "locked" in str(error) or "busy" in str(error)
