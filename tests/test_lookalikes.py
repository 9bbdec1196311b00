"""Photos that look alike: against a plain search over all pairs, in blocks, and up to a limit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.lookalikes import ALIKE, MAX_BITS, alike_pairs, near_hashes
from synthetic import unit


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_finds_what_a_search_over_all_pairs_finds(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = unit(rng.normal(size=(n, 4)))
    present = rng.random(n) < 0.8
    expected = [
        [i, j]
        for i in range(n)
        for j in range(i + 1, n)
        if present[i] and present[j] and float(vectors[i] @ vectors[j]) >= 0.5
    ]
    assert alike_pairs(vectors, present, least=0.5).tolist() == expected


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(50, 3)))
    present = np.ones(50, dtype=bool)
    whole = alike_pairs(vectors, present, least=0.9)
    monkeypatch.setattr("prodcls.lookalikes.CHUNK_ROWS", 7)
    assert np.array_equal(alike_pairs(vectors, present, least=0.9), whole)
    assert len(whole) > 10


def test_too_many_photos_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, present = unit(np.ones((5, 3))), np.ones(5, dtype=bool)
    assert len(alike_pairs(vectors, present)) == 10
    monkeypatch.setattr("prodcls.lookalikes.MAX_ROWS", 4)
    assert alike_pairs(vectors, present).shape == (0, 2)
    assert ALIKE < 1


def test_hashes_agree_within_a_few_bits_and_only_where_both_are_known() -> None:
    pairs = np.array([[0, 1], [0, 2], [0, 3]])
    hashes = {0: 0, 1: 2**MAX_BITS - 1, 2: 2 ** (MAX_BITS + 1) - 1}
    assert near_hashes(pairs, hashes).tolist() == [True, False, False]
    assert near_hashes(pairs[:0], {}).shape == (0,)
