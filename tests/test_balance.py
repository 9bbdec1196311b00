"""Large classes are held back where macro-F1 shows it, by an exact piece of evidence, and never without need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from prodcls.balance import STRENGTHS, UNBALANCED, choose_balance, lean
from prodcls.evidence import Channel
from prodcls.explain.account import explain_evidence
from prodcls.head import HeadFit, fit_head
from prodcls.inputs import Inputs
from prodcls.pool import Pool
from prodcls.splits import stratified_group_folds
from synthetic import Sample, embeddings, make_sample

SIZES = (260, 60, 20, 8)
TAIL = (200, 80, 40, 20, 20, 20)
CHANNELS = (Channel("text.score", "text", "score"), Channel("prior", "prior", "prior"))


@dataclass(frozen=True)
class Fitted:
    """Heads of the same long-tailed sample with and without balance, and new products."""

    new: Sample
    balanced: HeadFit
    plain: HeadFit


def log_shares(labels: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    counts = np.bincount(labels, minlength=n_classes) + 0.5
    shares: NDArray[np.float64] = np.log(counts / counts.sum())
    return shares


def leaning_margins(
    sizes: tuple[int, ...], lean_by: float, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return margins that lean to large classes by ``lean_by`` times the logarithm of their share, and labels."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes).astype(np.int64)
    margins = rng.normal(size=(len(labels), len(sizes))) + 2.5 * np.eye(len(sizes))[labels]
    return margins + lean_by * log_shares(labels, len(sizes)), labels


def parts() -> tuple[Sample, Sample]:
    """Return a long-tailed sample, and as many products of every class that it does not hold."""
    sample = make_sample(6 * 240, 6, signal=0.5)
    of_class = [np.flatnonzero(sample.labels == k) for k in range(6)]
    rows = np.sort(np.concatenate([found[:size] for found, size in zip(of_class, TAIL, strict=True)]))
    return sample.take(rows), sample.take(np.sort(np.concatenate([found[-40:] for found in of_class])))


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    learned, new = parts()
    found = (fit_head(learned.inputs, learned.labels, learned.groups, 6, balance=b) for b in ("macro-f1", "none"))
    return Fitted(new, *found)


@given(st.integers(2, 6), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_nothing_changes_with_classes_of_one_size(n_classes: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(n_classes), size).astype(np.int64)
    margins = rng.normal(size=(len(labels), n_classes))
    for objective in ("macro-f1", "accuracy"):
        assert choose_balance(margins, labels, log_shares(labels, n_classes), objective) == UNBALANCED


def test_nothing_changes_where_it_is_not_asked_for_or_nothing_is_known() -> None:
    margins, labels = leaning_margins(SIZES, 1.5)
    assert choose_balance(margins, labels, log_shares(labels, 4), "none") == UNBALANCED
    assert choose_balance(margins[:0], labels[:0], log_shares(labels, 4), "macro-f1") == UNBALANCED


def test_a_lean_to_large_classes_is_taken_back() -> None:
    margins, labels = leaning_margins(SIZES, 1.0)
    shares = log_shares(labels, 4)
    found = choose_balance(margins, labels, shares, "macro-f1")
    assert found.strength in STRENGTHS[1:]
    assert found.effect is not None
    assert found.effect.macro_f1.low > 0
    guesses = [(margins - strength * shares).argmax(axis=1) for strength in (0.0, found.strength)]
    before, after = ([(guess[labels == k] == k).mean() for k in range(4)] for guess in guesses)
    assert np.mean(after[2:]) > np.mean(before[2:])
    assert found.effect.right_after == (guesses[1] == labels).sum()


@pytest.mark.parametrize("seed", range(5))
def test_margins_without_a_lean_are_left_alone(seed: int) -> None:
    margins, labels = leaning_margins((40, 30, 25, 20), 0.0, seed)
    assert choose_balance(margins, labels, log_shares(labels, 4), "macro-f1") == UNBALANCED


def test_what_is_gained_by_one_row_is_chance() -> None:
    labels = np.repeat([0, 1], [30, 3]).astype(np.int64)
    margins = np.where(np.eye(2, dtype=np.bool_)[labels], 4.0, 0.0)
    margins[-1] = (0.5, 0.0)
    assert choose_balance(margins, labels, log_shares(labels, 2), "macro-f1") == UNBALANCED


def test_leaning_and_back_is_the_same_pool() -> None:
    pool = Pool(np.array([2.0, 0.25]))
    leant = lean(pool, CHANNELS, 0.5)
    np.testing.assert_allclose(leant.weights, [2.0, -0.25])
    np.testing.assert_allclose(lean(leant, CHANNELS, -0.5).weights, pool.weights)
    assert lean(pool, CHANNELS, 0.0) is pool


def test_small_classes_are_found_more_often(fitted: Fitted) -> None:
    assert fitted.balanced.balance.strength == fitted.balanced.head.balance > 0
    assert fitted.plain.head.balance == 0
    new, recall = fitted.new, []
    for fit in (fitted.plain, fitted.balanced):
        guess = fit.head.margins(new.inputs).total.argmax(axis=1)
        recall.append(np.mean([(guess[new.labels == k] == k).mean() for k in (3, 4, 5)]))
    assert recall[1] > recall[0] + 0.05


def test_the_balance_is_all_that_is_between_both_heads(fitted: Fitted) -> None:
    head, inputs = fitted.balanced.head, fitted.new.inputs
    plain = fitted.plain.head.margins(inputs).total
    served = head.margins(inputs).total
    np.testing.assert_allclose(served, plain - head.balance * head.evidence.log_prior, atol=1e-9)
    np.testing.assert_allclose(head.unbalanced(served), plain, atol=1e-9)


def test_sizes_from_three_to_a_thousand() -> None:
    sizes = [1000, 150, 60, *(3 + i % 10 for i in range(20))]
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes)).astype(np.int64)
    vectors = rng.normal(size=(len(sizes), 16))[labels] + 0.8 * rng.normal(size=(len(labels), 16))
    ids = tuple(str(i) for i in range(len(labels)))
    texts = {"title": tuple(f"w{k if rng.random() < 0.5 else 0}" for k in labels)}
    inputs = Inputs(ids, texts, {"title": embeddings("title", vectors)}, {}, {})
    groups = np.arange(len(labels))
    fold = stratified_group_folds(labels, groups, 5, 0)
    assert (np.bincount(labels[fold == 4], minlength=len(sizes)) == 0).any()  # classes that are smaller than the folds
    train, test = np.flatnonzero(fold > 0), np.flatnonzero(fold == 0)
    head = fit_head(inputs.take(train), labels[train], groups[train], len(sizes)).head
    guess = head.margins(inputs.take(test)).total.argmax(axis=1)
    small = labels[test] > 2
    assert (guess == labels[test])[small].mean() > 0.5
    assert (guess == labels[test])[~small].mean() > 0.9


def test_an_account_shows_the_balance_as_evidence_of_the_size_of_the_class(fitted: Fitted) -> None:
    head = fitted.balanced.head
    margins = head.margins(fitted.new.inputs)
    best = np.argsort(-margins.total, axis=1)
    account = explain_evidence(head, margins, best[:, 0], best[:, 1])
    temperatures = head.calibration.temperatures(margins.total)
    logits = margins.total / temperatures[:, None]
    rows = np.arange(len(best))
    np.testing.assert_allclose(account.margin, logits[rows, best[:, 0]] - logits[rows, best[:, 1]])
    assert np.abs(account.residual).max() < 1e-9
    weight = (fitted.plain.head.pool.weights[-1] - head.balance) / temperatures
    difference = head.evidence.log_prior[best[:, 0]] - head.evidence.log_prior[best[:, 1]]
    np.testing.assert_allclose(account.pool[:, -1], weight * difference)
