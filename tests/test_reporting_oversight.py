"""The review queue holds what needs a person, most pressing first, and no reason crowds out another."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.audit_oversight import REASONS
from prodcls.demo import write_demo
from prodcls.evaluation import OutOfFold, Problem
from prodcls.fold_scores import FoldScores
from prodcls.inputs import Inputs
from prodcls.reporting_accounts import SUSPECT
from prodcls.reporting_oversight import CLOSE, QUEUE, Judged, anything_known, choose_queue
from prodcls.training import FitOutcome

orders = st.dictionaries(st.sampled_from(REASONS), st.lists(st.integers(0, 30), unique=True, max_size=20))


@given(orders, st.integers(0, 40))
def test_the_queue_takes_each_reason_in_its_turn(order: dict[str, list[int]], count: int) -> None:
    queue = choose_queue(order, count)
    assert len(queue) == len(set(queue)) == min(count, len(set().union(*order.values())))
    if count >= len(order):
        assert all(rows[0] in queue for rows in order.values() if rows)
    everything = choose_queue(order, 1000)
    assert set(queue) <= set(everything)


def make_judged(top: list[tuple[float, float]], *, wrong: list[bool], known: list[bool]) -> Judged:
    ranked = np.tile(np.array([[0, 1]]), (len(top), 1))
    return Judged(np.array(wrong, dtype=np.int64), ranked, np.array(top), np.array(known))


def test_reasons_are_what_they_say() -> None:
    judged = make_judged(
        [(SUSPECT, 0.05), (SUSPECT, 0.05), (0.5, 0.5 - CLOSE), (0.5, 0.31), (0.99, 0.0), (0.4, 0.39)],
        wrong=[True, False, True, True, True, False],
        known=[True, True, True, True, False, False],
    )
    found = {name: np.flatnonzero(rows).tolist() for name, rows in judged.reasons().items()}
    assert found == {"unknown": [4, 5], "doubt": [0], "close": [3]}
    assert list(found) == list(REASONS)


def test_the_most_pressing_come_first() -> None:
    judged = make_judged(
        [(0.91, 0.0), (0.99, 0.0), (0.5, 0.49), (0.45, 0.45), (0.9, 0.1), (0.2, 0.1)],
        wrong=[True, True, False, False, False, False],
        known=[True, True, True, True, False, False],
    )
    assert judged.order() == {"unknown": [5, 4], "doubt": [1, 0], "close": [3, 2]}


def test_a_category_that_only_the_fold_has_is_unknown() -> None:
    inputs = Inputs(
        ids=("a", "b", "c", "d"),
        texts={},
        dense={},
        numeric={"price": np.array([np.nan, np.nan, np.nan, 3.0])},
        categorical={"brand": ("x", "x", "y", "")},
    )
    nothing = np.zeros(4, dtype=np.int64)
    problem = Problem(inputs, nothing, nothing, np.array([0, 1, 0, 1]), ("A", "B"))
    folds = tuple(FoldScores(np.array(rows), np.zeros((2, 2)), 1.0, None, {}) for rows in ([0, 2], [1, 3]))
    scores = OutOfFold(np.arange(4), np.zeros((4, 2)), np.ones(4), folds)
    assert anything_known(problem, scores).tolist() == [True, True, False, True]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("planted")
    write_demo(folder)
    return set(json.loads((folder / "planted.json").read_text(encoding="utf-8"))["mislabelled"])


def test_planted_label_errors_of_the_demo_are_in_the_queue(fitted_demo: FitOutcome, planted: set[str]) -> None:
    found = fitted_demo.report.oversight
    assert found is not None
    assert len(found.queue) == min(found.waiting, QUEUE)
    assert set(found.counts) == set(REASONS)
    doubted = {item.id for item in found.queue if "doubt" in item.reasons}
    assert len(doubted & planted) >= 0.75 * len(planted)
    assert found.errors_waiting >= 0.5 * found.errors
