"""A column made later is the one that a fit with the class's rows would have made, with rows that may weigh more."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prodcls.few_shot import few_shot_probe, recovered_penalty
from prodcls.probes import PENALTIES, fit_probe
from prodcls.ridge import Matrix, Targets

seeds = st.integers(0, 2**16)


def drawn(seed: int, *, sparse: bool, rows: int = 40, width: int = 12, classes: int = 4) -> tuple[Matrix, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(rows) % classes)
    vectors = rng.normal(size=(rows, width)) + 2 * rng.normal(size=(classes, width))[labels]
    if sparse:
        vectors[rng.random(vectors.shape) < 0.6] = 0.0
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    features = vectors.astype(np.float32)
    return sp.csr_matrix(features) if sparse else features, labels


@pytest.mark.parametrize("sparse", [False, True])
@settings(max_examples=8)
@given(seed=seeds, penalty=st.sampled_from(PENALTIES))
def test_the_penalty_of_a_probe_is_found_again(sparse: bool, seed: int, penalty: float) -> None:
    features, labels = drawn(seed, sparse=sparse)
    targets = Targets(labels, 4)
    probe = fit_probe(features, targets, np.arange(len(labels)), penalty=penalty).probe
    assert recovered_penalty(features, targets, probe) == penalty


@pytest.mark.parametrize("sparse", [False, True])
@settings(max_examples=8)
@given(seed=seeds, penalty=st.sampled_from(PENALTIES))
@example(seed=38340, penalty=0.03)
def test_columns_are_those_of_a_fit_where_rows_weigh_one(sparse: bool, seed: int, penalty: float) -> None:
    features, labels = drawn(seed, sparse=sparse)
    fitted = fit_probe(features, Targets(labels, 4), np.arange(len(labels)), penalty=penalty).probe
    later = np.where(labels >= 2, labels - 2, -1)
    found = few_shot_probe(features, later, [1.0, 1.0], penalty)
    # A fit inverts in float32, the worse the less is added to the diagonal.
    near = 2e-4 / penalty
    np.testing.assert_allclose(found.weights, fitted.weights[:, 2:], atol=near)
    np.testing.assert_allclose(found.intercept, fitted.intercept[2:], atol=near)


@pytest.mark.parametrize("sparse", [False, True])
@settings(max_examples=8)
@given(seed=seeds, times=st.integers(2, 9))
def test_a_row_that_weighs_more_is_as_good_as_copies_of_it(sparse: bool, seed: int, times: int) -> None:
    features, labels = drawn(seed, sparse=sparse)
    later = np.where(labels == 3, 0, -1)
    copies = np.repeat(np.arange(len(later)), np.where(later == 0, times, 1))
    heavy = few_shot_probe(features, later, [float(times)], 0.3)
    repeated = few_shot_probe(features[copies], later[copies], [1.0], 0.3)
    np.testing.assert_allclose(heavy.weights, repeated.weights, atol=1e-5)
    np.testing.assert_allclose(heavy.intercept, repeated.intercept, atol=1e-5)


@settings(max_examples=8)
@given(seed=seeds, weight=st.floats(1.0, 50.0))
def test_rows_laid_out_and_sparse_rows_give_the_same(seed: int, weight: float) -> None:
    features, labels = drawn(seed, sparse=True)
    later = np.where(labels >= 2, labels - 2, -1)
    dense = few_shot_probe(features.toarray(), later, [weight, 1.0], 1.0)
    sparse = few_shot_probe(features, later, [weight, 1.0], 1.0)
    np.testing.assert_allclose(sparse.weights, dense.weights, atol=1e-5)
    np.testing.assert_allclose(sparse.intercept, dense.intercept, atol=1e-5)


@pytest.mark.parametrize("sparse", [False, True])
def test_a_class_without_a_row_is_likely_nowhere(sparse: bool) -> None:
    features, labels = drawn(0, sparse=sparse)
    found = few_shot_probe(features, np.full(len(labels), -1), [1.0], 0.3)
    np.testing.assert_array_equal(found.scores(features), np.full((len(labels), 1), -1.0))
