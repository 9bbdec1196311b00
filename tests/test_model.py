"""Either head gives probabilities through one interface."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from prodcls.calibration import softmax
from prodcls.config import Head
from prodcls.head import EvidenceHead
from prodcls.model import Model, fit_model
from synthetic import boosted, make_sample, without_evidence

SAMPLE = make_sample(160, signal=1.5)
NAMES = ("a", "b", "c", "d")


@pytest.mark.parametrize("head", get_args(Head))
def test_new_products_get_probabilities_and_mostly_the_right_class(head: Head) -> None:
    train, test = np.arange(100), np.arange(100, 160)
    part = SAMPLE.take(train)
    model = fit_model(part.inputs, part.labels, part.groups, NAMES, head=head).model
    assert model.classes == NAMES
    probabilities = model.probabilities(SAMPLE.inputs.take(test))
    assert probabilities.shape == (60, 4)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert np.all(probabilities >= 0)
    assert (probabilities.argmax(axis=1) == SAMPLE.labels[test]).mean() > 0.8


@pytest.mark.parametrize("head", get_args(Head))
def test_nothing_known_and_no_rows_are_no_error(head: Head) -> None:
    model = fit_model(SAMPLE.inputs, SAMPLE.labels, SAMPLE.groups, NAMES, head=head).model
    unknown = model.probabilities(without_evidence(SAMPLE.inputs))
    np.testing.assert_allclose(unknown, unknown[:1].repeat(160, axis=0))
    assert model.probabilities(SAMPLE.inputs.take(np.empty(0, dtype=np.intp))).shape == (0, 4)


def test_the_evidence_head_is_served_at_its_temperature() -> None:
    fit = fit_model(SAMPLE.inputs, SAMPLE.labels, SAMPLE.groups, NAMES)
    assert isinstance(fit.model.head, EvidenceHead)
    assert fit.details is not None
    assert fit.details.head is fit.model.head
    margins = fit.model.head.margins(SAMPLE.inputs).total
    expected = softmax(margins, fit.model.head.calibration.temperatures(margins))
    np.testing.assert_array_equal(fit.model.probabilities(SAMPLE.inputs), expected)


def test_the_correction_is_served() -> None:
    sample = make_sample(160, signal=0.4)
    head = boosted(sample).head
    margins = head.margins(sample.inputs)
    expected = softmax(margins.total, head.calibration.temperatures(margins.total))
    assert np.abs(margins.total - margins.pooled).max() > 0.01
    np.testing.assert_allclose(Model(NAMES, head).probabilities(sample.inputs), expected)


def test_the_flat_head_has_no_details() -> None:
    assert fit_model(SAMPLE.inputs, SAMPLE.labels, SAMPLE.groups, NAMES, head="flat").details is None
