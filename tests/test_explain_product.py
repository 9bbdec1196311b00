"""Margins and probabilities are those that are served."""

from __future__ import annotations

import numpy as np
import pytest

import prodcls.explain.product as module
from bundle_factory import contents
from prodcls.explain.product import REST, class_numbers, score
from prodcls.inputs import Inputs
from prodcls.model import Model


@pytest.fixture(params=["evidence", "flat"])
def served(request: pytest.FixtureRequest) -> tuple[Model, Inputs]:
    found = contents(request.param)
    return found.model, found.inputs


def test_against_a_class(served: tuple[Model, Inputs]) -> None:
    model, inputs = served
    probability = model.probabilities(inputs)
    found = score(model, inputs, 2, 0)
    np.testing.assert_allclose(found.probability, probability[:, 2], atol=1e-12)
    np.testing.assert_allclose(found.rival, probability[:, 0], atol=1e-12)
    np.testing.assert_allclose(found.margin, np.log(probability[:, 2] / probability[:, 0]), atol=1e-9)


def test_against_all_others(served: tuple[Model, Inputs]) -> None:
    model, inputs = served
    probability = model.probabilities(inputs)
    found = score(model, inputs, 1, None)
    np.testing.assert_allclose(found.rival, 1 - probability[:, 1], atol=1e-12)
    np.testing.assert_allclose(found.margin, np.log(probability[:, 1] / found.rival), atol=1e-8)


def test_no_product_has_no_score(served: tuple[Model, Inputs]) -> None:
    model, inputs = served
    assert score(model, inputs.take(np.array([], dtype=np.intp)), 0, 1).margin.shape == (0,)


def test_chunks_change_nothing(served: tuple[Model, Inputs], monkeypatch: pytest.MonkeyPatch) -> None:
    model, inputs = served
    whole = score(model, inputs, 0, 1)
    monkeypatch.setattr(module, "CELLS_AT_ONCE", 1)
    np.testing.assert_allclose(score(model, inputs, 0, 1).margin, whole.margin, atol=1e-5)


def test_numbers_of_classes() -> None:
    assert class_numbers(("a", "b", "c"), "c", "a") == (2, 0)
    assert class_numbers(("a", "b", "c"), "b", REST) == (1, None)
    assert class_numbers(("a", "rest"), "a", REST) == (0, 1)
    with pytest.raises(ValueError, match="not in"):
        class_numbers(("a", "b"), "d", "a")
