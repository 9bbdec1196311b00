"""The report tells the calibration of the folds' models, and compares what they said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prodcls.calibration import Calibration, softmax
from prodcls.candidates import CANDIDATES
from prodcls.evaluation import OutOfFold, Problem, cross_validate
from prodcls.head import EvidenceHead
from prodcls.metrics import expected_calibration_error, log_loss
from prodcls.recalibration import METHODS
from prodcls.reporting_calibrations import calibrations
from prodcls.splits import stratified_group_folds
from synthetic import make_sample

NAMES = ("a", "b", "c", "d")
SAMPLE = make_sample(120, signal=0.6)
FOLD = stratified_group_folds(SAMPLE.labels, SAMPLE.groups, 3, 0)
PROBLEM = Problem(SAMPLE.inputs, SAMPLE.labels, SAMPLE.groups, FOLD, NAMES)


@pytest.fixture(scope="module")
def scores() -> OutOfFold:
    return cross_validate(PROBLEM)


def test_methods_are_those_compared(scores: OutOfFold) -> None:
    probabilities = softmax(scores.margins, scores.temperature)
    found = calibrations(PROBLEM, scores, probabilities, 0)
    assert found is not None
    assert tuple(m.name for m in found.methods) == METHODS
    served = found.methods[2]
    assert served.log_loss == pytest.approx(log_loss(probabilities, PROBLEM.labels))
    assert served.ece == pytest.approx(expected_calibration_error(probabilities, PROBLEM.labels))
    assert (found.lowest, found.highest) == (scores.temperature.min(), scores.temperature.max())
    assert found.candidates == CANDIDATES


def test_folds_are_counted_by_the_form_of_their_calibration(scores: OutOfFold) -> None:
    forms = (Calibration.plain(1.0), Calibration(1.2, 0.8), Calibration(1.2, 0.8, 0.5))
    folds = []
    for fold, form in zip(scores.folds, forms, strict=True):
        assert fold.model is not None
        assert isinstance(fold.model.head, EvidenceHead)
        folds.append(replace(fold, model=replace(fold.model, head=replace(fold.model.head, calibration=form))))
    found = calibrations(PROBLEM, replace(scores, folds=tuple(folds)), softmax(scores.margins), 0)
    assert found is not None
    assert (found.folds, found.by_doubt, found.stepped) == (3, 2, 1)


def test_the_flat_head_has_none() -> None:
    flat = OutOfFold(np.arange(120), np.zeros((120, 4)), np.ones(120), ())
    assert calibrations(PROBLEM, flat, softmax(flat.margins), 0) is None


def test_what_calibration_took_off_is_put_back(scores: OutOfFold) -> None:
    np.testing.assert_array_equal(scores.uncalibrated(), scores.margins)
    first, *others = scores.folds
    assert first.model is not None
    assert isinstance(first.model.head, EvidenceHead)
    head = replace(first.model.head, calibration=Calibration.plain(1.0))
    head = replace(head, calibration=replace(head.calibration, behind=0.7))
    candidates = np.tile([0, 3, 2], (len(first.rows), 1))
    stepped = replace(first, model=replace(first.model, head=head), candidates=candidates)
    found = replace(scores, folds=(stepped, *others)).uncalibrated()
    expected = scores.margins.copy()
    expected[first.rows, 1] += 0.7
    np.testing.assert_array_equal(found, expected)
