"""Worst pairs: counted both ways, with contributions turned towards the true class."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.evaluation import OutOfFold, Problem
from prodcls.evidence import Channel
from prodcls.fold_scores import FoldScores
from prodcls.inputs import Inputs
from prodcls.reporting_accounts import Accounts
from prodcls.reporting_confusions import confused_pairs

LABELS = np.array([0, 0, 0, 1, 1, 2])
BEST = np.array([1, 1, 0, 0, 1, 2])
SECOND = np.array([0, 2, 1, 1, 0, 0])


def scored() -> tuple[Problem, OutOfFold, np.ndarray]:
    rows = np.arange(6)
    prices = np.array([1.0, 3.0, np.nan, 10.0, 20.0, 5.0])
    texts = tuple(f"product {i}\nof a long name" for i in range(6))
    inputs = Inputs(tuple(f"p{i}" for i in rows), {"title": texts}, {}, {"price": prices}, {})
    margins = np.zeros((6, 3))
    margins[rows, SECOND], margins[rows, BEST] = 1.0, 2.0 + rows / 10
    folds = (FoldScores(rows, margins, 1.0, None, {}),)
    probabilities = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    problem = Problem(inputs, LABELS, rows, rows * 0, ("a", "b", "c"))
    return problem, OutOfFold(rows, margins, np.ones(6), folds), probabilities


def test_pairs_are_told_as_they_were_counted() -> None:
    channels = (Channel("title.score", "title", "score"), Channel("price.typical", "price", "typical"))
    shares = np.array([[2.0, 1.0], [9.0, 9.0], [1.0, 0.5], [4.0, 1.0], [3.0, 1.5], [9.0, 9.0]])
    accounts = Accounts(channels, shares, shares, shares, shares.sum(axis=1), np.zeros(6))
    (pair,) = confused_pairs(*scored(), accounts)
    assert (pair.first, pair.second, pair.first_as_second, pair.second_as_first) == ("a", "b", 2, 1)
    assert pair.products == (3, 2)
    assert pair.between == (2, 2)  # the second row has another runner-up
    assert [(g.block, g.right, g.wrong) for g in pair.evidence] == [
        ("title", pytest.approx(2.0), pytest.approx(-3.0)),
        ("price", pytest.approx(1.0), pytest.approx(-1.0)),
    ]
    assert [(n.column, n.first, n.second) for n in pair.numbers] == [("price", 2.0, 15.0)]
    assert [e.id for e in pair.examples] == ["p1", "p3"]
    assert pair.examples[0].title == "product 1 of a long name"
    assert pair.words_first == ()


def test_without_accounts_or_errors_less_is_told() -> None:
    problem, scores, probabilities = scored()
    (pair,) = confused_pairs(problem, scores, probabilities, None)
    assert pair.evidence == ()
    right = Problem(problem.inputs, BEST, problem.groups, problem.fold, problem.classes)
    assert confused_pairs(right, scores, probabilities, None) == ()
