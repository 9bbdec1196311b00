"""Ways to calibrate: proper scores as defined, honest ones ahead, no way judged on what it was fitted on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss

import prodcls.recalibration
from prodcls.calibration import softmax
from prodcls.recalibration import FEWEST, METHODS, compare_calibrations


def drawn(n: int, wrong: float = 2.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return margins that are ``wrong`` times too large, the true probabilities, and labels drawn from them."""
    rng = np.random.default_rng(0)
    margins = 2.0 * rng.normal(size=(n, 4))
    true = softmax(margins)
    return wrong * margins, true, (margins + rng.gumbel(size=margins.shape)).argmax(axis=1)


def test_scores_are_those_of_the_definitions() -> None:
    margins, true, labels = drawn(600)
    found = compare_calibrations(margins, true, labels, np.arange(600), 0)
    assert tuple(found) == METHODS
    outcome = np.eye(4)[labels]
    assert found["served"].brier == pytest.approx(((true - outcome) ** 2).sum(axis=1).mean())
    assert found["served"].log_loss == pytest.approx(log_loss(labels, true))
    assert found["none"].log_loss == pytest.approx(log_loss(labels, softmax(margins)))


def test_all_ways_come_close_to_the_truth_where_nothing_at_all_is_far() -> None:
    margins, true, labels = drawn(3_000)
    found = compare_calibrations(margins, true, labels, np.arange(3_000), 0)
    for name in METHODS[1:]:
        assert found[name].log_loss < found["served"].log_loss + 0.02
        assert found[name].ece < found["none"].ece / 2
    assert found["none"].log_loss > found["served"].log_loss + 0.1


def test_classes_that_are_said_too_often_are_mended_class_by_class() -> None:
    margins, true, labels = drawn(3_000, 1.0)
    margins[:, 0] += 1.5
    found = compare_calibrations(margins, true, labels, np.arange(3_000), 0)
    for name in ("per_class", "isotonic", "beta"):
        assert found[name].log_loss < found["temperature"].log_loss - 0.05
        assert found[name].classwise_ece < found["temperature"].classwise_ece / 2


def test_no_way_sees_the_labels_that_it_is_judged_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels by the toss of a coin: what were fitted on its own labels would do better than chance."""
    rng = np.random.default_rng(1)
    margins, labels = rng.normal(size=(400, 2)), rng.integers(0, 2, size=400)
    groups = np.arange(400) // 4
    seen: list[set[int]] = []
    fit = prodcls.recalibration.fit_temperature

    def spy(some: np.ndarray, of: np.ndarray) -> float:
        rows = {int(np.flatnonzero((margins == row).all(axis=1))[0]) for row in some}
        seen.append({int(groups[row]) for row in rows})
        return fit(some, of)

    monkeypatch.setattr(prodcls.recalibration, "fit_temperature", spy)
    found = compare_calibrations(margins, softmax(margins), labels, groups, 0)
    for part in seen:
        assert len(part) == 80  # whole groups: four of five parts
    for name in ("temperature", "per_class", "isotonic", "beta"):
        assert found[name].log_loss > np.log(2) - 0.02


def test_small_classes_are_left_alone() -> None:
    margins, _, labels = drawn(200)
    labels[labels == 3] = 0
    labels[: FEWEST - 1] = 3
    found = compare_calibrations(margins, softmax(margins), labels, np.arange(200), 0)
    assert all(np.isfinite(scores.log_loss) for scores in found.values())


def test_near_duplicates_of_each_other_are_only_scored() -> None:
    margins, true, labels = drawn(20)
    assert tuple(compare_calibrations(margins, true, labels, np.zeros(20, dtype=np.int64), 0)) == ("none", "served")


@settings(deadline=None, max_examples=20)
@given(arrays(np.float64, st.tuples(st.integers(2, 40), st.just(3)), elements=st.floats(-40, 40)), st.integers(0, 9))
def test_any_margins_have_finite_scores(margins: np.ndarray, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, size=len(margins))
    found = compare_calibrations(margins, softmax(margins), labels, np.arange(len(margins)), 0)
    for scores in found.values():
        assert np.isfinite([scores.log_loss, scores.brier, scores.ece, scores.classwise_ece]).all()
        assert 0 <= scores.brier <= 2
