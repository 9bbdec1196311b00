"""Parts of the training rows: nested, of whole groups, judged on rows that none of them holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bundle_factory import contents
from prodcls import learning
from prodcls.evaluation import Problem, cross_validate
from prodcls.inputs import Inputs
from prodcls.model import ModelFit


def problem() -> Problem:
    given = contents()
    names = given.model.classes
    labels = np.array([names.index(label) for label in given.catalogue.labels or ()], dtype=np.int64)
    rows = np.arange(len(labels))
    return Problem(given.inputs, labels, rows // 2, rows // 2 % 3, names)


def test_parts_grow_and_keep_to_the_training_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    given = problem()
    fitted: list[set[str]] = []
    real = learning.fit_model

    def spy(inputs: Inputs, *rest: Any, **options: Any) -> ModelFit:
        fitted.append(set(inputs.ids))
        return real(inputs, *rest, **options)

    monkeypatch.setattr(learning, "fit_model", spy)
    found = cross_validate(given, parts=True).learning
    assert [len(ids) for ids in fitted] == [p.rows for p in found]
    assert fitted[0] < fitted[1]
    judged = {given.inputs.ids[i] for i in np.flatnonzero(given.fold == 0)}
    assert not fitted[1] & judged
    assert {p.judged for p in found} == {len(judged)}
    assert found[0].rows == pytest.approx((given.fold != 0).sum() / 4, abs=4)
    assert all(0 < p.right <= p.judged for p in found)
    for ids in fitted:
        groups = [g for g, name in zip(given.groups, given.inputs.ids, strict=True) if name in ids]
        assert len(groups) == 2 * len(set(groups))


def test_none_are_fitted_unasked_or_where_they_cost_much(monkeypatch: pytest.MonkeyPatch) -> None:
    given = problem()
    assert cross_validate(given).learning == ()
    monkeypatch.setattr("prodcls.evaluation.LARGEST", 10)
    assert cross_validate(given, parts=True).learning == ()
