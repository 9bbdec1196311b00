"""The rows of a table that are taken, and a line for whatever is not taken as it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from prodcls.catalogue import RawTable, Rejection
from prodcls.cells import excerpt

__all__ = ["Ledger", "plain"]


def plain(cell: str) -> str:
    """Return a cell in NFC without the blanks around it."""
    return unicodedata.normalize("NFC", cell).strip()


@dataclass
class Ledger:
    """The rows taken so far and a ledger of what was not."""

    table: RawTable
    keep: Sequence[int]
    rejections: list[Rejection] = field(default_factory=list)

    def cells(self, column: str) -> list[str]:
        """Return the stripped cells of the rows that are kept."""
        raw = self.table.columns[column]
        return [plain(raw[i]) for i in self.keep]

    def as_given(self, column: str) -> list[str]:
        """Return the cells of the rows that are kept as they stand in the file."""
        raw = self.table.columns[column]
        return [raw[i] for i in self.keep]

    def reject_cell(self, position: int, column: str, code: str, reason: str, value: str = "") -> None:
        """Report the cell in the ``position``-th kept row as missing."""
        row = int(self.table.rows[self.keep[position]])
        self.rejections.append(Rejection(row, column, code, reason, excerpt(value), "cell"))

    def note_cell(self, position: int, column: str, code: str, reason: str, value: str) -> None:
        """Report that the cell in the ``position``-th kept row is used, and how it was read."""
        row = int(self.table.rows[self.keep[position]])
        self.rejections.append(Rejection(row, column, code, reason, excerpt(value), "note"))

    def reject_row(self, index: int, column: str, code: str, reason: str, value: str = "") -> None:
        """Leave out the row at ``index`` of the table."""
        self.rejections.append(Rejection(int(self.table.rows[index]), column, code, reason, excerpt(value), "row"))
