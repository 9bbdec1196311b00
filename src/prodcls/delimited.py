"""Comma-separated text and its kin: from lines to records, with every damaged line reported.

The parser is strict: a record whose number of cells differs from the header's is rejected, never shifted or padded.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from prodcls.catalogue import Rejection
from prodcls.cells import MAX_CELL_CHARS, cell_fault, column_names, excerpt
from prodcls.errors import CatalogueError

__all__ = ["DELIMITERS", "QUOTES", "Dialect", "Records", "read_records", "sniff_dialect"]

DELIMITERS = (",", ";", "\t", "|")
"""What may part the cells of a line."""

QUOTES = ('"', "'")
"""What may stand around a cell."""

SNIFFED_LINES = 50
"""Lines looked at to find the dialect."""

MAX_LINE_CHARS = 16 * MAX_CELL_CHARS
"""Characters of one line; longer ones are no table."""

CHUNK_ROWS = 4096
CHUNK_CHARS = 16_000_000
"""Rows and characters, whichever is reached first, that are handed on together."""

_DAMAGED = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Dialect:
    r"""How cells are told apart.

    Attributes
    ----------
    delimiter : str
        One of `DELIMITERS`.
    quote : str
        One of `QUOTES`.
    backslash : bool
        Whether ``\"`` stands for a quote inside of a cell in quotes; two quotes always do.
    """

    delimiter: str
    quote: str = '"'
    backslash: bool = False

    def reader(self, lines: Iterator[str] | Sequence[str], *, strict: bool) -> Iterator[list[str]]:
        """Return the csv module's reader of ``lines``; ``strict`` makes it refuse quotes that do not close."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar="\\" if self.backslash else None,
            strict=strict,
        )


def sniff_dialect(lines: Sequence[str], delimiter: str | None = None, quote: str | None = None) -> Dialect:
    r"""Return the dialect under which most of the lines have as many cells as the first.

    Parameters
    ----------
    lines : sequence of str
        The first lines of a file, with their ends.
    delimiter : str, optional
        Where it is known.
    quote : str, optional

    Examples
    --------
    >>> sniff_dialect(["id;title\n", "1;'a, b'\n"])
    Dialect(delimiter=';', quote='"', backslash=False)
    >>> sniff_dialect(["'id','title'\n", "'1','a, b'\n"]).quote
    "'"
    """
    best = Dialect(delimiter or DELIMITERS[0], quote or QUOTES[0])
    best_score = (0.0, 0)
    for q in QUOTES if quote is None else (quote,):
        if q != QUOTES[0] and quote is None and not _all_quoted(lines, q):
            continue
        for d in DELIMITERS if delimiter is None else (delimiter,):
            score = _agreement(lines, Dialect(d, q))
            if score > best_score or (score == best_score and q != best.quote and score > (0.0, 0)):
                best, best_score = Dialect(d, q), score
    with_backslash = Dialect(best.delimiter, best.quote, backslash=True)
    escaped = f"\\{best.quote}"
    if any(escaped in line for line in lines) and _faults(lines, with_backslash) < _faults(lines, best):
        return with_backslash
    return best


def _all_quoted(lines: Sequence[str], quote: str) -> bool:
    """Tell whether the first line begins and ends with ``quote``, as where every cell stands in it."""
    head = lines[0].strip("\ufeff\r\n ") if lines else ""
    return len(head) > 1 and head.startswith(quote) and head.endswith(quote)


def _agreement(lines: Sequence[str], dialect: Dialect) -> tuple[float, int]:
    """Return the share of records with as many cells as the first, and their number; one column says nothing."""
    try:
        with _cell_limit():
            counts = [len(record) for record in dialect.reader(lines, strict=False) if record]
    except csv.Error:
        return 0.0, 0
    if not counts or counts[0] < 2:
        return 0.0, 0
    return counts.count(counts[0]) / len(counts), counts[0]


def _faults(lines: Sequence[str], dialect: Dialect) -> int:
    with _cell_limit():
        return sum(isinstance(record, csv.Error) for _, record, _ in _records(_Lines(iter(lines)), dialect))


