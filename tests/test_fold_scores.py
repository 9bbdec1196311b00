"""Products of a fold are scored some at a time, and get what they would get together."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

import prodcls.fold_scores
from prodcls.explain.views import FoldView, Judged
from prodcls.fold_scores import score_fold
from prodcls.head import EvidenceHead
from prodcls.model import ModelFit, fit_model
from synthetic import make_sample

SAMPLE = make_sample(150, 25, signal=1.0)
TRAIN, TEST = np.arange(100), np.arange(100, 150)


@pytest.fixture(scope="module")
def fit() -> ModelFit:
    """A model with a step behind the shortlist, that holds large classes back."""
    part = SAMPLE.take(TRAIN)
    found = fit_model(part.inputs, part.labels, part.groups, tuple(f"{k:02d}" for k in range(25)))
    head = found.model.head
    assert isinstance(head, EvidenceHead)
    head = replace(head, calibration=replace(head.calibration, behind=0.7), balance=0.3)
    return replace(found, model=replace(found.model, head=head))


def test_parts_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch, fit: ModelFit) -> None:
    whole = score_fold(fit, SAMPLE.inputs, TEST, None)
    seen: list[Judged] = []

    def look(judged: Judged) -> FoldView:
        seen.append(judged)
        return FoldView((), (), {})

    monkeypatch.setattr(prodcls.fold_scores, "CELLS_AT_ONCE", 25 * 10 * 7)
    parts = score_fold(fit, SAMPLE.inputs, TEST, look)
    assert parts.view == FoldView((), (), {})
    assert [judged.rows.tolist() for judged in seen] == [TEST[:7].tolist()]  # memory is for one part
    np.testing.assert_array_equal(parts.rows, TEST)
    for name in ("margins", "temperature", "candidates", "unbalanced"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), atol=1e-5)
    for name in ("ablation", "unusual"):
        one, other = getattr(parts, name), getattr(whole, name)
        assert one.keys() == other.keys()
        for key in one:
            np.testing.assert_array_equal(one[key], other[key])
    assert parts.account is not None
    assert whole.account is not None
    for each in fields(whole.account)[1:]:
        np.testing.assert_allclose(getattr(parts.account, each.name), getattr(whole.account, each.name), atol=1e-5)


def test_what_calibration_took_off_is_put_back_for_all_but_the_candidates(fit: ModelFit) -> None:
    found = score_fold(fit, SAMPLE.inputs, TEST, None)
    put_back = found.uncalibrated() - found.margins
    assert found.candidates is not None
    inside = np.zeros(put_back.shape, dtype=np.bool_)
    np.put_along_axis(inside, found.candidates, values=True, axis=1)
    np.testing.assert_allclose(put_back, np.where(inside, 0.0, 0.7))
