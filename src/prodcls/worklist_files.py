"""A worklist as CSV for spreadsheets, and the lines that people filled in read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from prodcls.catalogue import RawTable, Rejection
from prodcls.errors import InputError
from prodcls.language import LANGUAGES, Language, as_text, load_language
from prodcls.readers import read_table
from prodcls.scored_rows import unguarded
from prodcls.scoring_files import guarded
from prodcls.sections.worklist import FileWords, asked_because
from prodcls.worklist import Item, Worklist

__all__ = [
    "COLUMNS",
    "FILLED",
    "Filled",
    "FilledFile",
    "file_words",
    "heads",
    "kept_as_text",
    "read_filled",
    "worklist_csv",
]

COLUMNS = ("id", "title", "predicted", "probability", "also", "why", "decision", "who", "when", "reason", "key")
"""Of a worklist; the header names them in its language."""

FILLED = ("decision", "who", "when", "reason")
"""Those that people fill in."""

_NUMBER_LIKE = re.compile(r"[\d\s.,:/eE%+-]*\d[\d\s.,:/eE%+-]*|true|false|wahr|falsch", re.IGNORECASE | re.ASCII)
_MONTHS = re.compile(
    r"(\d{1,4}[ /.-]?)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ /.-]?(\d{1,4})?", re.IGNORECASE
)
BOM = "\ufeff"
"""By which a spreadsheet knows UTF-8."""


@dataclass(frozen=True)
class Filled:
    """A line that a person filled in.

    Attributes
    ----------
    row : int
        One-based data row of the file.
    id, key : str
    predicted : str or None
        As the file has it; None where it has no such column.
    decision, who, when, reason : str
        Without blanks around them.
    """

    row: int
    id: str
    key: str
    predicted: str | None
    decision: str
    who: str
    when: str
    reason: str


@dataclass(frozen=True)
class FilledFile:
    """A worklist that came back.

    Attributes
    ----------
    lines : tuple of Filled
        Those with something filled in.
    untouched : int
        Lines without.
    rejections : tuple of Rejection
        Lines that could not be read at all.
    columns : dict of str to str
        What the file calls its columns.
    """

    lines: tuple[Filled, ...]
    untouched: int
    rejections: tuple[Rejection, ...]
    columns: dict[str, str]


def kept_as_text(cell: str) -> str:
    """Return a cell so that a spreadsheet neither runs nor rewrites it; one leading apostrophe off gives it back.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str

    Examples
    --------
    >>> kept_as_text("0012"), kept_as_text("1234567890123"), kept_as_text("MAR1"), kept_as_text("SKU-1")
    ("'0012", "'1234567890123", "'MAR1", 'SKU-1')
    """
    cell = guarded(cell)
    bare = cell.strip()  # also of separators that no pattern for ASCII takes for blanks
    return f"'{cell}" if _NUMBER_LIKE.fullmatch(bare) or _MONTHS.fullmatch(bare) else cell


def heads(t: Language) -> dict[str, str]:
    """Return the header of a worklist by the names of `COLUMNS`."""
    return {name: t(f"worklist_column.{name}") for name in COLUMNS}


def worklist_csv(found: Worklist, t: Language) -> str:
    """Return a worklist as CSV.

    Parameters
    ----------
    found : Worklist
    t : Language

    Returns
    -------
    str
        Begins with a byte-order mark; lines end as RFC 4180 says.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads(t).values())
    writer.writerows(_cells(item, t) for item in found.items)
    return BOM + text.getvalue()


def _cells(item: Item, t: Language) -> Iterable[str]:
    row = item.scored
    also = "; ".join(name if p is None else f"{name} ({t.probability(p)})" for name, p in item.also)
    cells = {
        "id": row.id,
        "title": item.title,
        "predicted": row.predicted,
        "also": also,
        "why": as_text(asked_because(row, t)),
        "key": item.key,
    }
    yield from (
        f"{row.probability:.4f}" if name == "probability" else kept_as_text(cells.get(name, "")) for name in COLUMNS
    )


def file_words(found: Worklist, name: str, t: Language) -> FileWords:
    """Return the beginnings of the lines of the table that a page gives, which `read_filled` reads.

    Parameters
    ----------
    found : Worklist
    name : str
        Of the table.
    t : Language
    """
    named = heads(t)
    lines = {i.key: (i.key, kept_as_text(i.scored.id), kept_as_text(i.scored.predicted)) for i in found.items}
    return FileWords(name, tuple(named[column] for column in ("key", "id", "predicted", *FILLED)), lines)


def read_filled(path: Path) -> FilledFile:
    """Read a worklist that people filled in.

    Parameters
    ----------
    path : Path
        CSV in whatever encoding and with whatever delimiter a spreadsheet saved it, or a workbook; the header in any
        of our languages. Columns that are not ours are passed over.

    Returns
    -------
    FilledFile

    Raises
    ------
    InputError
        If the file cannot be read; ``worklist-columns`` where a column is missing.
    """
    table = read_table(path)
    columns = _columns(table, path)
    lines, untouched = [], 0
    for i, row in enumerate(table.rows.tolist()):
        cells = {name: unguarded(table.columns[head][i]) for name, head in columns.items()}
        filled = {name: cells[name].strip() for name in FILLED}
        if any(filled.values()):
            lines.append(Filled(row, cells["id"], cells["key"].strip(), cells.get("predicted"), **filled))
        else:
            untouched += 1
    return FilledFile(tuple(lines), untouched, table.rejections, columns)


def _columns(table: RawTable, path: Path) -> dict[str, str]:
    """Return which column of the file is which of ours."""
    ours = {name.casefold(): name for name in COLUMNS}
    for lang in LANGUAGES:
        ours |= {head.casefold(): name for name, head in heads(load_language(lang)).items()}
    found: dict[str, str] = {}
    for head in table.columns:
        name = ours.get(head.casefold())
        if name is not None:
            found.setdefault(name, head)
    absent = [name for name in ("id", "key", *FILLED) if name not in found]
    if absent:
        message = f"has no column {absent[0]!r}: fill in a worklist that prodcls review wrote, and leave its header"
        raise InputError(message, code="worklist-columns", file=str(path))
    return found
