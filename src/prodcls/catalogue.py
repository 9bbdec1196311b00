"""A catalogue as data: accepted rows, and what was rejected with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prodcls.sounds import Sound

__all__ = [
    "Catalogue",
    "Chunk",
    "Cleaned",
    "ColumnRole",
    "RawTable",
    "Rejection",
    "Role",
    "Schema",
    "Source",
    "stacked",
]

Role = Literal["id", "text", "numeric", "categorical", "image", "audio", "target", "path", "currency", "offered"]


@dataclass(frozen=True)
class ColumnRole:
    """Which part a column plays and why.

    Attributes
    ----------
    column : str
        Name as it stands in the file.
    role : Role
        ``"offered"`` marks a column that is not used unless asked for.
    reason : str
        One sentence for the reader, such as ``"named 'price'"`` or ``"set by --numeric"``.
    code : str
        Stable identifier of the reason, such as ``"named"``, by which a page says it in its own language.
    details : dict of str to str
        What the sentence names: an option, a number.
    """

    column: str
    role: Role
    reason: str
    code: str = ""
    details: dict[str, str] = field(default_factory=dict)


_ASKED: tuple[Role, ...] = ("text", "numeric", "categorical", "image", "audio", "currency")


@dataclass(frozen=True)
class Schema:
    """The roles of all columns, in file order."""

    columns: tuple[ColumnRole, ...]

    def named(self, role: Role) -> tuple[str, ...]:
        """Return the names of the columns that play ``role``, in file order."""
        return tuple(c.column for c in self.columns if c.role == role)

    @property
    def asked(self) -> tuple[str, ...]:
        """Names of the columns by which a product is described, in file order."""
        return tuple(c.column for c in self.columns if c.role in _ASKED)


@dataclass(frozen=True)
class Source:
    """Where a catalogue came from.

    Attributes
    ----------
    path : str
        Path as given by the user; ``"<data frame>"`` for tables in memory.
    sha256 : str
        Digest of the file's bytes (of the cells, for tables in memory).
    size : int
        Bytes.
    details : dict of str to str
        How it was read: format, encoding, delimiter.
    """

    path: str
    sha256: str
    size: int
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table as they stand, in order.

    Attributes
    ----------
    columns : dict of str to sequence of str
        Cells by column name, each of length n; ``""`` where empty. A column that another chunk has may be absent.
    rows : sequence of int
        One-based data row of each entry in the source (the header is not counted).
    rejections : sequence of Rejection
        Rows that could not be read.
    """

    columns: dict[str, Sequence[str]]
    rows: Sequence[int]
    rejections: Sequence[Rejection] = ()


