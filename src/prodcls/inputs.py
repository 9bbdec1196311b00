"""What the models see of n products, without labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.embeddings import Embeddings
from prodcls.scratch import CHUNK_ROWS, VectorFile, release

__all__ = ["Inputs", "concatenated", "joined_texts"]


@dataclass(frozen=True)
class Inputs:
    """Embeddings, words and columns of n products.

    Attributes
    ----------
    ids : tuple of str
    texts : dict of str to tuple of str
        Text columns in reading order; ``""`` is missing.
    dense : dict of str to Embeddings
        By block name, such as ``"title"``, ``"text"``, ``"image"``.
    numeric : dict of str to ndarray of shape (n,), float64
        NaN is missing.
    categorical : dict of str to tuple of str
        ``""`` is missing.
    """

    ids: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]
    dense: dict[str, Embeddings]
    numeric: dict[str, NDArray[np.float64]]
    categorical: dict[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.intp]) -> Inputs:
        """Return the products at ``rows`` (integer positions, shape (m,)), in that order."""
        return Inputs(
            ids=tuple(self.ids[i] for i in rows),
            texts={name: tuple(cells[i] for i in rows) for name, cells in self.texts.items()},
            dense={name: e.take(rows) for name, e in self.dense.items()},
            numeric={name: values[rows] for name, values in self.numeric.items()},
            categorical={name: tuple(cells[i] for i in rows) for name, cells in self.categorical.items()},
        )

    def aligned(self, numeric: Iterable[str], categorical: Iterable[str]) -> Inputs:
        """Return the same products with exactly these columns in this order; those that are not there are missing.

        A price column is one column for each of its currencies, so that which columns there are depends on the rows.
        """
        nothing, blank = np.full(len(self), np.nan), ("",) * len(self)
        return replace(
            self,
            numeric={name: self.numeric.get(name, nothing) for name in numeric},
            categorical={name: self.categorical.get(name, blank) for name in categorical},
        )

    def without_copies(self) -> Inputs:
        """Return the same products without the copies made for training."""
        return replace(self, dense={name: replace(e, copies=None) for name, e in self.dense.items()})

    def joined_text(self) -> tuple[str, ...]:
        """Return all text columns of each product joined by line breaks, missing ones left out."""
        return joined_texts(self.texts) if self.texts else ("",) * len(self)


def joined_texts(texts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return text columns, at least one, joined row by row by line breaks, missing cells left out."""
    return tuple("\n".join(filter(None, cells)) for cells in zip(*texts.values(), strict=True))


def concatenated(first: Inputs, second: Inputs, scratch: Path | None = None) -> Inputs:
    """Return the products of ``first`` followed by those of ``second``.

    Parameters
    ----------
    first : Inputs
    second : Inputs
        With the same blocks and text columns. Its numeric and categorical columns become those of ``first``, as in
        `Inputs.aligned`.
    scratch : Path, optional
        Folder for the vectors, see `prodcls.scratch.VectorFile`; they stay in memory by default.

    Returns
    -------
    Inputs
    """
    second = second.aligned(first.numeric, first.categorical)
    return Inputs(
        ids=first.ids + second.ids,
        texts={name: cells + second.texts[name] for name, cells in first.texts.items()},
        dense={name: _stacked(e, second.dense[name], scratch) for name, e in first.dense.items()},
        numeric={name: np.concatenate([values, second.numeric[name]]) for name, values in first.numeric.items()},
        categorical={name: cells + second.categorical[name] for name, cells in first.categorical.items()},
    )


def _stacked(first: Embeddings, second: Embeddings, scratch: Path | None) -> Embeddings:
    n = len(first.present)
    vectors = VectorFile((n + len(second.present), first.vectors.shape[1]), scratch)
    for offset, part in ((0, first), (n, second)):
        for start in range(0, len(part.present), CHUNK_ROWS):
            chunk = part.vectors[start : start + CHUNK_ROWS]
            vectors.put(offset + start + np.arange(len(chunk)), chunk)
            release(part.vectors)
    return replace(
        first,
        vectors=vectors.array(),
        present=np.concatenate([first.present, second.present]),
        read_share=np.concatenate([first.read_share, second.read_share]),
    )
