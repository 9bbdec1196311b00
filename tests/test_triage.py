"""Every reason for review is given where it holds, and none else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bundle_factory import contents
from prodcls.bundle_products import known_columns
from prodcls.conformal import SetRule
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.model import Model
from prodcls.selective import REASONS
from prodcls.triage import named_reasons, review_reasons
from prodcls.usual import Usual


def strict(model: Model) -> Model:
    """Return the model with limits that every product exceeds."""
    head = model.head
    assert isinstance(head, EvidenceHead)
    usual = Usual(
        head.usual.blocks, head.usual.middle, head.usual.spread, -99.0, dict.fromkeys(head.evidence.numeric, 0.0)
    )
    return replace(model, head=replace(head, usual=usual))


def reasons(model: Model, inputs: Inputs, sets: SetRule | None = None, least: float = 0.0) -> list[list[str]]:
    given = contents()
    known = known_columns(given.inputs)
    found = review_reasons(model, known, sets, inputs, model.decide(inputs), least=least)
    assert tuple(found) == REASONS
    return named_reasons(found, len(inputs))


def test_nothing_is_asked_of_usual_products() -> None:
    given = contents()
    assert not any(reasons(given.model, given.inputs))


def test_certainty_is_held_against_the_threshold() -> None:
    given = contents()
    certain = given.model.probabilities(given.inputs).max(axis=1)
    least = float(np.median(certain))
    found = reasons(given.model, given.inputs, least=least)
    assert found == [["not-sure-enough"] if c < least else [] for c in certain]


def test_sets_of_other_than_one_class_are_for_people() -> None:
    given = contents()
    everything = SetRule(0.9, np.ones(3), np.ones(3, dtype=np.bool_))
    assert reasons(given.model, given.inputs, everything) == [["not-one-class"]] * len(given.inputs)
    assert not any(reasons(given.model, given.inputs, everything, least=1e-9))  # a threshold decides in its place
    nothing = SetRule(0.9, np.zeros(3), np.ones(3, dtype=np.bool_))
    assert reasons(given.model, given.inputs, nothing) == [["not-one-class"]] * len(given.inputs)


def test_a_set_of_another_class_alone_is_for_people() -> None:
    given = contents()
    predicted = given.model.probabilities(given.inputs).argmax(axis=1)
    for k in range(3):
        alone = SetRule(0.9, np.eye(3)[k], np.ones(3, dtype=np.bool_))
        assert reasons(given.model, given.inputs, alone) == [["not-one-class"] if p != k else [] for p in predicted]


def test_unusual_products_are_for_people() -> None:
    given = contents()
    for found, price in zip(reasons(strict(given.model), given.inputs), given.inputs.numeric["price"], strict=True):
        assert found == ["unlike-training"] + ["unusual-number"] * bool(~np.isnan(price))


def test_a_product_of_which_nothing_is_known_has_that_reason_alone() -> None:
    given = contents()
    n = len(given.inputs)
    dense = {b: replace(e, present=np.zeros(n, dtype=np.bool_)) for b, e in given.inputs.dense.items()}
    texts = dict.fromkeys(given.inputs.texts, ("",) * n)
    nothing = replace(
        given.inputs,
        texts=texts,
        dense=dense,
        numeric={name: np.full(n, np.nan) for name in given.inputs.numeric},
        categorical=dict.fromkeys(given.inputs.categorical, ("",) * n),
    )
    everything = SetRule(0.9, np.ones(3), np.ones(3, dtype=np.bool_))
    assert reasons(strict(given.model), nothing, everything, least=1.0) == [["nothing-known"]] * n


def test_the_flat_head_knows_no_unusual_products() -> None:
    given = contents("flat")
    assert not any(reasons(given.model, given.inputs))
