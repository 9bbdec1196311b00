"""Identifiers of products: each its own, however often the catalogue gives it, also in a file that is read in parts.

Ids are the same when they differ only in case, Unicode form or outer blanks. Of rows that agree in every cell the first
is kept; other rows of one id keep it with a suffix ``~2``, ``~3``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from prodcls.ledger import Ledger, plain

__all__ = ["IdRegistry"]


class IdRegistry:
    """Gives ids to rows, once all ids that a catalogue gives have been announced.

    Of an announced id eight bytes are kept. Only those that may occur twice are compared themselves.
    """

    def __init__(self) -> None:
        self._announced: list[NDArray[np.int64]] = []
        self._given: NDArray[np.int64] | None = None  # sorted
        self._repeated: frozenset[int] = frozenset()
        self._first: dict[str, int] = {}
        self._rows: dict[bytes, int] = {}
        self._made: set[str] = set()

    def announce(self, given: Iterable[str]) -> None:
        """Take note of ids as they stand in a part of the catalogue."""
        self._announced.append(np.fromiter((hash(_folded(cell)) for cell in given), np.int64))

    def name(self, ledger: Ledger, column: str) -> list[str]:
        """Return the ids of the rows that a ledger keeps, in order; parts come in the order of the catalogue.

        Parameters
        ----------
        ledger : Ledger
            Loses the rows that repeat an earlier row, with a line for each, and gets a line for each id that is absent
            or given before.
        column : str
            Which holds the ids.

        Returns
        -------
        list of str
        """
        given_hashes = self._settled()
        self._reject_copies(ledger, column)
        ids: list[str] = []
        for position, given in enumerate(ledger.cells(column)):
            row = int(ledger.table.rows[ledger.keep[position]])
            key = _folded(given)
            if not key:
                ids.append(self._unused(f"row-{row}", 1, given_hashes))
                reason = f"the row has no id and is called {ids[-1]!r}"
                ledger.reject_cell(position, column, "id-missing", reason)
            elif key in self._first:
                ids.append(self._unused(given, 2, given_hashes))
                reason = f"row {self._first[key]} has the same id; this row differs from it and is called {ids[-1]!r}"
                ledger.reject_cell(position, column, "id-duplicate", reason, given)
            else:
                if hash(key) in self._repeated:
                    self._first[key] = row
                ids.append(given)
        return ids

    def _settled(self) -> NDArray[np.int64]:
        """Return what was announced, sorted."""
        if self._given is None:
            announced = np.concatenate([*self._announced, np.array([], np.int64)])
            self._given, counts = np.unique(announced, return_counts=True)
            self._repeated = frozenset(self._given[counts > 1].tolist())
            self._announced.clear()
        return self._given

    def _reject_copies(self, ledger: Ledger, column: str) -> None:
        """Leave out rows that agree in every cell with an earlier row of the same, given id."""
        if not self._repeated:
            return
        keep = []
        others = [cells for name, cells in ledger.table.columns.items() if name != column]
        for i, given in zip(ledger.keep, ledger.cells(column), strict=True):
            key = _folded(given)
            if key and hash(key) in self._repeated:
                row = _digest([key, *(plain(cells[i]) for cells in others)])
                if row in self._rows:
                    reason = f"the row repeats row {self._rows[row]} in every cell"
                    ledger.reject_row(i, "", "row-duplicate", reason, given)
                    continue
                self._rows[row] = int(ledger.table.rows[i])
            keep.append(i)
        ledger.keep = keep

    def _unused(self, name: str, number: int, given: NDArray[np.int64]) -> str:
        """Return ``name``, or with number 2 and up ``name~2``, ``name~3``: the first not taken, which it then is."""
        while True:
            candidate = name if number == 1 else f"{name}~{number}"
            key = _folded(candidate)
            at = int(np.searchsorted(given, hash(key)))
            announced = at < len(given) and int(given[at]) == hash(key)
            if not announced and key not in self._made:
                self._made.add(key)
                return candidate
            number += 1


def _folded(given: str) -> str:
    return plain(given.casefold())


def _digest(cells: Iterable[str]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for cell in cells:
        raw = cell.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.digest()
