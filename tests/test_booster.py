"""The correction learns the listwise loss, only where it helps, and only in the direction that evidence may point."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.booster import (
    CHECKPOINTS,
    BoosterData,
    _softmax_objective,
    choose_rounds,
    train_booster,
)
from prodcls.pool import listwise_loss


def make_data(n: int, *, signal: float, seed: int = 0, m: int = 4) -> BoosterData:
    """Return evidence whose first column, only where it is above its median, points to the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(m, size=n)
    evidence = rng.normal(size=(n, m, 3))
    evidence[np.arange(n), truth, 0] += signal * 3
    start = np.tanh(evidence[:, :, 0]) * signal * 0.1
    return BoosterData(evidence, start, truth, (1, 1, 0))


def predict(data: BoosterData, rounds: int, evidence: np.ndarray) -> np.ndarray:
    booster = train_booster(data, rounds, random_state=0, threads=1)
    assert booster is not None
    return np.asarray(booster.predict(evidence, raw_score=True, num_threads=1))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9999), st.integers(1, 6), st.integers(2, 5), st.floats(0.01, 20))
def test_the_gradient_is_the_derivative_of_the_listwise_loss(seed: int, n: int, m: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    data = BoosterData(np.zeros((n, m, 1)), np.zeros((n, m)), rng.integers(m, size=n), (0,))
    scores = spread * rng.normal(size=(n, m))
    gradient, hessian = _softmax_objective(data.truth)(scores.ravel(), None)  # type: ignore[arg-type]
    step = 1e-5

    def loss(at: np.ndarray) -> float:
        return float(listwise_loss(at, data.truth).sum())

    for place in range(n * m):
        moved = np.zeros(n * m)
        moved[place] = step
        up, down = loss(scores + moved.reshape(n, m)), loss(scores - moved.reshape(n, m))
        assert gradient[place] == pytest.approx((up - down) / (2 * step), abs=1e-5)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(hessian, np.maximum(p * (1 - p), 1e-6).ravel(), rtol=1e-5, atol=2e-7)


@pytest.mark.parametrize("seed", range(3))
def test_no_rounds_are_trained_on_noise(seed: int) -> None:
    data = make_data(120, signal=0.0, seed=seed)
    choice = choose_rounds(data, np.arange(120) % 5, random_state=0, threads=1)
    assert choice.rounds == 0
    assert not choice.corrections.any()


def test_rounds_are_trained_where_they_help() -> None:
    data = make_data(200, signal=1.0)
    choice = choose_rounds(data, np.arange(200) % 5, random_state=0, threads=1)
    assert choice.rounds > 0
    assert tuple(choice.losses) == CHECKPOINTS[: len(choice.losses)]
    assert choice.losses[0] == pytest.approx(listwise_loss(data.start, data.truth).mean())
    held_out = listwise_loss(data.start + choice.corrections, data.truth).mean()
    assert choice.losses[choice.rounds] == pytest.approx(held_out)
    assert held_out < 0.7 * choice.losses[0]


def test_corrections_are_made_by_boosters_that_have_not_seen_the_fold() -> None:
    data = make_data(150, signal=1.0)
    fold = np.arange(150) % 3
    choice = choose_rounds(data, fold, random_state=0, threads=1)
    for k in range(3):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        flat = data.evidence[outside].reshape(-1, 3)
        expected = predict(data.take(inside), choice.rounds, flat).reshape(len(outside), -1)
        np.testing.assert_allclose(choice.corrections[outside], expected, atol=1e-9)


def test_more_rounds_must_be_better_by_more_than_their_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two products one gains and one loses a little less: better on average, and not by a clear margin."""

    class Fake:
        booster: Fake

        def go_on(self, rounds: int) -> None:
            self.booster = self

        def predict(self, flat: np.ndarray, *, start_iteration: int, **_: object) -> np.ndarray:
            return flat[:, 0] if start_iteration == 0 else np.zeros(len(flat))

    monkeypatch.setattr("prodcls.booster._start", lambda *_, **__: Fake())
    evidence = np.zeros((2, 2, 1))
    evidence[0, 0], evidence[1, 1] = 1.0, 0.5
    data = BoosterData(evidence, np.zeros((2, 2)), np.array([0, 0]), (1,))
    unclear = choose_rounds(data, np.array([0, 1]), random_state=0, threads=1)
    assert unclear.losses[10] < unclear.losses[0]
    assert unclear.rounds == 0
    data.evidence[1] = 0.0
    data.evidence[1, 0] = 0.5
    assert choose_rounds(data, np.array([0, 1]), random_state=0, threads=1).rounds == 10


def test_no_more_rounds_are_tried_once_two_in_a_row_were_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_data(200, signal=0.4, seed=3)
    fold = np.arange(200) % 5
    found = choose_rounds(data, fold, random_state=0, threads=1)
    monkeypatch.setattr("prodcls.booster.PATIENCE", 100)
    whole = choose_rounds(data, fold, random_state=0, threads=1)
    tried = len(found.losses)
    assert tried < len(whole.losses) == len(CHECKPOINTS)
    assert list(found.losses.items()) == list(whole.losses.items())[:tried]
    losses = list(found.losses.values())
    assert losses[-1] > min(losses) < losses[-2]
    assert (found.rounds, found.losses[found.rounds]) == (whole.rounds, whole.losses[whole.rounds])


@pytest.mark.parametrize("feature", [0, 1])
def test_evidence_that_must_help_never_hurts(feature: int) -> None:
    data = make_data(150, signal=0.5)
    hurting = BoosterData(-data.evidence, data.start, data.truth, data.monotone)  # constrained against its own sign
    rng = np.random.default_rng(1)
    for trained in (data, hurting):
        grid = np.repeat(rng.normal(size=(20, 1, 3)), 25, axis=1)
        grid[:, :, feature] = np.linspace(-6, 6, 25)
        scores = predict(trained, 30, grid.reshape(-1, 3)).reshape(20, 25)
        assert np.all(np.diff(scores, axis=1) >= -1e-12)


def test_unconstrained_evidence_may_point_either_way() -> None:
    data = make_data(150, signal=1.0)
    free = BoosterData(-data.evidence, np.zeros_like(data.start), data.truth, (0, 0, 0))
    low, high = predict(free, 30, np.array([[-4.0, 0, 0], [4.0, 0, 0]]))
    assert low > high + 0.5


def test_training_starts_from_the_pool() -> None:
    data = make_data(150, signal=1.0)
    told = np.zeros_like(data.start)
    told[np.arange(150), data.truth] = 30.0
    settled = BoosterData(data.evidence, told, data.truth, data.monotone)
    assert np.abs(predict(settled, 20, data.evidence.reshape(-1, 3))).max() < 1e-3
    assert np.abs(predict(data, 20, data.evidence.reshape(-1, 3))).max() > 0.3


def test_the_same_seed_gives_the_same_booster() -> None:
    data = make_data(100, signal=0.5)
    flat = data.evidence.reshape(-1, 3)
    np.testing.assert_array_equal(predict(data, 20, flat), predict(data, 20, flat))


@pytest.mark.parametrize("n", [2, 4, 8, 9, 12, 16])
def test_too_few_products_to_split_are_no_error(n: int) -> None:
    data = make_data(n, signal=1.0)
    choice = choose_rounds(data, np.arange(n) % 2, random_state=0, threads=1)
    assert choice.corrections.shape == data.start.shape
    assert np.all(np.isfinite(list(choice.losses.values())))


def test_evidence_that_is_all_alike_cannot_be_trained_on() -> None:
    data = make_data(50, signal=1.0)
    flat = BoosterData(np.ones_like(data.evidence), data.start, data.truth, data.monotone)
    assert train_booster(flat, 10, random_state=0, threads=1) is None
    assert choose_rounds(flat, np.arange(50) % 2, random_state=0, threads=1).rounds == 0


def test_take_picks_products() -> None:
    data = make_data(6, signal=1.0)
    part = data.take(np.array([4, 1]))
    np.testing.assert_array_equal(part.evidence, data.evidence[[4, 1]])
    np.testing.assert_array_equal(part.start, data.start[[4, 1]])
    np.testing.assert_array_equal(part.truth, data.truth[[4, 1]])
    assert part.monotone == data.monotone


def test_no_call_leaves_the_number_of_threads_to_lightgbm() -> None:
    """It is kept for the whole process: a call that raises it while a thread trains with fewer ends in a crash."""
    calls = []
    for path in (Path(__file__).parents[1] / "src" / "prodcls").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                if called in ("lightgbm.Dataset", "lightgbm.train") or called.endswith("booster.predict"):
                    calls.append((path.name, ast.unparse(node)))
    assert len(calls) >= 9
    free = [call for call in calls if "num_threads" not in call[1]]
    # These take the number from the parameters of the training, which name it.
    assert sorted(name for name, _ in free) == ["flat.py", "flat.py"]


def test_half_as_many_trees_with_twice_the_step_do_about_the_same() -> None:
    data = make_data(400, signal=0.3)
    fold = np.arange(400) % 4
    slow, quick = (choose_rounds(one, fold, random_state=0, threads=1) for one in (data, replace(data, quick=True)))
    assert list(quick.losses) == [rounds // 2 for rounds in CHECKPOINTS][: len(quick.losses)]
    assert min(quick.losses.values()) == pytest.approx(min(slow.losses.values()), rel=0.05)
    assert min(quick.losses.values()) < 0.9 * quick.losses[0]


def test_evidence_that_is_in_bins_already_gives_the_same_choice() -> None:
    data, fold, tables = make_data(200, signal=0.3), np.arange(200) % 3, {}
    first = choose_rounds(data, fold, random_state=0, threads=1, tables=tables)
    assert set(tables) == {0, 1, 2}
    free = replace(data, monotone=(0, 0, 0))
    again = choose_rounds(free, fold, random_state=0, threads=1, tables=tables)
    fresh = choose_rounds(free, fold, random_state=0, threads=1)
    assert again.losses == fresh.losses
    np.testing.assert_array_equal(again.corrections, fresh.corrections)
    assert choose_rounds(data, fold, random_state=0, threads=1, tables=tables).losses == first.losses
