"""What the models see of n products, without labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.embeddings import Embeddings
from prodcls.scratch import CHUNK_ROWS, VectorFile, release

__all__ = ["Inputs", "concatenated", "joined_texts", "stacked_blocks"]


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


def concatenated(parts: Sequence[Inputs], scratch: Path | None = None) -> Inputs:
    """Return the products of several inputs, one after the other.

    Parameters
    ----------
    parts : sequence of Inputs
        At least one, with the same blocks and text columns. Numeric and categorical columns become those of the first,
        as in `Inputs.aligned`.
    scratch : Path, optional
        Folder for the vectors, see `prodcls.scratch.VectorFile`; they stay in memory by default.

    Returns
    -------
    Inputs
    """
    first = parts[0]
    parts = [first, *(part.aligned(first.numeric, first.categorical) for part in parts[1:])]
    return Inputs(
        ids=tuple(i for part in parts for i in part.ids),
        texts={name: tuple(cell for part in parts for cell in part.texts[name]) for name in first.texts},
        dense={name: stacked_blocks([part.dense[name] for part in parts], scratch) for name in first.dense},
        numeric={name: np.concatenate([part.numeric[name] for part in parts]) for name in first.numeric},
        categorical={name: tuple(c for part in parts for c in part.categorical[name]) for name in first.categorical},
    )


def stacked_blocks(parts: Sequence[Embeddings], scratch: Path | None = None) -> Embeddings:
    """Return the vectors of several embeddings of a block, one after the other.

    Parameters
    ----------
    parts : sequence of Embeddings
        At least one, by one encoder.
    scratch : Path, optional
        As in `concatenated`.

    Returns
    -------
    Embeddings
        Named as the first, with its copies.
    """
    total = sum(len(part.present) for part in parts)
    vectors = VectorFile((total, parts[0].vectors.shape[1]), scratch)
    offset = 0
    for part in parts:
        for start in range(0, len(part.present), CHUNK_ROWS):
            chunk = part.vectors[start : start + CHUNK_ROWS]
            vectors.put(offset + start + np.arange(len(chunk)), chunk)
            release(part.vectors)
        offset += len(part.present)
    return replace(
        parts[0],
        vectors=vectors.array(),
        present=np.concatenate([part.present for part in parts]),
        read_share=np.concatenate([part.read_share for part in parts]),
    )
