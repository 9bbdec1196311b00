"""What goes without a person is what nothing asks a person for; thresholds count among that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prodcls.calibration import softmax
from prodcls.conformal import held_out_sets
from prodcls.evaluation import OutOfFold, Problem, cross_validate
from prodcls.reporting_cost import BOUNDS, THRESHOLDS, automation, operating_cost, reasons_found
from synthetic import make_sample

COVERAGE = 0.6


def judged() -> tuple[Problem, OutOfFold, np.ndarray]:
    sample = make_sample(60, 3)
    problem = Problem(sample.inputs, sample.labels, sample.groups, np.arange(60) % 3, ("a", "b", "c"))
    scores = cross_validate(problem)
    return problem, scores, softmax(scores.margins, scores.temperature)


def test_products_are_right_or_wrong_unless_something_asks_for_a_person() -> None:
    problem, scores, probabilities = judged()
    reasons = reasons_found(problem, scores, probabilities, COVERAGE)
    sets = held_out_sets(probabilities, problem.labels, problem.groups, COVERAGE)
    several = (sets.sum(axis=1) != 1) | ~sets[np.arange(60), probabilities.argmax(axis=1)]
    assert reasons["not-one-class"].tolist() == several.tolist()
    assert 0 < several.sum() < 60
    assert list(reasons) == ["nothing-known", "not-one-class", "unlike-training", "unusual-number"]
    assert not any(reasons[name].any() for name in reasons if name != "not-one-class")  # 60 products tell nothing
    kept = automation(problem, scores, probabilities, COVERAGE)
    assert kept.tested == 60
    np.testing.assert_array_equal(kept.certainty, probabilities.max(axis=1))
    right = probabilities.argmax(axis=1) == problem.labels
    np.testing.assert_array_equal(kept.right, right)
    np.testing.assert_array_equal(kept.single, ~several)
    assert kept.served.automated == 60 - several.sum()
    assert kept.served.error is not None
    assert kept.served.error.value == (~right[~several]).mean()


def test_what_is_unusual_in_a_fold_is_given_to_a_person() -> None:
    problem, scores, probabilities = judged()
    folds = tuple(replace(f, unusual={"unusual-number": f.rows % 2 == 0}) for f in scores.folds)
    reasons = reasons_found(problem, replace(scores, folds=folds), probabilities, COVERAGE)
    assert reasons["unusual-number"].tolist() == [True, False] * 30
    kept = automation(problem, replace(scores, folds=folds), probabilities, COVERAGE)
    assert (kept.tested, len(kept.certainty), len(kept.single)) == (60, 30, 30)


def test_the_cost_counts_the_same_products() -> None:
    problem, scores, probabilities = judged()
    found = operating_cost(problem, scores, probabilities, COVERAGE, 2.5)
    kept = automation(problem, scores, probabilities, COVERAGE)
    assert found.minutes == 2.5
    assert found.usual == len(kept.certainty)
    assert found.served.automated == kept.served.automated == 60 - found.reasons["not-one-class"]
    assert [p.threshold for p in found.points] == list(THRESHOLDS)
    assert [p.automated for p in found.points] == [int((kept.certainty >= t).sum()) for t in THRESHOLDS]
    assert [b.bound for b in found.bounds] == list(BOUNDS)
