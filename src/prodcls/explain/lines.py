"""The parts of an account column by column: made, sorted and written by the hundred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prodcls.explain.attribution import Line, Part, PartKind
from prodcls.explain.pieces import Places

__all__ = ["Gathering", "Lines"]

Box = tuple[float, float, float, float]


class Lines(NamedTuple):
    """The parts of an account; each field as in `prodcls.explain.attribution.Part`, one value a part."""

    block: Sequence[str]
    kind: Sequence[PartKind]
    label: Sequence[str]
    value: Sequence[float]
    column: Sequence[str]
    start: Sequence[int | None]
    end: Sequence[int | None]
    box: Sequence[Box | None]

    def parts(self) -> tuple[Part, ...]:
        """Return the parts one by one."""
        return tuple(map(Part, *self))

    def rows(self, kinds: Sequence[PartKind]) -> Iterator[Line]:
        """Yield the parts of some kinds one by one."""
        return map(Line._make, (row for row in zip(*self, strict=True) if row[1] in kinds))


class Gathering:
    """Parts that come in block by block."""

    def __init__(self) -> None:
        self._columns: tuple[list[Sequence[object]], ...] = tuple([] for _ in Lines._fields)

    def add_places(self, block: str, places: Places, own: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Add words or regions.

        Parameters
        ----------
        block : str
        places : Places
            n of them.
        own : ndarray of shape (m,), float64
            What each of the first m contributes; where that is 0 it is left out.
        values : ndarray of shape (m,), float64
            The same in logits. What follows is unread.
        """
        count = len(values)
        read: Iterable[Sequence[object]] = [cells[:count] for cells in places[1:]]
        if not own.all():
            kept = own != 0
            read, values = [list(compress(cells, kept)) for cells in read], values[kept]
        self._add(block, places.kind, values.tolist(), *read)
        self._add(block, "unread", [0.0] * (len(places.labels) - count), *(cells[count:] for cells in places[1:]))

    def _add(
        self, block: str, kind: PartKind, values: Sequence[float], labels: Sequence[object], *others: Sequence[object]
    ) -> None:
        n = len(values)
        whole: tuple[Sequence[object], ...] = ([block] * n, [kind] * n, labels, values, *others)
        for own, cells in zip(self._columns, whole, strict=True):
            own.append(cells)

    def add_lines(self, lines: Iterable[Line]) -> None:
        """Add parts one by one."""
        for own, cells in zip(self._columns, zip(*lines, strict=True), strict=False):
            own.append(cells)

    def lines(self) -> Lines:
        """Return all parts in the order in which they came in."""
        return Lines(*(list(chain.from_iterable(cells)) for cells in self._columns))  # type: ignore[arg-type]

    def sorted(self) -> Lines:
        """Return all parts, largest absolute value first; equal ones by their block, column, place and label."""
        columns = self.lines()
        size = np.abs(np.array(columns.value, dtype=np.float64))
        order = np.argsort(-size, kind="stable")
        _settle(order, size[order], columns)
        if len(order) < 2:
            return columns
        pick = itemgetter(*order.tolist())
        return Lines(*map(pick, columns))


def _settle(order: NDArray[np.intp], size: NDArray[np.float64], columns: Lines) -> None:
    """Bring parts of the same size into their order."""
    same = np.flatnonzero(size[1:] == size[:-1])
    if not len(same):
        return

    def rank(i: int) -> tuple[str, str, int, str]:
        return columns.block[i], columns.column[i], columns.start[i] or 0, columns.label[i]

    gaps = np.flatnonzero(np.diff(same) > 1)
    for first, last in zip(same[np.append(0, gaps + 1)].tolist(), same[np.append(gaps, -1)].tolist(), strict=True):
        order[first : last + 2] = sorted(order[first : last + 2].tolist(), key=rank)
