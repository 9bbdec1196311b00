"""Every account is kept by evidence, for the products of the training catalogue alone."""

from __future__ import annotations

import numpy as np

from prodcls.evaluation import NOT_TESTED, Problem, cross_validate
from prodcls.reporting_accounts import gather_accounts
from prodcls.reporting_kept import kept_accounts
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
