"""Which reader a file gets: by the ending of its name, and by what its first lines look like."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prodcls.catalogue import Chunk
from prodcls.delimited import DELIMITERS, QUOTES, SNIFFED_LINES, Dialect, read_records, sniff_dialect
from prodcls.encodings import TextEncoding, detect_encoding
from prodcls.errors import CatalogueError
from prodcls.json_lines import read_json_lines
from prodcls.parquet_files import read_parquet
from prodcls.workbooks import WORKBOOKS, choose_sheet, formula_errors, read_sheet

__all__ = ["TableOptions", "reader_of"]

_DELIMITED = {".csv", ".tsv", ".txt", ".tab", ""}
_JSON_LINES = {".jsonl", ".ndjson"}
_PARQUET = {".parquet", ".pq"}
_WEB_PAGE = re.compile(
    rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body|table)\b", re.IGNORECASE | re.DOTALL
)
"""Some systems write such files under the name of a workbook, and a session that has ended gives a login page."""


@dataclass(frozen=True)
class TableOptions:
    """How to read a file, where that is not to be detected.

    Attributes
    ----------
    encoding, delimiter, quote : str or None
        Of delimited text.
    sheet : str or None
        Of a workbook.
    strict : bool
        Whether the first row or cell that cannot be taken as it stands ends the reading.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    strict: bool = False


def reader_of(
    path: Path, kind: str, file: str, options: TableOptions
) -> tuple[dict[str, str], Callable[[], Iterator[Chunk]]]:
    """Return how a file is read, in words, and what reads it from its start.

    Parameters
    ----------
    path : Path
    kind : str
        Ending of a name that says the format, in lower case.
    file : str
        Name for messages.
    options : TableOptions

    Returns
    -------
    tuple of (dict of str to str, callable)

    Raises
    ------
    CatalogueError
        When the format is not known, or the file cannot be of it.
    """
    if kind in _PARQUET:
        return {"format": "Parquet"}, partial(read_parquet, path, file)
    if kind in _JSON_LINES:
        return {"format": "JSON lines", "encoding": "utf-8"}, partial(_json_chunks, path)
    if kind in {*WORKBOOKS, *_DELIMITED}:
        _refuse_web_page(path, file)
    if kind in WORKBOOKS:
        sheet, sheets = choose_sheet(path, options.sheet, file)
        details = {"format": "workbook", "sheet": sheet}
        others = [name for name in sheets if name != sheet]
        errors = formula_errors(path)
        if errors:
            details["formula errors"] = f"{errors} cells read as empty"
        return details | ({"sheets not read": ", ".join(others)} if others else {}), partial(
            read_sheet, path, sheet, file
        )
    if kind in _DELIMITED:
        return _delimited_format(path, kind, file, options)
    raise CatalogueError(
        f"files ending in {kind!r} are not read: give .csv, .tsv, .jsonl, .parquet or {', '.join(WORKBOOKS)}",
        code="format-unknown",
        file=file,
    )


def _refuse_web_page(path: Path, file: str) -> None:
    with path.open("rb") as stream:
        start = stream.read(512)
    if _WEB_PAGE.match(start):
        message = "it is a web page (HTML) under another name: open it in a spreadsheet and save it as .xlsx or CSV"
        raise CatalogueError(message, code="file-html", file=file)


def _delimited_format(
    path: Path, kind: str, file: str, options: TableOptions
) -> tuple[dict[str, str], Callable[[], Iterator[Chunk]]]:
    delimiter = options.delimiter or ("\t" if kind in {".tsv", ".tab"} else None)
    if delimiter not in (None, *DELIMITERS):
        message = f"the delimiter {delimiter!r} is not one of , ; tab |"
        raise CatalogueError(message, code="delimiter-unknown", file=file)
    if options.quote not in (None, *QUOTES):
        message = f"""the quote {options.quote!r} is not one of {" ".join(QUOTES)}"""
        raise CatalogueError(message, code="quote-unknown", file=file)
    encoding = detect_encoding(path, options.encoding, file=file)
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as stream:
        lines = list(itertools.islice(iter(partial(stream.readline, 1 << 20), ""), SNIFFED_LINES))
    dialect = sniff_dialect(lines, delimiter, options.quote)
    details = {
        "format": "delimited text",
        "encoding": encoding.name,
        "encoding found by": encoding.how,
        "delimiter": "tab" if dialect.delimiter == "\t" else dialect.delimiter,
        "quote": dialect.quote + (" (escaped by \\)" if dialect.backslash else ""),
    }
    return details, partial(_delimited_chunks, path, encoding, dialect, file)


def _delimited_chunks(path: Path, encoding: TextEncoding, dialect: Dialect, file: str) -> Iterator[Chunk]:
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as stream:
        for records in read_records(stream, dialect, file=file):
            cells = zip(*records.cells, strict=True) if records.cells else (() for _ in records.header)
            yield Chunk(dict(zip(records.header, cells, strict=True)), records.rows, records.rejections)


def _json_chunks(path: Path) -> Iterator[Chunk]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
        for lines in read_json_lines(stream):
            columns = {name: tuple(cells.get(name, "") for cells in lines.objects) for name in lines.names}
            yield Chunk(dict(columns), lines.rows, lines.rejections)
