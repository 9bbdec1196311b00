"""What there is to tell of a catalogue that was classified in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from prodcls.bundle import KnownColumns
from prodcls.catalogue import Catalogue, Rejection
from prodcls.cleaning import counted, told_counts
from prodcls.selective import Operating

__all__ = ["Seen"]

SHOWN = 40
"""Characters of a value that is given as an example."""

_ASKED = {
    "nothing-known": "nothing is known about them",
    "added-class": "their class was added after the fit and never evaluated",
    "not-one-class": "their prediction set is not the predicted class alone",
    "not-sure-enough": "they are less certain than {least:.3f}",
    "unlike-training": "no training product is like them",
    "unusual-number": "a number of theirs, such as the price, is unusual for the class",
}


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
    _review: int = 0
    _reasons: Counter[str] = field(default_factory=Counter)
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

    def add_scored(self, rows: pa.Table) -> None:
        """Count which of the scored rows of a part are up for review."""
        self._review += sum(rows["review"].to_pylist())
        self._reasons.update(name for names in rows["reasons"].to_pylist() for name in names)

    def review_lines(self, least: float, point: Operating | None, bound: float | None) -> Iterator[str]:
        """Yield how many products are up for review, and why.

        Parameters
        ----------
        least : float
            Certainty below which a person is asked.
        point : Operating or None
            The threshold, where ``bound`` set it.
        bound : float or None
            Share of errors allowed among the decisions without a person.

        Yields
        ------
        str
        """
        for name, why in _ASKED.items():
            if count := self._reasons[name]:
                yield f"{count} rows marked for review: {why.format(least=least)} [{name}]"
        if point is None or point.error is None or bound is None:
            return
        alone = self.rows - self._review
        yield (
            f"{alone} of {self.rows} rows ({alone / max(self.rows, 1):.1%}) need no person: at most {bound:.2%} of such"
            f" are wrong, with 95% confidence (of {point.automated} tested ones {point.error.value:.2%} were)"
        )

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
