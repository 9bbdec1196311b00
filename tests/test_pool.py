"""The pool's weights are at the optimum of its penalised likelihood."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import prodcls.pool
from prodcls.pool import (
    MIN_SPREAD,
    STRENGTHS,
    Pool,
    choose_strength,
    columns_that_help,
    fit_pool,
    listwise_loss,
)

ALIKE = np.array([True, True, True, False, False])


def channels(seed: int, n: int = 80, m: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Return channels that tell the truth with noise: three on one scale, one on a larger, one that is only noise."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(m, size=n)
    told = np.zeros((n, m))
    told[np.arange(n), truth] = 1.0
    noise = rng.normal(size=(n, m, 5))
    return np.stack([told * s + noise[:, :, i] for i, s in enumerate((1.0, 0.6, 0.3, 0.8, 0.0))], axis=2) * [
        1,
        1,
        1,
        20,
        1,
    ], truth


def penalised(values: np.ndarray, truth: np.ndarray, strength: float) -> Callable[[np.ndarray], float]:
    """Return what the weights should minimise, written down from the definition."""
    spread = np.maximum(values.std(axis=1).mean(axis=0), MIN_SPREAD)

    def objective(weights: np.ndarray) -> float:
        score = scipy.special.log_softmax(values @ weights, axis=1)[np.arange(len(truth)), truth].sum()
        own = weights[ALIKE] * spread[ALIKE].mean()
        other = weights[~ALIKE] * spread[~ALIKE]
        return float(-score + strength / 2 * (((own - own.mean()) ** 2).sum() + (other**2).sum()))

    return objective


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("strength", [0.0, 1.0, 5.0, 200.0])
def test_the_weights_satisfy_the_conditions_of_an_optimum(seed: int, strength: float) -> None:
    values, truth = channels(seed)
    weights = fit_pool(values, truth, ALIKE, strength=strength).weights
    objective = penalised(values, truth, strength)
    slopes = scipy.optimize.approx_fprime(weights, objective, 1e-6) * values.std(axis=(0, 1)) ** -1
    assert np.all(weights >= 0)
    assert np.all(np.abs(slopes[weights > 0]) < 0.05)
    assert np.all(slopes[weights == 0] > -0.05)


@pytest.mark.parametrize("strength", [0.5, 20.0])
def test_no_other_weights_are_better(strength: float) -> None:
    values, truth = channels(9)
    weights = fit_pool(values, truth, ALIKE, strength=strength).weights
    objective = penalised(values, truth, strength)
    rng = np.random.default_rng(0)
    for _ in range(200):
        assert objective(weights) <= objective(np.abs(weights * (1 + 0.1 * rng.normal(size=5)))) + 1e-6


def test_weights_of_like_channels_meet_as_the_penalty_grows() -> None:
    values, truth = channels(2)
    apart = [float(np.ptp(fit_pool(values, truth, ALIKE, strength=s).weights[ALIKE])) for s in (0.1, 5.0, 100.0, 1e6)]
    assert apart == sorted(apart, reverse=True)
    assert apart[0] > 0.1
    assert apart[-1] < 1e-3
    assert fit_pool(values, truth, ALIKE, strength=1e6).weights[ALIKE].min() > 0.1  # together, not to zero
    assert fit_pool(values, truth, ALIKE, strength=1e6).weights[~ALIKE].max() < 1e-3


@pytest.mark.parametrize("alike", [np.zeros(5, dtype=bool), np.ones(5, dtype=bool)])
def test_all_or_no_channels_may_be_alike(alike: np.ndarray) -> None:
    values, truth = channels(4)
    weights = fit_pool(values, truth, alike, strength=5.0).weights
    assert np.all(np.isfinite(weights))
    assert weights[0] > 0


def test_channels_that_speak_against_the_truth_get_no_weight() -> None:
    values, truth = channels(3)
    values[:, :, 1] *= -1
    values[:, :, 3] *= -1
    weights = fit_pool(values, truth, ALIKE, strength=0.01).weights
    assert weights[1] == 0
    assert weights[3] == 0


def test_a_channel_that_hardly_varies_gets_no_huge_weight() -> None:
    values, truth = channels(5)
    values[:, :, 4] = 1e-9 * values[:, :, 4]
    assert fit_pool(values, truth, ALIKE, strength=5.0).weights[4] <= 50.0 / MIN_SPREAD
    values[:, :, 4] = 0.0
    assert fit_pool(values, truth, ALIKE, strength=5.0).weights[4] == pytest.approx(0.0, abs=1e-3)


def test_the_unit_of_a_channel_does_not_matter() -> None:
    values, truth = channels(6)
    weights = fit_pool(values, truth, ALIKE, strength=5.0).weights
    again = fit_pool(values * [1, 1, 1, 0.1, 1], truth, ALIKE, strength=5.0).weights
    np.testing.assert_allclose(again * [1, 1, 1, 0.1, 1], weights, rtol=0.02, atol=1e-3)


def test_scores_are_weighted_sums() -> None:
    values = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(Pool(np.array([1.0, 10.0])).scores(values), values[..., 0] + 10 * values[..., 1])


@settings(deadline=None, max_examples=100)
@given(
    hnp.arrays(np.float64, (5, 4), elements=st.floats(-800, 800)), st.lists(st.integers(0, 3), min_size=5, max_size=5)
)
def test_the_loss_is_the_negative_log_softmax(scores: np.ndarray, truth: list[int]) -> None:
    expected = -scipy.special.log_softmax(scores, axis=1)[np.arange(5), truth]
    np.testing.assert_allclose(listwise_loss(scores, np.array(truth)), expected, rtol=1e-9, atol=1e-9)


def test_places_without_a_candidate_have_no_part_in_the_loss() -> None:
    scores = np.array([[1.0, 2.0, -np.inf]])
    assert listwise_loss(scores, np.array([0])) == pytest.approx(listwise_loss(scores[:, :2], np.array([0])))


def held_out(values: np.ndarray, truth: np.ndarray, fold: np.ndarray, strength: float) -> np.ndarray:
    """Return the loss of each product under the pool of the other folds."""
    losses = np.empty(len(truth))
    for k in np.unique(fold):
        pool = fit_pool(values[fold != k], truth[fold != k], ALIKE, strength=strength)
        losses[fold == k] = listwise_loss(pool.scores(values[fold == k]), truth[fold == k])
    return losses


@pytest.mark.parametrize("n", [20, 80, 400])
@pytest.mark.parametrize("seed", range(3))
def test_a_weaker_penalty_is_chosen_only_where_it_is_clearly_better(seed: int, n: int) -> None:
    values, truth = channels(seed, n)
    fold = np.arange(n) % 4
    chosen = choose_strength(values, truth, ALIKE, fold)
    assert chosen in STRENGTHS
    kept = held_out(values, truth, fold, chosen)
    gains = {s: held_out(values, truth, fold, s) - kept for s in STRENGTHS if s != chosen}
    clear = {s: gain.mean() > gain.std() / np.sqrt(n) for s, gain in gains.items()}
    assert chosen == STRENGTHS[0] or any(clear[s] for s in STRENGTHS if s > chosen)
    assert all(gain.mean() > 0 for s, gain in gains.items() if s > chosen)
    assert all(gain.mean() >= -gain.std() / np.sqrt(n) for s, gain in gains.items() if s < chosen)


def test_channels_of_unlike_worth_need_a_weak_penalty_and_like_ones_a_strong() -> None:
    values, truth = channels(0, 600)
    values[:, :, 1] = np.random.default_rng(1).normal(size=values.shape[:2])  # not worth what its like are
    values[:, :, 2] = -values[:, :, 2]
    assert choose_strength(values, truth, ALIKE, np.arange(600) % 5) < STRENGTHS[1]
    values[:, :, 1] = values[:, :, 2] = values[:, :, 0]
    values[:, :, 3] = 0.0
    assert choose_strength(values, truth, ALIKE, np.arange(600) % 5) == STRENGTHS[0]


def test_penalties_are_compared_on_an_even_sample_of_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.pool, "STRENGTH_ROWS", 40)
    values, truth = channels(3, 80)
    rows = np.linspace(0, 79, 40).astype(int)
    expected = choose_strength(values[rows], truth[rows], ALIKE, rows % 4)
    values[np.setdiff1d(np.arange(80), rows)] = 1e3
    assert choose_strength(values, truth, ALIKE, np.arange(80) % 4) == expected


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 500))
def test_a_column_helps_when_it_tells_the_class_and_not_when_it_tells_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    channels, truth = rng.normal(size=(300, 5, 3)), rng.integers(5, size=300)
    channels[np.arange(300), truth, 0] += 1.0
    channels[np.arange(300), truth, 1] += 1.0
    channels[np.arange(300), truth, 2] -= 0.3
    alike, columns = np.array([True, False, False]), np.array([False, True, True])
    assert columns_that_help(channels, truth, alike, columns).tolist() == [True, True, False]
    constant = np.where(columns, 0.0, channels)
    assert columns_that_help(constant, truth, alike, columns).tolist() == [True, False, False]


def test_columns_alone_need_no_test() -> None:
    channels, truth = np.zeros((20, 3, 2)), np.zeros(20, dtype=np.int64)
    none, both = np.zeros(2, dtype=np.bool_), np.ones(2, dtype=np.bool_)
    assert columns_that_help(channels, truth, none, both).all()
    assert columns_that_help(channels, truth, both, none).all()
