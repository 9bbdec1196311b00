"""Dossiers show what a reader should see, and sums over accounts are sums over accounts."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.evaluation import OutOfFold, Problem, cross_validate
from prodcls.evidence import Channel
from prodcls.explain.account import EvidenceAccount
from prodcls.fold_scores import FoldScores
from prodcls.reporting_accounts import (
    SAMPLE,
    SUSPECT,
    Accounts,
    choose_dossiers,
    explanation_section,
    gather_accounts,
    in_words,
)
from synthetic import make_sample

TEXT, PRICE, PRIOR = (
    Channel("text.score", "text", "score"),
    Channel("price.typical", "price", "typical"),
    Channel("prior", "prior", "prior"),
)
KINDS = {"right": 0, "wrong": 1, "suspect": 2, "uncertain": 3}


def make_account(channels: tuple[Channel, ...], shares: np.ndarray) -> EvidenceAccount:
    nothing = np.zeros(len(shares))
    return EvidenceAccount(
        channels=channels,
        values_a=shares + 1,
        values_b=np.ones_like(shares),
        pool=0.75 * shares,
        correction=0.25 * shares,
        offset=nothing,
        behind=nothing,
        temperature=nothing + 1.0,
        margin=shares.sum(axis=1),
        residual=nothing,
    )


def make_scores(folds: list[tuple[list[int], EvidenceAccount | None]]) -> OutOfFold:
    found = [FoldScores(np.array(rows), np.zeros((len(rows), 2)), 1.0, account, {}) for rows, account in folds]
    rows = np.sort(np.concatenate([f.rows for f in found]))
    return OutOfFold(rows, np.zeros((len(rows), 2)), np.ones(len(rows)), tuple(found))


def test_accounts_come_in_the_order_of_the_rows_with_channels_matched() -> None:
    first = make_account((TEXT, PRICE), np.array([[1.0, 2.0], [3.0, 4.0]]))
    second = make_account((TEXT, PRIOR), np.array([[5.0, 6.0]]))
    accounts = gather_accounts(make_scores([([0, 2], first), ([1], second)]))
    assert accounts is not None
    assert accounts.channels == (TEXT, PRICE, PRIOR)
    assert accounts.shares.tolist() == [[1, 2, 0], [5, 0, 6], [3, 4, 0]]
    assert accounts.values_a.tolist() == [[2, 3, 0], [6, 0, 7], [4, 5, 0]]
    assert accounts.values_b.tolist() == [[1, 1, 0], [1, 0, 1], [1, 1, 0]]
    assert accounts.margin.tolist() == [3, 11, 7]


def test_a_fold_without_an_account_leaves_none() -> None:
    account = make_account((TEXT,), np.ones((1, 1)))
    assert gather_accounts(make_scores([([0], None), ([1], None)])) is None
    assert gather_accounts(make_scores([([0], account), ([1], None)])) is None


def test_real_accounts_sum_to_their_margins() -> None:
    sample = make_sample(90)
    problem = Problem(sample.inputs, sample.labels, sample.groups, np.arange(90) % 3, ("a", "b", "c", "d"))
    scores = cross_validate(problem)
    accounts = gather_accounts(scores)
    assert accounts is not None
    np.testing.assert_allclose(accounts.shares.sum(axis=1), accounts.margin, atol=1e-9)
    best = np.take_along_axis(scores.margins, scores.ranked, axis=1)
    np.testing.assert_allclose(accounts.margin, (best[:, 0] - best[:, 1]) / scores.temperature)
    section = explanation_section(accounts, 0)
    assert sum(section.block_shares.values()) == pytest.approx(1.0)
    assert section.max_residual == np.abs(accounts.residual).max() < 1e-9
    assert section.sampled == 90


def make_accounts(shares: np.ndarray) -> Accounts:
    zeros = np.zeros_like(shares)
    residual = np.linspace(-2e-9, 1e-9, len(shares))
    return Accounts((TEXT, PRICE, PRIOR), shares, zeros, shares, shares.sum(axis=1), residual)


def test_the_section_sums_up_what_was_relied_on() -> None:
    section = explanation_section(make_accounts(np.array([[1.0, -3.0, 0.0], [2.0, 0.0, 0.0]])), 0)
    assert section.block_shares == pytest.approx({"text": 0.5, "price": 0.5, "prior": 0.0})
    assert [s.key for s in section.beeswarm] == ["text.score", "price.typical", "prior"]
    assert [s.mean_abs for s in section.beeswarm] == [1.5, 1.5, 0.0]
    assert section.beeswarm[0].contributions == (1.0, 2.0)
    assert section.beeswarm[1].contributions == (-3.0, 0.0)
    assert section.beeswarm[0].levels == (0.25, 0.75)
    assert section.beeswarm[2].levels == (0.5, 0.5)
    assert section.max_residual == 2e-9


def test_blocks_and_evidence_come_largest_first() -> None:
    section = explanation_section(make_accounts(np.array([[0.1, -3.0, 1.0], [0.2, 2.0, -1.0]])), 0)
    assert list(section.block_shares) == ["price", "prior", "text"]
    assert [s.block for s in section.beeswarm] == ["price", "prior", "text"]


def test_the_sample_is_drawn_by_seed_and_limited() -> None:
    accounts = make_accounts(np.random.default_rng(0).normal(size=(SAMPLE + 50, 3)))
    first, again, other = (explanation_section(accounts, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.sampled == len(first.beeswarm[0].contributions) == SAMPLE
    assert first.beeswarm[0].contributions != other.beeswarm[0].contributions
    assert first.max_residual == 2e-9  # over all, not over the sample


def test_all_kinds_of_evidence_have_words() -> None:
    for kind in ("score", "neighbours", "closest", "typical", "affinity"):
        assert "title" in in_words(Channel(f"title.{kind}", "title", kind))
    assert in_words(PRIOR) == "how common the class is"


@st.composite
def outcomes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    m = draw(st.integers(1, 30))
    labels = np.array(draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)))
    best = np.array(draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)))
    first = np.array(draw(st.lists(st.floats(0.5, 1.0), min_size=m, max_size=m)))
    return labels, np.stack([best, (best + 1) % 4], axis=1), np.stack([first, 1 - first], axis=1)


@settings(deadline=None, max_examples=150)
@given(outcomes(), st.integers(0, 40))
def test_dossiers_are_as_many_as_asked_for_and_of_the_kind_they_say(
    case: tuple[np.ndarray, np.ndarray, np.ndarray], count: int
) -> None:
    labels, ranked, top = case
    chosen = choose_dossiers(labels, ranked, top, count)
    assert len(chosen) == min(count, len(labels))
    assert len({i for i, _ in chosen}) == len(chosen)
    assert chosen == sorted(chosen, key=lambda item: (KINDS[item[1]], item[0]))
    for i, kind in chosen:
        wrong = ranked[i, 0] != labels[i]
        assert {"right": not wrong, "uncertain": True}.get(kind, wrong)
        assert kind != "suspect" or top[i, 0] >= SUSPECT


def test_the_kinds_share_the_places() -> None:
    labels = np.repeat([0, 1, 2], 20)
    ranked = np.stack([labels, (labels + 1) % 3], axis=1)
    ranked[::6] = ranked[::6, ::-1]  # ten errors
    first = np.linspace(0.5, 0.99, 60)
    chosen = choose_dossiers(labels, ranked, np.stack([first, 1 - first], axis=1), 12)
    kinds = Counter(kind for _, kind in chosen)
    assert kinds["right"] == 3
    assert kinds["uncertain"] == 3
    assert kinds["suspect"] == 1  # row 54 is wrong at .9 and more
    assert {i for i, kind in chosen if kind == "wrong"} == {48, 42, 36, 30, 24}
    assert {i for i, kind in chosen if kind == "uncertain"} == {0, 1, 2}
    assert len({labels[i] for i, kind in chosen if kind == "right"}) == 3


def test_places_of_a_kind_that_runs_out_are_filled() -> None:
    labels = np.zeros(12, dtype=np.int64)
    ranked = np.tile([0, 1], (12, 1))
    top = np.tile([0.8, 0.2], (12, 1))
    assert len(choose_dossiers(labels, ranked, top, 9)) == 9
    assert Counter(kind for _, kind in choose_dossiers(labels, 1 - ranked, top, 9))["wrong"] == 6
