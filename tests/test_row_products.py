"""Rows are multiplied each as if it were alone, or all at once."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.row_products import row_products


def drawn(n: int, d: int = 896, m: int = 333) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n)
    return rng.normal(size=(n, d)).astype(np.float32), rng.normal(size=(m, d)).astype(np.float32).T


@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_company_moves_no_bit(n: int) -> None:
    rows, matrix = drawn(n)
    together = row_products(rows, matrix, apart=True)
    alone = np.concatenate([row_products(rows[i : i + 1], matrix, apart=False) for i in range(n)])
    assert together.tobytes() == alone.tobytes()


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("n", [0, 1, 3, 100])
def test_they_are_the_products(n: int, apart: bool) -> None:
    rows, matrix = drawn(n)
    found = row_products(rows, matrix, apart=apart)
    assert found.shape == (n, matrix.shape[1])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, rows.astype(np.float64) @ matrix.astype(np.float64), atol=1e-3)
