"""Orders are judged by what the model says without their first players."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explain_factory import CLASSES, asked, make_product
from prodcls.explain.attribution import Attribution, Part
from prodcls.explain.faithfulness import (
    RANDOM,
    SHARES,
    agreement,
    bootstrap_mean,
    judge,
    judge_orders,
    ranking,
    stability,
    values_on,
)
from prodcls.explain.leave_out import Alone, LeaveOneOut, Occlusion
from prodcls.explain.product import Scored
from prodcls.explain.scorer import MaskScorer

__all__ = ["asked"]

VALUES = st.lists(st.floats(-5, 5, allow_nan=False).map(lambda x: round(x, 3)), min_size=2, max_size=40).map(np.array)


class Additive:
    """A scorer whose probability is the share of the weight of the players that are left."""

    def __init__(self, weights: np.ndarray) -> None:
        self.weights = weights

    def everything(self, n: int) -> np.ndarray:
        return np.ones((n, len(self.weights)), dtype=np.bool_)

    def score(self, kept: np.ndarray, *_: object) -> Scored:
        probability = kept @ self.weights / self.weights.sum()
        return Scored(probability, probability, 1 - probability)


def scorer_of(weights: np.ndarray) -> MaskScorer:
    return cast("MaskScorer", Additive(weights))


def test_figures_of_an_additive_model_are_those_worked_out_by_hand() -> None:
    weights = np.array([4.0, 3.0, 2.0, 1.0])
    best, worst = judge_orders(scorer_of(weights), np.arange(4), np.array([[0, 1, 2, 3], [3, 2, 1, 0]]), 0)
    # 5, 10 and 20% of four players are one player, 50% are two.
    assert best.comprehensiveness == pytest.approx((0.4 + 0.4 + 0.4 + 0.7) / len(SHARES))
    assert best.sufficiency == pytest.approx((0.6 + 0.6 + 0.6 + 0.3) / len(SHARES))
    assert best.deletion == pytest.approx(0.25 * (1 + 0.6) / 2 + 0.25 * (0.6 + 0.3) / 2 + 0.5 * 0.3 / 2)
    assert best.insertion == pytest.approx(1 - best.deletion)
    assert worst.comprehensiveness == pytest.approx((0.1 * 3 + 0.3) / len(SHARES))


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 5), min_size=1, max_size=30).map(np.array), st.randoms(use_true_random=False))
def test_no_order_beats_that_of_the_true_weights(weights: np.ndarray, random: object) -> None:
    m = len(weights)
    true = np.argsort(-weights)
    other = np.random.default_rng(m).permutation(m)
    best, some = judge_orders(scorer_of(weights), np.arange(m), np.array([true, other]), 0)
    assert best.comprehensiveness >= some.comprehensiveness - 1e-12
    assert best.sufficiency <= some.sufficiency + 1e-12
    assert best.deletion <= some.deletion + 1e-12
    assert best.insertion >= some.insertion - 1e-12


def test_other_players_stay_or_go() -> None:
    weights = np.array([1.0, 1.0, 8.0])
    order, players = np.array([[0, 1]]), np.array([0, 1])
    (stay,) = judge_orders(scorer_of(weights), players, order, 0)
    (go,) = judge_orders(scorer_of(weights), players, order, 0, others=False)
    assert stay.insertion - go.insertion == pytest.approx(0.8)
    assert stay.comprehensiveness == pytest.approx(go.comprehensiveness)


@pytest.mark.usefixtures("asked")
def test_accounts_are_better_than_chance_on_a_served_product() -> None:
    product = make_product("new best kettle offer genuine", "free pack of a steel kettle sale gift")
    scorer = MaskScorer(product)
    accounts = {
        name: w.explain(product, CLASSES[0], "rest") for name, w in (("loo", LeaveOneOut()), ("alone", Alone()))
    }
    found = judge(scorer, accounts, ["word"], 0, others=False)
    assert list(found) == ["loo", "alone", RANDOM]
    for name in accounts:
        assert found[name].comprehensiveness > found[RANDOM].comprehensiveness
        assert found[name].sufficiency < found[RANDOM].sufficiency
    regions = judge(
        scorer, {"occlusion": Occlusion().explain(product, CLASSES[0], "rest")}, ["region"], 0, others=False
    )
    assert regions["occlusion"].comprehensiveness > regions[RANDOM].comprehensiveness
    assert judge(MaskScorer(product), accounts, ["word"], 0, others=False) == found


@pytest.mark.usefixtures("asked")
def test_a_product_without_such_players_is_not_judged() -> None:
    assert judge(MaskScorer(make_product(colour=None)), {}, ["region"], 0) == {}


def test_parts_of_one_word_in_several_blocks_add_up() -> None:
    players = [
        Part("title", "word", "a", 0.0, "title", 0, 1),
        Part("image", "region", "1, 1", 0.0, box=(0.0, 0.0, 1 / 3, 1.0)),
    ]
    parts = (
        Part("title", "word", "a", 1.5, "title", 0, 1),
        Part("lexical", "word", "a", 0.25, "title", 0, 1),
        Part("lexical", "word", "a", 8.0, "description", 0, 1),
        Part("image", "region", "1, 1", -1.0, box=(0.0, 0.0, 0.33333333, 1.0)),
        Part("title", "context", "marks", 4.0),
    )
    account = Attribution("p", "chain", "A", "B", 0.9, 0.1, 2.0, parts, None)
    assert values_on(account, players).tolist() == [1.75, -1.0]


@settings(deadline=None)
@given(VALUES, st.integers(0, 2**32 - 1))
def test_a_ranking_is_by_value_and_the_same_in_every_run(values: np.ndarray, seed: int) -> None:
    order = ranking(values, seed)
    assert (np.diff(values[order]) <= 0).all()
    np.testing.assert_array_equal(order, ranking(values, seed))


def test_equal_values_are_not_ranked_by_place() -> None:
    firsts = {int(ranking(np.zeros(10), seed)[0]) for seed in range(40)}
    assert len(firsts) > 5


@settings(deadline=None)
@given(VALUES)
def test_agreement_with_oneself_is_whole_and_with_the_opposite_is_none(values: np.ndarray) -> None:
    same, opposite = agreement(values, values), agreement(values, -values)
    constant = np.ptp(values) == 0
    assert same.rank_correlation == pytest.approx(0 if constant else 1)
    assert same.top_overlap == 1
    assert opposite.rank_correlation == pytest.approx(0 if constant else -1)


def test_overlap_counts_the_first_five() -> None:
    first, second = np.arange(20.0), np.arange(20.0)
    second[[19, 18]] = -1
    assert agreement(first, second).top_overlap == pytest.approx(3 / 5)


def test_stability_is_the_mean_over_pairs() -> None:
    up, down = np.arange(8.0), -np.arange(8.0)
    assert stability([up, up, down]).rank_correlation == pytest.approx((1 - 1 - 1) / 3)


@settings(deadline=None)
@given(VALUES)
def test_an_interval_holds_its_mean_and_is_the_same_in_every_run(values: np.ndarray) -> None:
    found = bootstrap_mean(values)
    assert values.min() - 1e-9 <= found.low <= found.value + 1e-9 <= found.high + 2e-9 <= values.max() + 3e-9
    assert bootstrap_mean(values) == found


def test_an_interval_narrows_with_more_products() -> None:
    rng = np.random.default_rng(0)
    few, many = (bootstrap_mean(rng.normal(size=n)) for n in (20, 2000))
    assert many.high - many.low < (few.high - few.low) / 5
    assert abs((many.high - many.low) - 2 * 1.96 / np.sqrt(2000)) < 0.02
