"""Closed forms are worked out in parts, and give what they give when they are worked out at once."""

from __future__ import annotations

from unittest import mock

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import prodcls.ridge
from prodcls.ridge import Dual, Grouped, Primal, Targets, centred_kernel, residuals_left_out


@given(st.lists(st.integers(0, 4), min_size=1, max_size=20), st.data())
def test_targets_are_one_for_the_class_and_minus_one_elsewhere(labels: list[int], data: st.DataObject) -> None:
    targets = Targets(np.array(labels), 5)
    whole = targets.laid_out()
    assert whole.dtype == targets.mean.dtype == np.float32
    assert whole.argmax(axis=1).tolist() == labels
    assert set(np.unique(whole)) == {-1.0, 1.0}
    np.testing.assert_allclose(targets.mean, whole.mean(axis=0), atol=1e-7)
    np.testing.assert_array_equal(targets.laid_out(slice(2, 4)), whole[:, 2:4])
    rows = np.array(data.draw(st.lists(st.integers(0, len(labels) - 1), max_size=9)), dtype=np.intp)
    np.testing.assert_array_equal(targets.take(rows).laid_out(), whole[rows])


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_parts_of_any_size_give_the_same(seed: int, sparse: bool) -> None:
    rng = np.random.default_rng(seed)
    n, d, n_classes = int(rng.integers(8, 40)), int(rng.integers(2, 8)), 5
    dense = (rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.7)).astype(np.float32)
    features = sp.csr_matrix(dense) if sparse else dense
    targets = Targets(rng.integers(n_classes, size=n), n_classes)
    groups = np.r_[0, 1, rng.integers(n // 2, size=n - 2)]
    grouped = Grouped(groups)
    everything = np.arange(n)

    def found() -> list[np.ndarray]:
        primal, dual = Primal(features, targets, 0.5), Dual(centred_kernel(features), targets, 0.5)
        whole = [residuals_left_out(one, grouped, everything) for one in (primal, dual)]
        return [*whole, primal.weights, dual.probe(features)[0], targets.class_sums(features)]

    at_once = found()
    names = {"ROWS_AT_ONCE": 3, "COLUMNS_AT_ONCE": 2, "CELLS_AT_ONCE": 4}
    with mock.patch.multiple(prodcls.ridge, **names):
        in_parts = found()
        primal = Primal(features, targets, 0.5)
    for one, other in zip(at_once, in_parts, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-4)
    np.testing.assert_allclose(at_once[-1], dense.T @ (targets.laid_out() - targets.mean), atol=1e-4)
    np.testing.assert_allclose(at_once[0], at_once[1], atol=1e-3)
    some = rng.permutation(n)[: n // 2]  # rows of a group may be asked for alone
    np.testing.assert_allclose(residuals_left_out(primal, grouped, some), at_once[0][some], atol=1e-4)
    assert residuals_left_out(primal, grouped, some[:0]).shape == (0, n_classes)


def test_a_group_stays_together() -> None:
    grouped = Grouped(np.array([7, 3, 7, 9, 3, 7]))
    assert len(grouped) == 3
    found = {tuple(line) for part in grouped.by_size(np.array([5, 3])) for line in part.tolist()}
    assert found == {(0, 2, 5), (3,)}
