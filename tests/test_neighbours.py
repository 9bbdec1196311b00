"""The nearest training products vote by likeness, the closest of each class is told, the own group has no part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prodcls.neighbours
from prodcls.neighbours import Neighbours, NeighbourScores, OwnGroups, compare, neighbour_scores, rows_at_once

K = 4


def unit(rng: np.random.Generator, n: int, d: int = 5) -> np.ndarray:
    vectors = rng.normal(size=(n, d))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def scores(
    trained: Neighbours, queries: np.ndarray, n_classes: int, own: tuple[np.ndarray, np.ndarray] | None = None
) -> NeighbourScores:
    """Return the scores, without each query's own group where ``own`` tells the groups of queries and training."""
    if own is None:
        return neighbour_scores(trained, queries, n_classes)
    step, theirs = rows_at_once(trained), OwnGroups(own[1])
    parts = [slice(i, i + step) for i in range(0, len(queries), step)]
    found = [compare(trained, queries[part], (theirs, own[0][part])) for part in parts]
    return NeighbourScores(
        np.concatenate([one.shares(n_classes) for one in found]),
        np.concatenate([one.closest(n_classes) for one in found]),
    )


def brute_force(trained: Neighbours, query: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return the shares of one product by sorting all that are allowed to vote."""
    likeness = trained.vectors.astype(float) @ query.astype(float)
    order = sorted(np.flatnonzero(allowed), key=lambda j: -likeness[j])[: trained.count]
    votes = np.zeros(K)
    for j in order:
        votes[trained.labels[j]] += max(likeness[j], 1e-6)
    return votes / votes.sum()


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9999), st.integers(2, 30), st.integers(1, 12), st.booleans(), st.integers(1, 9))
def test_shares_are_those_of_a_full_sort(seed: int, m: int, count: int, grouped: bool, chunk: int) -> None:
    rng = np.random.default_rng(seed)
    trained = Neighbours(unit(rng, m), rng.integers(K, size=m), count)
    queries = unit(rng, 7)
    theirs = rng.integers(3, size=m)
    theirs[:2] = [0, 1]  # every query has someone of another group
    mine = rng.integers(2, size=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prodcls.neighbours, "CHUNK_ROWS", chunk)
        found = scores(trained, queries, K, (mine, theirs) if grouped else None)
    shares = found.shares
    for i, query in enumerate(queries):
        allowed = theirs != mine[i] if grouped else np.ones(m, dtype=bool)
        np.testing.assert_allclose(shares[i], brute_force(trained, query, allowed), atol=1e-5)
        likeness = trained.vectors @ query
        for k in range(K):
            best = max(likeness[allowed & (trained.labels == k)], default=0.0)
            assert found.closest[i, k] == pytest.approx(min(max(best, 0.0), 1.0), abs=5.1e-4)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)


def test_the_own_group_has_no_vote_even_where_others_are_few_and_unlike() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [-1, 0]], dtype=np.float32)
    trained = Neighbours(vectors, np.array([0, 0, 0, 1]), 10)
    groups = np.array([5, 5, 5, 6])
    found = scores(trained, vectors, 2, (groups, groups))
    assert found.shares.tolist() == [[0, 1], [0, 1], [0, 1], [1, 0]]
    assert not found.closest.any()  # the others are unlike, which counts as not like
    assert neighbour_scores(trained, vectors, 2).closest.tolist() == [[1, 0], [1, 0], [1, 0], [0, 1]]


def test_a_class_without_products_is_close_to_nothing() -> None:
    trained = Neighbours(np.eye(3, dtype=np.float32), np.array([0, 3, 0]), 2)
    found = neighbour_scores(trained, np.eye(3, dtype=np.float32), 5)
    assert found.closest.tolist() == [[1, 0, 0, 0, 0], [0, 0, 0, 1, 0], [1, 0, 0, 0, 0]]


def test_no_queries_give_no_rows() -> None:
    trained = Neighbours(np.eye(3, dtype=np.float32), np.array([0, 1, 2]), 2)
    found = neighbour_scores(trained, np.empty((0, 3), dtype=np.float32), 3)
    assert found.shares.shape == found.closest.shape == (0, 3)


def test_rounding_of_the_encoder_moves_no_closest_product() -> None:
    rng = np.random.default_rng(0)
    trained = Neighbours(unit(rng, 40), rng.integers(K, size=40), 10)
    own = trained.vectors
    nudged = np.nextafter(own, np.float32(0))
    before, after = (neighbour_scores(trained, v, K).closest for v in (own, nudged))
    assert np.array_equal(before, after)
    assert np.all(before.max(axis=1) == 1.0)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9999), st.integers(2, 40), st.integers(1, 4), st.integers(1, 6))
def test_the_closest_of_some_classes_are_those_of_all(seed: int, m: int, groups: int, asked: int) -> None:
    rng = np.random.default_rng(seed)
    trained = Neighbours(unit(rng, m), rng.choice([0, 2, 5, 6], size=m), 3)
    mine, theirs = rng.integers(groups, size=7), np.r_[groups, rng.integers(groups, size=m - 1)]
    found = compare(trained, unit(rng, 7), (OwnGroups(theirs), mine))
    classes = rng.integers(8, size=(7, asked))
    whole = found.closest(8)
    np.testing.assert_array_equal(found.closest_of(classes), np.take_along_axis(whole, classes, axis=1))
    np.testing.assert_array_equal(found.best(), whole.max(axis=1))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 9999), st.integers(1, 6), st.integers(0, 9))
def test_the_nearest_of_many_lie_in_the_best_stretches(seed: int, count: int, rest: int) -> None:
    rng = np.random.default_rng(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prodcls.neighbours, "STRETCH", 3)
        similarity = rng.permuted(np.arange(9 * count + rest, dtype=np.float32)[None].repeat(4, axis=0), axis=1)
        found = prodcls.neighbours._nearest(similarity, count)
    expected = np.argsort(-similarity, axis=1)[:, :count]
    assert [set(row) for row in found.tolist()] == [set(row) for row in expected.tolist()]
