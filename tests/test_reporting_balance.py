"""What balance changes is counted on the out-of-fold predictions, by size of the classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prodcls.config import FitConfig
from prodcls.evaluation import NOT_TESTED, OutOfFold, Problem, cross_validate
from prodcls.reporting_balance import balance_lines, balance_section
from prodcls.splits import stratified_group_folds
from synthetic import make_sample

SIZES = (200, 80, 40, 20, 20, 20)
CONFIG = FitConfig()


def long_tailed() -> Problem:
    sample = make_sample(6 * SIZES[0], 6, signal=0.5)
    rows = np.concatenate([np.flatnonzero(sample.labels == k)[:size] for k, size in enumerate(SIZES)])
    part = sample.take(np.sort(rows))
    fold = stratified_group_folds(part.labels, part.groups, 3, 0)
    return Problem(part.inputs, part.labels, part.groups, fold, tuple("ABCDEF"))


@pytest.fixture(scope="module")
def judged() -> tuple[Problem, OutOfFold]:
    problem = long_tailed()
    return problem, cross_validate(problem)


def test_the_difference_is_that_to_the_same_models_without_balance(judged: tuple[Problem, OutOfFold]) -> None:
    problem, scores = judged
    plain = cross_validate(problem, balance="none")
    assert any(f.unbalanced is not None for f in scores.folds)
    np.testing.assert_array_equal(scores.unbalanced, plain.ranked[:, 0])
    found = balance_section(problem, scores, CONFIG, 0.4)
    assert found is not None
    assert (found.objective, found.strength) == ("macro-f1", 0.4)
    heads = [f.model.head for f in scores.folds if f.model is not None]
    assert found.folds == tuple(head.balance for head in heads)
    before, after = (s.ranked[:, 0] == problem.labels for s in (plain, scores))
    assert (found.gained, found.lost) == (int((after & ~before).sum()), int((before & ~after).sum()))
    assert found.accuracy.value == pytest.approx(after.mean() - before.mean())


def test_groups_are_thirds_of_the_classes(judged: tuple[Problem, OutOfFold]) -> None:
    problem, scores = judged
    found = balance_section(problem, scores, CONFIG, 0.0)
    assert found is not None
    assert [(g.classes, g.fewest, g.most, g.products) for g in found.groups] == [
        (2, 20, 20, 40),
        (2, 20, 40, 60),
        (2, 80, 200, 280),
    ]
    large = np.isin(problem.labels, [0, 1])
    right = scores.ranked[:, 0] == problem.labels
    assert found.groups[-1].recall.value == pytest.approx(right[large].mean())
    assert found.groups[-1].recall.low < found.groups[-1].recall.value < found.groups[-1].recall.high
    tested = np.arange(len(problem.labels)) % 4 == 0  # sizes are those of what is trained on
    fold = np.where(tested, 0, NOT_TESTED)
    apart = balance_section(replace(problem, fold=fold), scores, CONFIG, 0.0)
    assert apart is not None
    assert apart.groups[-1].most == int((~tested & (problem.labels == 0)).sum())


def test_classes_of_one_size_have_no_groups_and_a_flat_head_has_no_balance() -> None:
    sample = make_sample(60, 3)
    problem = Problem(sample.inputs, sample.labels, sample.groups, np.arange(60) // 3 % 3, ("A", "B", "C"))
    found = balance_section(problem, cross_validate(problem), CONFIG, 0.0)
    assert found is not None
    assert (found.groups, found.folds, found.gained, found.lost) == ((), (0.0, 0.0, 0.0), 0, 0)
    assert list(balance_lines(found)) == list(balance_lines(None)) == []
    assert balance_section(problem, cross_validate(problem, head="flat"), CONFIG, 0.0) is None


def test_the_terminal_tells_of_balance_where_there_is_some(judged: tuple[Problem, OutOfFold]) -> None:
    found = balance_section(*judged, CONFIG, 0.4)
    (line,) = balance_lines(found)
    assert line.startswith("large classes are held back by 0.4 (--balance macro-f1); out of fold accuracy ")
    assert found is not None
    assert f"macro-F1 {found.macro_f1.value:+.3f}" in line
