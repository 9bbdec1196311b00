"""What a number should be, from all that is embedded of a product: a price for what the product is.

Prices of a catalogue spread over decades, so that a third more is lost in them; what a product costs more than its like
is not. The expectation is a ridge regression of ``sign(x) log(1 + |x|)`` on all blocks side by side; what it says of a
training product comes from all others (leave one out: Allen 1974), so that old and new deviations can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.embeddings import Embeddings

__all__ = ["Expected", "expected_numbers"]

ROWS = 2000
"""Most training products that the regression is fitted on: its cost grows with the cube of their number."""

CHUNK_ROWS = 1024
"""New products at a time."""

RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Strengths tried; the one with the least error on left-out products is taken."""

LEAST = 20
"""Fewer training products with the number tell nothing."""


@dataclass(frozen=True)
class Expected:
    """How far numbers are from what was expected, on the scale ``sign(x) log(1 + |x|)``.

    Attributes
    ----------
    before : ndarray of shape (k,), float64
        Of the training products that were used.
    after : ndarray of shape (m,), float64
        Of the new products; NaN without a number or an embedding.
    said : ndarray of shape (m,), float64
        What was expected, as a number of the column; NaN likewise.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    said: NDArray[np.float64]


def expected_numbers(
    before: Mapping[str, Embeddings],
    after: Mapping[str, Embeddings],
    numbers: tuple[NDArray[np.float64], NDArray[np.float64]],
    seed: int = 0,
) -> Expected | None:
    """Compare numbers with what the embeddings of their products let expect.

    Parameters
    ----------
    before : mapping of str to Embeddings
        By block, of n training products.
    after : mapping of str to Embeddings
        The same blocks, of m new products.
    numbers : tuple of (ndarray of shape (n,), ndarray of shape (m,)), float64
        One column of both; NaN is missing.
    seed : int
        Draws the training products that are used.

    Returns
    -------
    Expected or None
        None with too few numbers, or without a block that both have.
    """
    blocks = [name for name, e in before.items() if e.present.any() and after[name].present.any()]
    if not blocks:
        return None
    known = np.any([before[name].present for name in blocks], axis=0) & ~np.isnan(numbers[0])
    rows = np.flatnonzero(known)
    if len(rows) < LEAST:
        return None
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:ROWS])
    x, y = _side_by_side(before, blocks, rows), _scaled(numbers[0][rows])
    middle, mean = x.mean(axis=0), y.mean()
    x = x - middle
    gram = x @ x.T
    fits = [_left_out(gram, y - mean, ridge) for ridge in RIDGES]
    off, weights = min(fits, key=lambda fit: float(np.abs(fit[0]).mean()))
    told = np.any([after[name].present for name in blocks], axis=0)
    said = np.full(len(told), np.nan)
    for start in range(0, len(told), CHUNK_ROWS):
        part = np.flatnonzero(told[start : start + CHUNK_ROWS]) + start
        said[part] = mean + ((_side_by_side(after, blocks, part) - middle) @ x.T) @ weights
    return Expected(off, _scaled(numbers[1]) - said, np.sign(said) * np.expm1(np.abs(said)))


def _side_by_side(found: Mapping[str, Embeddings], blocks: list[str], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.concatenate([found[name].vectors[rows] for name in blocks], axis=1).astype(np.float64)


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled: NDArray[np.float64] = np.sign(values) * np.log1p(np.abs(values))
    return scaled


def _left_out(
    gram: NDArray[np.float64], y: NDArray[np.float64], ridge: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the errors of the products as they are left out, and the weights of the products; each of shape (k,)."""
    inverse = np.linalg.inv(gram + ridge * np.eye(len(y)))
    weights = inverse @ y
    return weights / np.diag(inverse), weights
