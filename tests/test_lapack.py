"""The halves of an inverse, and that other threads run meanwhile."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls import lapack
from prodcls.lapack import halves_of_inverse


def definite(n: int, seed: int = 0) -> np.ndarray:
    a = np.random.default_rng(seed).normal(size=(n, n + 2))
    return np.asfortranarray((a @ a.T / n + np.eye(n)).astype(np.float32))


@given(st.integers(1, 40), st.integers(0, 99), st.integers(1, 50))
def test_the_halves_multiply_to_the_inverse(n: int, seed: int, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lapack, "BLOCK", block)
        matrix = definite(n, seed)
        inverse = np.linalg.inv(matrix.astype(float))
        matrix[np.triu_indices(n, 1)] = np.nan  # is not read
        half = halves_of_inverse(matrix)
    assert np.shares_memory(half, matrix)
    assert half.flags.c_contiguous
    np.testing.assert_array_equal(half, np.triu(half))
    np.testing.assert_allclose(half @ half.T, inverse, atol=1e-4)


def test_what_has_no_half_is_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        halves_of_inverse(np.asfortranarray(-np.eye(3, dtype=np.float32)))
    for wrong in (np.eye(3), np.ones((2, 3), dtype=np.float32), definite(3)[:, ::-1]):
        with pytest.raises(ValueError, match="square"):
            halves_of_inverse(wrong)


def test_other_threads_run_meanwhile() -> None:
    matrix, ended, turns = definite(3000), threading.Event(), []

    def work() -> None:
        halves_of_inverse(matrix)
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not ended.is_set():
        turns.append(ended.wait(0.001))
    thread.join()
    assert len(turns) > 20  # one, if this thread had to wait for LAPACK
