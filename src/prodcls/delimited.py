"""Comma-separated text and its kin: from bytes to records, with every damaged line reported.

The parser is strict: a record whose number of cells differs from the header's is rejected, never shifted or padded.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prodcls.catalogue import Rejection
from prodcls.cells import MAX_CELL_CHARS, cell_fault, clean_name, excerpt
from prodcls.errors import CatalogueError

__all__ = ["DELIMITERS", "Decoded", "Records", "decode", "parse_delimited", "sniff_delimiter"]

DELIMITERS = (",", ";", "\t", "|")
"""What may part the cells of a line."""

SNIFFED_LINES = 50
"""Lines looked at to find the delimiter."""

DAMAGE_RATIO = 10
"""A file with this many times more valid than broken UTF-8 characters is damaged UTF-8, not another encoding."""

HANZI_SHARE = 0.9
"""Share of two-byte characters that must be everyday ones (GB 2312) to believe that a file is Chinese."""

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BROKEN = re.compile("[\udc80-\udcff]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


@dataclass(frozen=True)
class Decoded:
    """Text of a file.

    Attributes
    ----------
    text : str
        Undecodable bytes are lone surrogates, so that their rows can be rejected.
    encoding : str
        Python's name of the encoding.
    how : str
        How it was found, for the reader.
    """

    text: str
    encoding: str
    how: str


def decode(data: bytes, encoding: str | None, *, file: str) -> Decoded:
    """Decode ``data`` by the encoding given, its byte-order mark, or the best guess.

    Parameters
    ----------
    data : bytes
    encoding : str, optional
        Detected by default.
    file : str
        Name for messages.

    Raises
    ------
    CatalogueError
        When ``encoding`` is unknown or does not fit the bytes.
    """
    if encoding is not None:
        return _decode_as(data, encoding, "given", file)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name, "byte-order mark", file)
    text = data.decode("utf-8", "surrogateescape")
    broken = len(_BROKEN.findall(text))
    if not broken:
        return Decoded(text, "utf-8", "valid throughout")
    if len(_BEYOND_ASCII.findall(text)) - broken >= DAMAGE_RATIO * broken:
        return Decoded(text, "utf-8", f"{broken} broken bytes; their rows are rejected")
    return _guess(data)


def _decode_as(data: bytes, encoding: str, how: str, file: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding, how)
    except LookupError:
        raise CatalogueError(
            f"encoding {encoding!r} is unknown: try utf-8, gb18030 or cp1252", code="encoding-unknown", file=file
        ) from None
    except UnicodeError as error:
        raise CatalogueError(
            f"the bytes do not fit the encoding {encoding} ({error}): save the file as UTF-8",
            code="encoding-mismatch",
            file=file,
        ) from None


def _guess(data: bytes) -> Decoded:
    """Choose between Chinese and Western legacy encodings.

    Nearly every byte sequence of Western text is also valid GB 18030, but there an accented letter is followed by
    an ASCII one, which makes rare characters; real Chinese is almost wholly within GB 2312.
    """
    try:
        text = data.decode("gb18030")
        beyond = _BEYOND_ASCII.findall(text)
        everyday = sum(len(c.encode("gb2312", "ignore")) == 2 for c in beyond)
        if everyday >= HANZI_SHARE * len(beyond):
            return Decoded(text, "gb18030", "guessed: not UTF-8, looks Chinese; give the encoding if wrong")
    except UnicodeDecodeError:
        pass
    for encoding in ("cp1252", "latin-1"):
        try:
            return Decoded(data.decode(encoding), encoding, "guessed: not UTF-8; give the encoding if wrong")
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes every byte")  # pragma: no cover


def sniff_delimiter(text: str) -> str:
    """Return the delimiter under which most of the first lines have as many cells as the header."""
    lines = io.StringIO(text, newline="").readlines(SNIFFED_LINES * 2000)[:SNIFFED_LINES]
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            with _cell_limit():
                counts = [len(record) for record in csv.reader(lines, delimiter=delimiter) if record]
        except csv.Error:
            continue
        if not counts or counts[0] < 2:
            continue
        score = (counts.count(counts[0]) / len(counts), counts[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


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
    """Records of a delimited file.

    Attributes
    ----------
    header : tuple of str
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


def parse_delimited(text: str, delimiter: str, *, file: str) -> Records:
    """Parse ``text`` into records; the first record is the header.

    Parameters
    ----------
    text : str
    delimiter : str
    file : str
        Name for messages.

    Raises
    ------
    CatalogueError
        When there is no header that can be read.
    """
    header: tuple[str, ...] | None = None
    cells: list[list[str]] = []
    rows: list[int] = []
    rejections: list[Rejection] = []
    row = 0
    for line, record in _records(text, delimiter):
        if header is None:
            header = _header(record, file)
            continue
        row += 1
        fault = _record_fault(record, len(header))
        if fault:
            shown = "" if isinstance(record, csv.Error) else delimiter.join(record)
            rejections.append(Rejection(row, "", fault[0], f"line {line}: {fault[1]}", excerpt(shown), "row"))
        elif not isinstance(record, csv.Error):
            cells.append(record)
            rows.append(row)
    if header is None:
        raise CatalogueError("the file is empty: it needs a header line and rows", code="file-empty", file=file)
    return Records(header, cells, rows, tuple(rejections))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Yield (one-based line, record); a line that cannot be parsed comes as the parser's complaint.

    After a fault reading goes on with the next line, so that one open quote does not swallow the rest of the file.
    """
    lines = io.StringIO(text, newline="").readlines()
    start = 0
    with _cell_limit():
        while start < len(lines):
            reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter, strict=True)
            done = 0
            try:
                for record in reader:
                    if record:
                        yield start + done + 1, record
                    done = reader.line_num
                return
            except csv.Error as error:
                yield start + done + 1, error
                start += done + 1


def _record_fault(record: list[str] | csv.Error, width: int) -> tuple[str, str] | None:
    if isinstance(record, csv.Error):
        return "line-malformed", f"the quotes of this record do not close properly ({record})"
    if len(record) != width:
        return "row-ragged", f"the record has {len(record)} cells where the header has {width}: quote its cells"
    return next((fault for fault in map(cell_fault, record) if fault), None)


def _header(record: list[str] | csv.Error, file: str) -> tuple[str, ...]:
    if isinstance(record, csv.Error):
        raise CatalogueError(f"the header line cannot be read ({record})", code="header-malformed", file=file)
    for name in record:
        fault = cell_fault(name)
        if fault:
            raise CatalogueError(f"in the header {fault[1]}", code=fault[0], file=file)
    return tuple(clean_name(name) or f"column {i}" for i, name in enumerate(record, start=1))
