"""Products of rows with a matrix, whose last bits do not depend on company where that is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["row_products"]


def row_products(rows: NDArray[np.float32], matrix: NDArray[np.float32], *, apart: bool) -> NDArray[np.float32]:
    """Return ``rows @ matrix``.

    A matrix product sums in another order than a product with one row does, so that the last bits of a row depend on
    how many rows there are.

    Parameters
    ----------
    rows : ndarray of shape (n, d), float32
    matrix : ndarray of shape (d, m), float32
    apart : bool
        Whether each row is multiplied as if it were alone. One product of many rows is several times faster.

    Returns
    -------
    ndarray of shape (n, m), float32

    Examples
    --------
    >>> row_products(np.eye(2, dtype=np.float32), np.array([[1, 2], [3, 4]], dtype=np.float32), apart=True).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if not apart:
        return rows @ matrix
    found = np.empty((len(rows), matrix.shape[1]), dtype=np.float32)
    for i in range(len(rows)):
        found[i] = rows[i : i + 1] @ matrix
    return found
