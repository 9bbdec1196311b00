"""The tree says what decides, no more often than it can show on products it has not seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.explain.surrogate import MAX_DEPTH, fit_surrogate


def test_one_evidence_that_decides_is_one_question() -> None:
    rng = np.random.default_rng(0)
    leads = rng.normal(size=(200, 3))
    leads[:, 1] = np.abs(leads[:, 1]) + 0.1
    found = fit_surrogate(leads, np.arange(200) % 5)
    assert found is not None
    assert (found.depth, found.fidelity, found.stump, found.products) == (1, 1.0, 1.0, 200)
    root, below, above = found.nodes
    assert root.feature == 1
    assert root.threshold == pytest.approx(0.0, abs=0.1)
    assert (below.first, above.first, below.share, above.share) == (0.0, 1.0, 0.5, 0.5)


def test_noise_has_the_fidelity_of_a_coin() -> None:
    leads = np.random.default_rng(1).normal(size=(400, 5))
    found = fit_surrogate(leads, np.arange(400) % 5)
    assert found is not None
    assert 0.4 < found.fidelity < 0.6


def test_a_second_question_is_asked_where_it_helps() -> None:
    rng = np.random.default_rng(2)
    leads = np.zeros((300, 2))
    leads[::2, 0] = rng.uniform(1, 2, 150)
    leads[1::2, 1] = rng.uniform(1, 2, 150)
    found = fit_surrogate(leads, np.arange(300) % 5)
    assert found is not None
    assert 2 <= found.depth <= MAX_DEPTH
    assert found.stump < 0.9 < found.fidelity


def test_without_folds_or_evidence_there_is_no_tree() -> None:
    leads = np.random.default_rng(3).normal(size=(20, 2))
    assert fit_surrogate(leads, np.zeros(20, dtype=np.int64)) is None
    assert fit_surrogate(np.zeros((20, 2)), np.arange(20) % 2) is None


@given(st.integers(0, 1000), st.integers(1, 4))
def test_the_nodes_are_a_tree(seed: int, n_evidence: int) -> None:
    rng = np.random.default_rng(seed)
    leads = rng.normal(0.3, 1, size=(60, n_evidence))
    found = fit_surrogate(leads, np.arange(60) % 3)
    assert found is not None
    assert found.depth <= MAX_DEPTH
    reached = sorted(n for node in found.nodes for n in (node.below, node.above) if n >= 0)
    assert reached == list(range(1, len(found.nodes)))
    for node in found.nodes:
        if node.feature is not None:
            assert not (
                found.nodes[node.below].feature is None
                and found.nodes[node.above].feature is None
                and (found.nodes[node.below].first > 0.5) == (found.nodes[node.above].first > 0.5)
            )
            below, above = found.nodes[node.below], found.nodes[node.above]
            assert below.share + above.share == pytest.approx(node.share)
            assert below.share * below.first + above.share * above.first == pytest.approx(node.share * node.first)
