"""Doubtful labels: the rule by hand, planted errors among noise, and groups that contradict themselves."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.quality.labels import conflicting_groups, suspected_labels

PLENTY = 400


def test_the_thresholds_are_the_mean_self_confidence_of_each_class() -> None:
    # Means of the own class: .7 and .6. The last row reaches .6 of class 1 and is labelled 0.
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.4, 0.6], [0.4, 0.6]])
    labels = np.array([0, 0, 1, 1, 0])
    found = suspected_labels(probabilities, labels)
    assert found.rows.tolist() == [4]
    assert (found.likely.tolist(), found.own.tolist(), found.other.tolist()) == ([1], [0.4], [0.6])
    assert found.joint.tolist() == [[2, 1], [0, 2]]


def test_the_least_probable_label_comes_first_and_unknown_products_are_left_out() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.05, 0.95], [0.1, 0.9], [np.nan, np.nan]])
    found = suspected_labels(probabilities, np.array([0, 0, 0, 0, 1, 1]))
    assert found.rows.tolist() == [3, 2]


@pytest.mark.parametrize("seed", range(5))
def test_planted_errors_are_found_and_little_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=PLENTY)
    logits = rng.normal(size=(PLENTY, 3)) + 6 * np.eye(3)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wrong = rng.permutation(PLENTY)[:20]
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + 1) % 3
    found = set(suspected_labels(probabilities, labels).rows.tolist())
    assert len(found & set(wrong.tolist())) >= 0.8 * len(wrong)
    assert len(found & set(wrong.tolist())) >= 0.6 * len(found)


def test_probabilities_that_agree_raise_no_suspicion() -> None:
    labels = np.arange(30) % 3
    assert not len(suspected_labels(np.eye(3)[labels], labels).rows)
    assert not len(suspected_labels(np.full((30, 3), 1 / 3), labels).rows)


def test_groups_with_two_labels_are_found_in_order() -> None:
    groups = np.array([5, 1, 1, 5, 2, 2])
    found = conflicting_groups(groups, np.array([0, 0, 1, 1, 0, 0]))
    assert [rows.tolist() for rows in found] == [[0, 3], [1, 2]]
    assert conflicting_groups(groups[:0], groups[:0]) == ()
