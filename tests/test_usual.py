"""One product in a hundred like those of training is unusual, and nearly all that are not like them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.evidence import Channel
from prodcls.held_out import EvidenceFit, fit_evidence
from prodcls.inputs import Inputs
from prodcls.usual import RARE, Usual, fit_usual
from synthetic import embeddings, make_sample

NEAR = (Channel("a.closest", "a", "closest"), Channel("b.closest", "b", "closest"))


def fitted(n: int = 400) -> tuple[Usual, np.ndarray]:
    rng = np.random.default_rng(0)
    held_out = np.stack([rng.normal(0.7, 0.05, (n, 3)), rng.normal(0.5, 0.1, (n, 3))], axis=2).clip(0.01, 1)
    inputs = Inputs(tuple(map(str, range(n))), {}, {}, {}, {})
    return fit_usual(inputs, np.arange(n) % 3, np.arange(n), held_out.max(axis=1), NEAR), held_out


def nearest(fit: EvidenceFit) -> np.ndarray:
    """Return the likeness to the closest training product of another group, by block."""
    return fit.held_out[:, :, [c.kind == "closest" for c in fit.model.channels]].max(axis=1)


def test_one_training_product_in_a_hundred_is_beyond_the_limit() -> None:
    usual, held_out = fitted()
    assert usual.blocks == ("a.closest", "b.closest")
    assert usual.unlike_training(held_out, NEAR).sum() in (400 // RARE - 1, 400 // RARE)


def test_a_product_far_from_all_is_unlike_training_and_one_without_blocks_is_not() -> None:
    usual, held_out = fitted()
    given_ = held_out[:4].copy()
    given_[0] = 0.02
    given_[1] = 0.0  # no block
    given_[2, :, 1] = 0.0  # one block
    assert usual.unlike_training(given_, NEAR).tolist() == [True, False, False, False]


def test_too_few_products_say_nothing() -> None:
    usual, held_out = fitted(RARE - 2)
    assert usual.remote is None
    assert not usual.unlike_training(held_out * 0.0 + 0.01, NEAR).any()


def numbered(prices: np.ndarray) -> Inputs:
    return Inputs(tuple(map(str, range(len(prices)))), {}, {}, {"price": prices}, {})


def test_prices_are_held_against_the_class() -> None:
    sample = make_sample(600, 3)
    rng = np.random.default_rng(1)
    prices = np.exp(rng.normal(2.0 + 2.0 * sample.labels, 0.4))
    inputs = replace(sample.inputs, numeric={"price": prices})
    fit = fit_evidence(inputs, sample.labels, sample.groups, 3)
    usual = fit_usual(inputs, sample.labels, sample.groups, nearest(fit), fit.model.channels)
    assert list(usual.far) == ["price"]
    new = numbered(np.array([np.exp(2.0), np.exp(6.0), np.nan, np.exp(2.0)]))
    said = usual.unusual_number(new, fit.model.numeric, np.array([0, 0, 0, 2]))
    assert said.tolist() == [False, True, False, True]
    share = usual.unusual_number(inputs, fit.model.numeric, sample.labels).mean()
    assert share <= 1.5 / RARE


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_of_new_products_like_training_about_one_in_a_hundred_is_unlike_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = 300, 2000
    drawn = rng.beta(5, 2, (n + m, 3, 2)).clip(0.01, 1)
    inputs = Inputs(tuple(map(str, range(n))), {}, {}, {}, {})
    usual = fit_usual(inputs, np.arange(n) % 3, np.arange(n), drawn[:n].max(axis=1), NEAR)
    assert usual.unlike_training(drawn[n:], NEAR).mean() < 0.04  # expected .01; the limit itself varies


def test_a_class_that_training_did_not_have_stands_out() -> None:
    rng = np.random.default_rng(2)
    centres = rng.normal(size=(4, 20))
    labels = np.arange(600) % 4
    vectors = centres[labels] + rng.normal(size=(600, 20)) * 0.4
    known = labels < 3
    block = {"a": embeddings("a", vectors)}
    inputs = Inputs(tuple(map(str, range(600))), {}, block, {}, {})
    rows, others = np.flatnonzero(known), np.flatnonzero(~known)
    fit = fit_evidence(inputs.take(rows), labels[rows], rows, 3)
    usual = fit_usual(inputs.take(rows), labels[rows], rows, nearest(fit), fit.model.channels)
    new = usual.unlike_training(fit.model.scores(inputs.take(others)), fit.model.channels)
    assert new.mean() > 0.9
    again = usual.unlike_training(fit.model.scores(inputs.take(rows)), fit.model.channels)
    assert again.mean() == pytest.approx(0.0, abs=1 / RARE)
