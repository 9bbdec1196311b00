"""CSV files in which one thing is wrong, and what may come of them.

A reader may take a row exactly as it was written, or report that it did not take it. Everything else is silent damage.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["MUTATIONS", "Mutated", "Verdict", "judge", "mutated"]

Row = tuple[str, ...]
HEADER: Row = ("id", "title", "brand", "price")
ROWS = 30


@dataclass(frozen=True)
class Mutated:
    """A damaged file.

    Attributes
    ----------
    kind : str
        What was done to it.
    data : bytes
    rows : tuple of Row
        What was written, before the damage.
    touched : frozenset of int
        Positions of the rows that the damage is in: they need not come back, and must not come back changed.
    records : int
        Rows that the damaged file has.
    """

    kind: str
    data: bytes
    rows: tuple[Row, ...]
    touched: frozenset[int]
    records: int


@dataclass(frozen=True)
class Verdict:
    """What a reader made of a file.

    Attributes
    ----------
    changed : int
        Rows taken that nobody wrote.
    lost : int
        Rows that are neither taken nor reported.
    spoiled : int
        Rows without damage that were not taken though they could have been.
    """

    changed: int
    lost: int
    spoiled: int


def _rows(rng: random.Random) -> list[Row]:
    words = ["Kettle", "NA", "null", "007", '5" screen', "a, b", "two\nlines", "ünï", "冰箱", "'s", " blank ", ""]
    # Without a character beyond ASCII a broken byte is as likely one of another encoding.
    brands = [rng.choice(words) if i % 5 else "冰箱" for i in range(ROWS)]
    return [(f"P{i:03d}", rng.choice(words), brands[i], f"{rng.randint(1, 9)}.{i:02d}") for i in range(ROWS)]


def _written(rows: Iterable[Row]) -> list[bytes]:
    lines = []
    for row in (HEADER, *rows):
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerow(row)
        lines.append(buffer.getvalue().encode())
    return lines


Damage = Callable[[random.Random, list[bytes], int], "tuple[list[bytes], set[int]]"]


def _line(change: Callable[[random.Random, bytes], bytes]) -> Damage:
    """Return damage to one line; the header is line 0 of ``lines``."""

    def damage(rng: random.Random, lines: list[bytes], at: int) -> tuple[list[bytes], set[int]]:
        lines[at + 1] = change(rng, lines[at + 1])
        return lines, {at}

    return damage


def _insert(rng: random.Random, line: bytes, what: bytes) -> bytes:
    """Put ``what`` somewhere behind the id, within the line."""
    at = rng.randint(5, len(line) - 1)
    return line[:at] + what + line[at:]


def _every_line_longer(_rng: random.Random, lines: list[bytes], _at: int) -> tuple[list[bytes], set[int]]:
    return [lines[0], *(line[:-1] + b",extra\n" for line in lines[1:])], set(range(ROWS))


def _joined(_rng: random.Random, lines: list[bytes], at: int) -> tuple[list[bytes], set[int]]:
    lines[at + 1] = lines[at + 1].rstrip(b"\n")
    return lines, {at, min(at + 1, ROWS - 1)}


def _whole(change: Callable[[bytes], bytes]) -> Damage:
    """Return what is no damage: every row must come back."""

    def damage(_rng: random.Random, lines: list[bytes], _at: int) -> tuple[list[bytes], set[int]]:
        return [change(b"".join(lines))], set()

    return damage


MUTATIONS: dict[str, Damage] = {
    "cell too many": _line(lambda _, line: line[:-1] + b",extra\n"),
    "cell too few": _line(lambda _, line: line[: line.rindex(b",")] + b"\n"),
    "every row has a cell too many": _every_line_longer,
    "open quote": _line(lambda _, line: line[:5] + b'"' + line[5:]),
    "NUL": _line(lambda rng, line: _insert(rng, line, b"\0")),
    "broken UTF-8": _line(lambda rng, line: _insert(rng, line, b"\xff")),
    "lost line break": _joined,
    "huge cell": _line(lambda rng, line: _insert(rng, line, b"x" * 1_100_000)),
    "byte-order mark": _whole(lambda data: b"\xef\xbb\xbf" + data),
    "UTF-16": _whole(lambda data: data.decode().encode("utf-16")),
    "blank lines": _whole(lambda data: data.replace(b"P01", b"\n\nP01")),
    "no last line break": _whole(lambda data: data.rstrip(b"\n")),
    "nothing": _whole(lambda data: data),
}


def mutated(kind: str, seed: int) -> Mutated:
    """Return a file damaged in one way.

    Parameters
    ----------
    kind : str
        One of `MUTATIONS`.
    seed : int

    Returns
    -------
    Mutated
    """
    rng = random.Random(f"{kind} {seed}")
    rows = _rows(rng)
    lines, touched = MUTATIONS[kind](rng, _written(rows), rng.randrange(ROWS))
    records = ROWS - (kind == "lost line break" and len(touched) > 1)
    return Mutated(kind, b"".join(lines), tuple(rows), frozenset(touched), records)


def judge(file: Mutated, taken: Iterable[Row], reported: int) -> Verdict:
    """Say what a reader made of a file.

    Parameters
    ----------
    file : Mutated
    taken : iterable of Row
        What it returned as rows.
    reported : int
        Rows that it said it had not taken.

    Returns
    -------
    Verdict
    """
    left = Counter(file.rows)
    changed = 0
    for row in taken:
        if left[row] > 0:
            left[row] -= 1
        else:
            changed += 1
    lost = file.records - (len(file.rows) - sum(left.values())) - changed - reported
    spoiled = sum(left[row] > 0 for i, row in enumerate(file.rows) if i not in file.touched)
    return Verdict(changed, max(lost, 0), spoiled)
