"""Products of rows with a matrix, whose last bits do not depend on company where the rows are few."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["APART_ROWS", "row_products"]

APART_ROWS = 32
"""At most so many rows are multiplied one by one."""


def row_products(rows: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``rows @ matrix``.

    A matrix product sums in another order than a product with one row does, so that the last bits of a row depend on
    how many rows there are. Up to `APART_ROWS` rows are multiplied one by one, each as if it were alone. For more of
    them one product is several times faster.

    Parameters
    ----------
    rows : ndarray of shape (n, d), float32
    matrix : ndarray of shape (d, m), float32

    Returns
    -------
    ndarray of shape (n, m), float32

    Examples
    --------
    >>> row_products(np.eye(2, dtype=np.float32), np.array([[1, 2], [3, 4]], dtype=np.float32)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if not 1 < len(rows) <= APART_ROWS:
        return rows @ matrix
    found = np.empty((len(rows), matrix.shape[1]), dtype=np.float32)
    for i in range(len(rows)):
        found[i] = rows[i : i + 1] @ matrix
    return found