@contextmanager
def _cell_limit() -> Iterator[None]:
    """Set the csv module's limit, which is global, for as long as we read."""
    before = csv.field_size_limit(MAX_CELL_CHARS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


@dataclass(frozen=True)
class Records:
    """Some records of a delimited file, in order.

    Attributes
    ----------
    header : tuple of str
        That of the file.
    cells : list of list of str
        Accepted records, each as long as the header.
    rows : list of int
        One-based data row of each accepted record.
    rejections : tuple of Rejection
    """

    header: tuple[str, ...]
    cells: list[list[str]]
    rows: list[int]
    rejections: tuple[Rejection, ...]


class _Lines:
    """Lines of a text, of which those of the record at hand can be read again."""

    def __init__(self, lines: Iterator[str], *, escaped: bool = True) -> None:
        self._lines = lines
        self._escaped = escaped  # whether undecodable bytes may be there, as lone surrogates
        self._again: deque[str] = deque()
        self._read: list[str] = []
        self.before = 0
        """Lines of earlier records."""
        self.chars = 0
        self.damaged = False
        """Whether a line of the record at hand holds what is no text, or is cut."""

    def __iter__(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, "")
            if not line:
                return
            self._read.append(line)
            self.chars += len(line)
            broken = self._escaped and not line.isascii() and _DAMAGED.search(line)
            if broken or "\0" in line or len(line) >= MAX_LINE_CHARS:
                self.damaged = True
            yield line

    def finish(self) -> None:
        """Begin the next record."""
        self.before += len(self._read)
        self._read.clear()
        self.damaged = False

    def retreat(self) -> None:
        """Give up the first line of the record at hand, and read the others again."""
        self.before += 1
        self._again.extendleft(reversed(self._read[1:]))
        self._read.clear()
        self.damaged = False


def read_records(stream: TextIO, dialect: Dialect, *, file: str) -> Iterator[Records]:
    """Yield the records of a text, some at a time; the first record is the header.

    Parameters
    ----------
    stream : TextIO
        Opened with ``newline=""``.
    dialect : Dialect
    file : str
        Name for messages.

    Yields
    ------
    Records
        At least one; it may hold no record.

    Raises
    ------
    CatalogueError
        When there is no header that can be read.
    """
    lines = _Lines(_bounded_lines(stream), escaped=stream.errors != "strict")
    records = _records(lines, dialect)
    with _cell_limit():
        first = next(records, None)
    if first is None:
        raise CatalogueError("the file is empty: it needs a header line and rows", code="file-empty", file=file)
    header = _header(first[1], file)
    row = 0
    while True:
        cells: list[list[str]] = []
        rows: list[int] = []
        rejections: list[Rejection] = []
        lines.chars = 0
        with _cell_limit():
            for line, record, damaged in itertools.islice(records, CHUNK_ROWS):
                row += 1
                fault = _record_fault(record, len(header), damaged=damaged)
                if fault:
                    shown = "" if isinstance(record, csv.Error) else dialect.delimiter.join(record)
                    rejections.append(Rejection(row, "", fault[0], f"line {line}: {fault[1]}", excerpt(shown), "row"))
                elif not isinstance(record, csv.Error):
                    cells.append(record)
                    rows.append(row)
                if lines.chars > CHUNK_CHARS:
                    break
        yield Records(header, cells, rows, tuple(rejections))
        if not rows and not rejections:
            return


def _bounded_lines(stream: TextIO) -> Iterator[str]:
    """Yield lines; one that is too long comes cut, and its rest is passed over."""
    while line := stream.readline(MAX_LINE_CHARS):
        yield line
        while len(line) >= MAX_LINE_CHARS and line[-1] not in "\r\n":
            line = stream.readline(MAX_LINE_CHARS)


def _records(lines: _Lines, dialect: Dialect) -> Iterator[tuple[int, list[str] | csv.Error, bool]]:
    """Yield (one-based line, record, damaged); a line that cannot be parsed comes as the parser's complaint.

    After a fault reading goes on with the next line, so that one open quote does not swallow the rest of the file.
    """
    each = iter(lines)
    while True:
        try:
            for record in dialect.reader(each, strict=True):
                if record:
                    yield lines.before + 1, record, lines.damaged
                lines.finish()
            return
        except csv.Error as error:
            yield lines.before + 1, error, lines.damaged
            lines.retreat()
            each = iter(lines)


def _record_fault(record: list[str] | csv.Error, width: int, *, damaged: bool) -> tuple[str, str] | None:
    if isinstance(record, csv.Error):
        return "line-malformed", f"the quotes of this record do not close properly ({record})"
    if len(record) != width:
        return "row-ragged", f"the record has {len(record)} cells where the header has {width}: quote its cells"
    if not damaged:
        return None
    fault = next((fault for fault in map(cell_fault, record) if fault), None)
    return fault or ("line-too-long", f"a line holds more than {MAX_LINE_CHARS} characters: look for lost line breaks")


def _header(record: list[str] | csv.Error, file: str) -> tuple[str, ...]:
    if isinstance(record, csv.Error):
        raise CatalogueError(f"the header line cannot be read ({record})", code="header-malformed", file=file)
    return column_names(record, file)