@dataclass(frozen=True)
class RawTable:
    """A file as it stands: every cell a string, ``""`` where empty.

    Attributes
    ----------
    columns : dict of str to tuple of str
        Cells by column name, each of length n.
    rows : ndarray of shape (n,), int64
        One-based data row of each entry in the source (the header is not counted).
    source : Source
    rejections : tuple of Rejection
        Lines that could not be read at all.
    """

    columns: dict[str, tuple[str, ...]]
    rows: NDArray[np.int64]
    source: Source
    rejections: tuple[Rejection, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Rejection:
    """One row or cell that was not taken as it stands.

    Attributes
    ----------
    row : int
        One-based data row.
    column : str
        ``""`` when the whole row is meant.
    code : str
        Stable identifier such as ``"price-ambiguous"``.
    reason : str
        What is wrong and what to do.
    excerpt : str
        At most 80 characters of the value.
    scope : {"row", "cell", "note"}
        ``"row"``: the row is left out. ``"cell"``: the row is kept, the cell counts as missing. ``"note"``: the cell
        is used, read as the reason says.
    """

    row: int
    column: str
    code: str
    reason: str
    excerpt: str
    scope: Literal["row", "cell", "note"]


@dataclass(frozen=True)
class Cleaned:
    """A text as it stood before it was cleaned.

    Attributes
    ----------
    original : str
        The cell of the file.
    steps : tuple of str
        Names of the steps that changed it, in their order.
    """

    original: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """Accepted rows of one catalogue; every sequence has length n.

    Attributes
    ----------
    ids : tuple of str
        Unique.
    rows : ndarray of shape (n,), int64
        One-based data row in the source.
    texts : dict of str to tuple of str
        Text columns in the order in which they are read; ``""`` is missing.
    numeric : dict of str to ndarray of shape (n,), float64
        NaN is missing. Prices of several currencies or units are separate columns, never mixed.
    categorical : dict of str to tuple of str
        ``""`` is missing.
    photos : tuple of (Path or None), or None
        Resolved files inside the image root; the whole attribute is None without an image column.
    labels : tuple of str, or None
        None when the catalogue has no target (prediction).
    schema : Schema
    source : Source
    rejections : tuple of Rejection
    cleaned : dict of str to dict of int to Cleaned, or None
        By text column and position, the texts that differ from their cells; others are not in it. None when texts were
        not to be cleaned.
    path_cells : tuple of str, or None
        Category of each row with its parents, as the column of paths has it; ``""`` is missing. None without labels or
        without such a column. Never an input: it holds the label.
    sounds : tuple of (Sound or None), or None
        As ``photos``, for the column of sounds.
    """

    ids: tuple[str, ...]
    rows: NDArray[np.int64]
    texts: dict[str, tuple[str, ...]]
    numeric: dict[str, NDArray[np.float64]]
    categorical: dict[str, tuple[str, ...]]
    photos: tuple[Path | None, ...] | None
    labels: tuple[str, ...] | None
    schema: Schema
    source: Source
    rejections: tuple[Rejection, ...]
    cleaned: dict[str, dict[int, Cleaned]] | None = None
    path_cells: tuple[str, ...] | None = None
    sounds: tuple[Sound | None, ...] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, positions: NDArray[np.intp]) -> Catalogue:
        """Return the rows at ``positions`` (shape (m,)), in that order; rejections stay as they are."""
        return replace(
            self,
            ids=tuple(self.ids[i] for i in positions),
            rows=self.rows[positions],
            texts={name: tuple(cells[i] for i in positions) for name, cells in self.texts.items()},
            numeric={name: values[positions] for name, values in self.numeric.items()},
            categorical={name: tuple(cells[i] for i in positions) for name, cells in self.categorical.items()},
            photos=None if self.photos is None else tuple(self.photos[i] for i in positions),
            sounds=None if self.sounds is None else tuple(self.sounds[i] for i in positions),
            labels=None if self.labels is None else tuple(self.labels[i] for i in positions),
            path_cells=None if self.path_cells is None else tuple(self.path_cells[i] for i in positions),
            cleaned=None if self.cleaned is None else _taken(self.cleaned, positions),
        )


def stacked(catalogues: Sequence[Catalogue]) -> Catalogue:
    """Return the rows of several catalogues, one after the other.

    Parameters
    ----------
    catalogues : sequence of Catalogue
        At least one, without labels, of one schema; ids and rows may be the same in several.

    Returns
    -------
    Catalogue
        Source of the first; without rejections and originals of texts.
    """
    first = catalogues[0]
    numeric = dict.fromkeys(name for one in catalogues for name in one.numeric)
    return replace(
        first,
        ids=tuple(i for one in catalogues for i in one.ids),
        rows=np.concatenate([one.rows for one in catalogues]),
        texts={name: tuple(cell for one in catalogues for cell in one.texts[name]) for name in first.texts},
        numeric={
            name: np.concatenate([one.numeric.get(name, np.full(len(one), np.nan)) for one in catalogues])
            for name in numeric
        },
        categorical={name: tuple(c for one in catalogues for c in one.categorical[name]) for name in first.categorical},
        photos=None if first.photos is None else tuple(p for one in catalogues for p in one.photos or ()),
        sounds=None if first.sounds is None else tuple(s for one in catalogues for s in one.sounds or ()),
        rejections=(),
        cleaned=None,
    )


def _taken(cleaned: dict[str, dict[int, Cleaned]], positions: NDArray[np.intp]) -> dict[str, dict[int, Cleaned]]:
    """Return the cells at ``positions`` by their new positions."""
    places = tuple(enumerate(positions.tolist()))
    found = {name: {new: cells[i] for new, i in places if i in cells} for name, cells in cleaned.items()}
    return {name: cells for name, cells in found.items() if cells}
