"""Every account is kept by evidence, for the products of the training catalogue alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prodcls.calibration import softmax
from prodcls.conformal import held_out_sets
from prodcls.evaluation import NOT_TESTED, Problem, cross_validate
from prodcls.reporting_accounts import gather_accounts
from prodcls.reporting_kept import any_reason, kept_accounts, kept_automation
from synthetic import make_sample


def problem(fold: np.ndarray) -> Problem:
    sample = make_sample(60, 3)
    return Problem(sample.inputs, sample.labels, sample.groups, fold, ("a", "b", "c"))


def test_the_shares_are_those_of_the_accounts() -> None:
    scores = cross_validate(problem(np.arange(60) % 3))
    accounts, found = gather_accounts(scores), kept_accounts(scores, 60)
    assert accounts is not None
    assert list(found) == [c.key for c in accounts.channels]
    for i, shares in enumerate(found.values()):
        np.testing.assert_array_equal(shares, accounts.shares[:, i].astype(np.float32))


def test_products_of_a_test_catalogue_are_left_out_and_others_have_none() -> None:
    fold = np.full(60, NOT_TESTED)
    fold[50:] = 0
    found = kept_accounts(cross_validate(problem(fold)), 50)
    assert found
    assert all(np.isnan(shares).all() and len(shares) == 50 for shares in found.values())


def test_a_head_without_evidence_has_nothing_to_keep() -> None:
    assert kept_accounts(cross_validate(problem(np.arange(60) % 3), head="flat"), 60) == {}


def test_products_are_kept_as_right_or_wrong_unless_something_asks_for_a_person() -> None:
    posed = problem(np.arange(60) % 3)
    scores = cross_validate(posed)
    probabilities = np.concatenate(
        [softmax(m[None], t) for m, t in zip(scores.margins, scores.temperature, strict=True)]
    )
    asked = any_reason(posed, scores, probabilities, 0.6)
    sets = held_out_sets(probabilities, posed.labels, posed.groups, 0.6)
    assert asked.tolist() == (sets.sum(axis=1) != 1).tolist()  # so few products tell nothing unusual
    assert 0 < asked.sum() < 60
    kept = kept_automation(posed, scores, probabilities, 0.6)
    assert kept.tested == 60
    np.testing.assert_array_equal(kept.certainty, probabilities.max(axis=1)[~asked])
    np.testing.assert_array_equal(kept.right, (probabilities.argmax(axis=1) == posed.labels)[~asked])
    folds = tuple(replace(f, unusual=np.ones(len(f.rows), dtype=np.bool_)) for f in scores.folds)
    assert any_reason(posed, replace(scores, folds=folds), probabilities, 0.6).all()
