"""Accumulated local effects: exact for what is linear, zero for what has no effect, whatever else moves along."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.explain.effects import accumulated, local_effects, log_odds, number_effects, quantile_edges
from prodcls.head import fit_head
from synthetic import make_sample

SEEDS = st.integers(0, 2**16)


def drawn(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return a number and another one that moves along with it."""
    rng = np.random.default_rng(seed)
    x = rng.lognormal(3, 1, n)
    return x, np.log(x) + 0.1 * rng.normal(size=n)


@given(SEEDS, st.floats(-5, 5), st.integers(2, 12))
def test_a_linear_model_gives_its_line(seed: int, slope: float, bins: int) -> None:
    x, other = drawn(seed)
    edges = quantile_edges(x, bins)
    curve, count = accumulated([local_effects(lambda v: np.stack([slope * v + 3 * other, other], 1), x, edges)])
    assert np.allclose(np.diff(curve[:, 0]), slope * np.diff(edges), atol=1e-9)
    assert np.allclose(count @ (curve[1:, 0] + curve[:-1, 0]), 0, atol=1e-6)
    assert count.sum() == len(x)


@given(SEEDS)
def test_what_the_model_does_not_look_at_has_no_effect(seed: int) -> None:
    x, other = drawn(seed)
    curve, _ = accumulated([local_effects(lambda _: other[:, None] ** 2, x, quantile_edges(x, 8))])
    assert (curve == 0).all()


@given(SEEDS, st.integers(1, 59))
def test_products_of_two_models_add_up(seed: int, cut: int) -> None:
    x, _ = drawn(seed)
    edges = quantile_edges(x, 6)

    def effects(part: np.ndarray) -> object:
        return local_effects(lambda v: np.sqrt(v)[:, None], part, edges)

    together, count = accumulated([effects(x)])
    apart, counts = accumulated([effects(x[:cut]), effects(x[cut:])])
    assert np.allclose(together, apart)
    assert (count == counts).all()


def test_edges_are_values_that_occur_and_none_twice() -> None:
    x = np.array([1.0, 1.0, 1.0, 2.0, 5.0, np.nan])
    assert quantile_edges(x, 4).tolist() == [1.0, 2.0, 5.0]
    assert len(quantile_edges(np.full(3, 7.0), 4)) == 1
    assert len(quantile_edges(np.full(3, np.nan), 4)) == 0


def test_log_odds_are_those_of_the_probabilities() -> None:
    logits = np.random.default_rng(0).normal(size=(5, 4))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert np.allclose(log_odds(logits, np.array([2, 0])), np.log(p / (1 - p))[:, [2, 0]])


def test_a_number_moves_only_by_its_own_channel() -> None:
    sample = make_sample(signal=0.5)
    head = fit_head(sample.inputs, sample.labels, sample.groups, sample.n_classes).head
    name = next(iter(sample.inputs.numeric))
    values = sample.inputs.numeric[name]
    margins = head.margins(sample.inputs)
    before = margins.channels.copy()
    edges, classes = quantile_edges(values, 6), np.arange(2)
    found = number_effects(head, margins.channels, name, values, edges, classes)
    assert (margins.channels == before).all()
    assert found.count.sum() == (~np.isnan(values)).sum()
    # By hand: the same products served with another cell.
    known = np.flatnonzero(~np.isnan(values))
    inputs = sample.inputs.take(known)
    place = np.clip(np.searchsorted(edges, values[known], side="left") - 1, 0, len(edges) - 2)
    scored = []
    for shift in (1, 0):
        inputs.numeric[name][:] = edges[place + shift]
        total = head.margins(inputs).total
        scored.append(log_odds(total / head.calibration.temperatures(total)[:, None], classes))
    assert found.total.sum(axis=0) == pytest.approx((scored[0] - scored[1]).sum(axis=0))
