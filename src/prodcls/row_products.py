"""Products of rows with a matrix, whose last bits do not depend on company where that is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["row_products"]

BLOCK_BYTES = 1 << 20
"""Bytes of the matrix that rows by themselves are multiplied with at a time: it stays close to the processor, where the
whole matrix would be read from memory for every row."""


def row_products(rows: NDArray[np.float32], matrix: NDArray[np.float32], *, apart: bool) -> NDArray[np.float32]:
    """Return ``rows @ matrix``.

    A matrix product sums in another order than a product with one row does, so that the last bits of a row depend on
    how many rows there are.

    Parameters
    ----------
    rows : ndarray of shape (n, d), float32
    matrix : ndarray of shape (d, m), float32
    apart : bool
        Whether each row is multiplied as if it were alone. One product of many rows is a few times faster.

    Returns
    -------
    ndarray of shape (n, m), float32

    Examples
    --------
    >>> row_products(np.eye(2, dtype=np.float32), np.array([[1, 2], [3, 4]], dtype=np.float32), apart=True).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if not apart and len(rows) != 1:
        return rows @ matrix
    found = np.empty((len(rows), matrix.shape[1]), dtype=np.float32)
    width = max(1, BLOCK_BYTES // (4 * max(len(matrix), 1)))
    for start in range(0, matrix.shape[1], width):
        block = matrix[:, start : start + width]
        for i in range(len(rows)):
            found[i : i + 1, start : start + width] = rows[i : i + 1] @ block
    return found
