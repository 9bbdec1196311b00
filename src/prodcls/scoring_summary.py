"""What there is to tell of a catalogue that was classified in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from prodcls.bundle import KnownColumns
from prodcls.catalogue import Catalogue, Rejection
from prodcls.cleaning import counted, told_counts

__all__ = ["Seen"]

SHOWN = 40
"""Characters of a value that is given as an example."""


@dataclass
class Seen:
    """Counts over the parts of a catalogue.

    Attributes
    ----------
    known : KnownColumns
        Of the model.
    rows : int
    rejections : list of Rejection
    """

    known: KnownColumns
    rows: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    _cleaned: Counter[str] = field(default_factory=Counter)
    _cells: int = 0
    _numbers: Counter[str] = field(default_factory=Counter)
    _unseen: Counter[str] = field(default_factory=Counter)
    _example: dict[str, str] = field(default_factory=dict)

    def add(self, part: Catalogue) -> None:
        """Count the rows of a part; what was rejected of it is not counted."""
        self.rows += len(part)
        for step, by_column in counted(part.cleaned or {}).items():
            self._cleaned[step] += sum(by_column.values())
        self._cells += sum(map(len, (part.cleaned or {}).values()))
        for name, values in part.numeric.items():
            self._numbers[name] += int((~np.isnan(values)).sum())
        for name, cells in part.categorical.items():
            seen = set(self.known.categorical.get(name, ()))
            unseen = [cell for cell in cells if cell and cell not in seen]
            self._unseen[name] += len(unseen)
            if unseen:
                self._example.setdefault(name, unseen[0])

    def cleaned_line(self) -> Iterator[str]:
        """Yield what was cleaned, in a line, if anything was."""
        if self._cells:
            yield told_counts(self._cells, self._cleaned)

    def difference_lines(self, offered: Iterable[str]) -> Iterator[str]:
        """Yield what the catalogue has that the model does not know, and the other way round.

        Parameters
        ----------
        offered : iterable of str
            Columns of the file that the model does not know.

        Yields
        ------
        str
        """
        for name in self.known.numeric:
            if not self._numbers[name]:
                yield f"the model knows {name!r} and no row has it: it counts as missing"
        for name, count in self._numbers.items():
            if name not in self.known.numeric and count:
                yield f"{count} rows have {name!r}, which the model does not know: not used"
        for name, count in self._unseen.items():
            if count:
                example = repr(self._example[name][:SHOWN])
                yield f"{count} rows have a {name!r} that training did not have, such as {example}: not used"
        extra = ", ".join(offered)
        if extra:
            yield f"columns that the model does not know, not used: {extra}"
