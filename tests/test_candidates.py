"""The best classes come first, their leads are evidence, and the true class can be put among them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from prodcls.candidates import best_classes, candidate_evidence, feature_channels, with_truth
from prodcls.evidence import Channel

DESCRIBED = (
    Channel("text.score", "text", "score"),
    Channel("price.typical", "price", "typical"),
    Channel("text.neighbours", "text", "neighbours"),
    Channel("text.closest", "text", "closest"),
    Channel("prior", "prior", "prior"),
)


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(np.float64, (3, 5, 5), elements=st.sampled_from([0.0, 0.5, 1.0, -2.0, 7.0])), st.integers(1, 5))
def test_leads_are_distances_to_the_best_other_class(channels: np.ndarray, count: int) -> None:
    candidates = best_classes(channels[:, :, 0], count)
    evidence = candidate_evidence(channels, candidates, DESCRIBED)
    owners = feature_channels(DESCRIBED)
    assert owners == (0, 1, 2, 3, 4, 0, 2)
    assert evidence.shape == (3, count, len(owners))
    for i, place in np.ndindex(3, count):
        k = candidates[i, place]
        np.testing.assert_array_equal(evidence[i, place, :5], channels[i, k])
        for feature in (5, 6):
            others = np.delete(channels[i, :, owners[feature]], k)
            assert evidence[i, place, feature] == channels[i, k, owners[feature]] - others.max()


def test_a_single_class_leads_by_nothing() -> None:
    evidence = candidate_evidence(np.ones((2, 1, 5)), np.zeros((2, 1), dtype=np.int64), DESCRIBED)
    assert evidence[:, :, 5:].tolist() == [[[0, 0]], [[0, 0]]]


@given(hnp.arrays(np.float64, (4, 6), elements=st.integers(0, 3)), st.integers(1, 8))
def test_best_classes_come_first_and_ties_by_number(scores: np.ndarray, count: int) -> None:
    expected = [sorted(range(6), key=lambda k, row=row: (-row[k], k))[:count] for row in scores]  # type: ignore[misc]
    assert best_classes(scores, count).tolist() == expected


@given(st.integers(0, 999), st.integers(1, 6))
def test_the_true_class_is_always_among_the_candidates(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    candidates, labels = best_classes(rng.normal(size=(8, 6)), count), rng.integers(6, size=8)
    out, truth = with_truth(candidates, labels)
    np.testing.assert_array_equal(out[np.arange(8), truth], labels)
    for before, after, label in zip(candidates, out, labels, strict=True):
        assert len(set(after)) == count
        assert after[:-1].tolist() == before[:-1].tolist()
        assert label not in before or after.tolist() == before.tolist()
