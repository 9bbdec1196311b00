"""A model with more classes: the others' evidence is as it was, and the new ones are told by their examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_factory import contents
from prodcls.calibration import softmax
from prodcls.embeddings import Embeddings
from prodcls.extending import HEAD_START, NewClasses, TrainedOn, extend_head, in_order
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs

TITLES = ("cotton shirt long sleeves", "linen shirt short sleeves", "silk shirt with buttons")
WIDTH = 16


def trained() -> tuple[EvidenceHead, TrainedOn, Inputs]:
    """A fitted head of three classes, what it was trained on, and the products."""
    given = contents(boosted=True)
    head = given.model.head
    assert isinstance(head, EvidenceHead)
    labels = np.array([given.model.classes.index(label) for label in given.catalogue.labels or ()])
    inputs = given.inputs
    rows = TrainedOn(inputs.joined_text(), inputs.numeric, inputs.categorical, labels, np.ones(3, dtype=np.bool_))
    return head, rows, inputs


def vectors(texts: tuple[str, ...], seed: int = 0) -> np.ndarray:
    """Vectors that lie near each other and away from those of the other products."""
    found = np.zeros((len(texts), WIDTH), dtype=np.float32)
    found[:, 5] = 1.0
    found += 0.2 * np.random.default_rng(seed).normal(size=found.shape).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def shirts(n: int = 3, *, brand: str = "brand Shirt", price: float = 900.0, seed: int = 0) -> Inputs:
    texts = tuple(TITLES[i % 3] for i in range(n))
    ones, none = np.ones(n, dtype=np.float32), np.zeros(n, dtype=np.bool_)
    dense = {
        "title": Embeddings("title", "stand-in", vectors(texts, seed), ~none, ones),
        "image": Embeddings("image", "stand-in", np.zeros((n, 3), dtype=np.float32), none, ones),
    }
    numeric = {name: np.full(n, price) for name in trained()[2].numeric}
    return Inputs(tuple(f"s{i}" for i in range(n)), {"title": texts}, dense, numeric, {"brand": (brand,) * n})


def extended(new: NewClasses | None = None) -> tuple[EvidenceHead, EvidenceHead, np.ndarray]:
    """The head before and after, and the places of the old classes."""
    head, rows, _ = trained()
    new = new or NewClasses(("Shirt",), shirts(), np.zeros(3, dtype=np.int64), {"title": vectors(("Shirt",), 9)})
    order = in_order(contents().model.classes, new.names)
    return head, extend_head(head, rows, new, order), np.argsort(order)[:3]


def test_what_the_others_evidence_is_made_of_is_the_same_to_the_last_bit() -> None:
    before, after, places = extended()
    for name, block in before.evidence.dense.items():
        found = after.evidence.dense[name]
        np.testing.assert_array_equal(found.probe.weights[:, places], block.probe.weights)
        np.testing.assert_array_equal(found.probe.intercept[places], block.probe.intercept)
        n = len(block.neighbours.labels)
        np.testing.assert_array_equal(found.neighbours.vectors[:n], block.neighbours.vectors)
        np.testing.assert_array_equal(found.neighbours.labels[:n], places[block.neighbours.labels])
    assert before.evidence.lexical is not None
    assert after.evidence.lexical is not None
    np.testing.assert_array_equal(
        after.evidence.lexical.probe.weights[:, places], before.evidence.lexical.probe.weights
    )
    for name, number in before.evidence.numeric.items():
        found = after.evidence.numeric[name]
        np.testing.assert_array_equal(found.mean[places], number.mean)
        np.testing.assert_array_equal(found.deviation[places], number.deviation)
        assert found.overall == number.overall
    np.testing.assert_array_equal(after.evidence.log_prior[places], before.evidence.log_prior)
    assert (after.pool, after.booster, after.level, after.calibration) == (
        before.pool,
        before.booster,
        before.level,
        before.calibration,
    )


def test_scores_of_the_others_move_by_rounding_where_no_example_is_near() -> None:
    before, after, places = extended()
    inputs = trained()[2]
    kinds = np.array([c.kind for c in before.evidence.channels])
    old, new = before.evidence.scores(inputs), after.evidence.scores(inputs)[:, places]
    same = kinds != "neighbours"
    np.testing.assert_allclose(new[:, :, same], old[:, :, same], atol=2e-6)
    exact = np.isin(kinds, ["typical", "affinity", "prior"])
    np.testing.assert_array_equal(new[:, :, exact], old[:, :, exact])


def test_a_value_that_only_examples_have_says_nothing_of_the_others() -> None:
    before, after, places = extended()
    assert "brand Shirt" not in before.evidence.categorical["brand"].values
    said = after.evidence.categorical["brand"].scores(["brand Shirt"])[0]
    np.testing.assert_array_equal(said[places], 0.0)
    assert np.delete(said, places)[0] > 1.0


@settings(max_examples=5)
@given(count=st.integers(1, 6), seed=st.integers(0, 99))
def test_products_like_the_examples_are_of_the_new_class_and_the_others_of_theirs(count: int, seed: int) -> None:
    new = NewClasses(("Shirt",), shirts(count, seed=seed), np.zeros(count, dtype=np.int64), {})
    before, after, places = extended(new)
    margins = after.margins(shirts(3, seed=seed + 100))
    probabilities = softmax(margins.total, after.calibration.temperatures(margins.total))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-12)
    (place,) = set(range(4)) - set(places.tolist())
    assert (margins.total.argmax(axis=1) == place).all()
    inputs = trained()[2]
    was, now = before.margins(inputs).total.argmax(axis=1), after.margins(inputs).total.argmax(axis=1)
    np.testing.assert_array_equal(now, places[was])


def test_classes_added_together_and_their_order_change_nothing_but_places() -> None:
    both = shirts(6)
    labels = np.array([0, 1, 0, 1, 0, 1])
    names = {"title": vectors(("A", "Z"), 3)}
    one = NewClasses(("A", "Z"), both, labels, names)
    other = NewClasses(("Z", "A"), both, 1 - labels, {"title": names["title"][::-1]})
    inputs = trained()[2]
    found = extended(one)[1].margins(inputs).total, extended(other)[1].margins(inputs).total
    np.testing.assert_allclose(*found, atol=1e-5)


def test_a_class_can_follow_another_and_the_penalty_is_that_of_the_fit() -> None:
    head, rows, _ = trained()
    first = NewClasses(("Shirt",), shirts(), np.zeros(3, dtype=np.int64), {})
    once = extend_head(head, rows, first, np.arange(4))
    more = shirts(seed=50)
    later = TrainedOn(
        (*rows.texts, *first.examples.joined_text()),
        {name: np.append(values, first.examples.numeric[name]) for name, values in rows.numeric.items()},
        {name: (*cells, *first.examples.categorical[name]) for name, cells in rows.categorical.items()},
        np.append(rows.labels, [3, 3, 3]),
        np.array([True, True, True, False]),
    )
    twice = extend_head(once, later, NewClasses(("Skirt",), more, first.labels, {}), np.arange(5))
    for name, block in once.evidence.dense.items():
        np.testing.assert_array_equal(twice.evidence.dense[name].probe.weights[:, :4], block.probe.weights)
    # Another class of the same examples, had it come first, would have had the first one's column.
    alone = extend_head(head, replace(rows), NewClasses(("Skirt",), shirts(), first.labels, {}), np.arange(4))
    np.testing.assert_array_equal(
        alone.evidence.dense["title"].probe.weights[:, 3], once.evidence.dense["title"].probe.weights[:, 3]
    )


@pytest.mark.parametrize("count", [1, 2, 6])
def test_a_class_counts_as_no_smaller_than_the_smallest_and_starts_ahead_by_a_share(count: int) -> None:
    new = NewClasses(("Shirt",), shirts(count), np.zeros(count, dtype=np.int64), {})
    before, after, places = extended(new)
    (place,) = set(range(4)) - set(places.tolist())
    assert after.evidence.log_prior[place] >= before.evidence.log_prior.min()
    # A photo block without a row of the class says -1 of it, but for what it starts ahead by.
    ahead = float(after.evidence.dense["image"].probe.intercept[place]) + 1.0
    scored = before.pool.weights[[c.kind == "score" for c in before.evidence.channels]].sum()
    assert ahead == pytest.approx(HEAD_START / count / scored, abs=1e-6)
