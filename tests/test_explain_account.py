"""The parts of an account sum to the margin that was served, for any two classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.calibration import Calibration, softmax
from prodcls.candidates import candidate_evidence
from prodcls.errors import AdditivityError
from prodcls.explain.account import explain_evidence, explain_rest, rest_weights
from prodcls.head import EvidenceHead, fit_head
from prodcls.pool import Pool
from synthetic import boosted, make_sample, without_evidence

SAMPLE = make_sample(150, 25, signal=1.5)  # more classes than candidates
HEAD = replace(boosted(SAMPLE).head, calibration=Calibration(1.4, 2.3, 0.8))
MARGINS = HEAD.margins(SAMPLE.inputs)
TEMPERATURE = HEAD.calibration.temperatures(MARGINS.total)
CLASSES = st.lists(st.integers(0, 24), min_size=150, max_size=150).map(lambda x: np.array(x, dtype=np.int64))


@settings(deadline=None, max_examples=25)
@given(CLASSES, CLASSES)
def test_shares_sum_to_the_difference_of_log_probabilities(a: np.ndarray, b: np.ndarray) -> None:
    account = explain_evidence(HEAD, MARGINS, a, b)
    rows = np.arange(150)
    served = np.log(softmax(MARGINS.total, TEMPERATURE))
    np.testing.assert_allclose(account.margin, served[rows, a] - served[rows, b], atol=1e-9)
    told = account.shares.sum(axis=1) + account.behind
    np.testing.assert_allclose(told, account.margin, atol=1e-9)
    np.testing.assert_allclose(account.residual, told - account.margin, atol=1e-15)
    np.testing.assert_array_equal(account.values_a, MARGINS.channels[rows, a])
    np.testing.assert_array_equal(account.values_b, MARGINS.channels[rows, b])
    candidate = (MARGINS.candidates == a[:, None]).any(axis=1)
    assert account.shares.shape == (150, len(account.channels))
    assert account.channels == HEAD.evidence.channels
    pool_only = HEAD.pool.weights * (account.values_a - account.values_b) / TEMPERATURE[:, None]
    neither = ~candidate & ~(MARGINS.candidates == b[:, None]).any(axis=1)
    np.testing.assert_allclose(account.shares[neither], pool_only[neither], atol=1e-12)


@settings(deadline=None, max_examples=10)
@given(CLASSES, CLASSES)
def test_a_against_b_is_the_opposite_of_b_against_a(a: np.ndarray, b: np.ndarray) -> None:
    forth, back = explain_evidence(HEAD, MARGINS, a, b), explain_evidence(HEAD, MARGINS, b, a)
    np.testing.assert_allclose(forth.shares, -back.shares, atol=1e-12)
    np.testing.assert_allclose(forth.margin, -back.margin, atol=1e-12)
    np.testing.assert_array_equal(forth.values_a, back.values_b)


@settings(deadline=None, max_examples=10)
@given(CLASSES, CLASSES, CLASSES)
def test_accounts_add_up_along_a_chain_of_classes(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    direct = explain_evidence(HEAD, MARGINS, a, c).shares
    by_way = explain_evidence(HEAD, MARGINS, a, b).shares + explain_evidence(HEAD, MARGINS, b, c).shares
    np.testing.assert_allclose(direct, by_way, atol=1e-9)


def test_a_class_against_itself_needs_no_account() -> None:
    a = np.arange(150) % 25
    account = explain_evidence(HEAD, MARGINS, a, a)
    assert not account.shares.any()
    assert not account.margin.any()


def test_the_correction_is_part_of_the_account() -> None:
    best, second = MARGINS.candidates[:, 0], MARGINS.candidates[:, 1]
    account = explain_evidence(HEAD, MARGINS, best, second)
    pool_only = HEAD.pool.weights * (account.values_a - account.values_b) / TEMPERATURE[:, None]
    assert np.abs(account.shares - pool_only).max() > 0.01


def test_each_channel_owns_what_treeshap_gives_its_value_and_its_lead() -> None:
    assert HEAD.booster is not None
    best, second = MARGINS.candidates[:, 0], MARGINS.candidates[:, 1]
    account = explain_evidence(HEAD, MARGINS, best, second)
    channels = HEAD.evidence.channels
    names = [c.key for c in channels] + [c.key for c in channels if c.kind in ("score", "neighbours")]
    assert len(names) == HEAD.booster.num_feature()
    expected = np.zeros((150, len(channels)))
    for sign, classes in ((1, best), (-1, second)):
        evidence = candidate_evidence(MARGINS.channels, classes[:, None], channels)[:, 0]
        parts = np.asarray(HEAD.booster.predict(evidence, pred_contrib=True))
        for feature, name in enumerate(names):
            expected[:, [c.key for c in channels].index(name)] += sign * parts[:, feature] / TEMPERATURE
    np.testing.assert_allclose(account.correction, expected, atol=1e-12)
    assert (np.abs(expected).max(axis=0) > 1e-4).sum() > 3


def test_without_a_correction_shares_are_weight_times_difference() -> None:
    sample = make_sample(80)
    head = fit_head(sample.inputs, sample.labels, sample.groups, 4).head
    head = replace(head, booster=None, level=0.0)
    margins = head.margins(sample.inputs)
    a, b = margins.candidates[:, 0], margins.candidates[:, 1]
    account = explain_evidence(head, margins, a, b)
    temperature = head.calibration.temperatures(margins.total)
    expected = head.pool.weights * (account.values_a - account.values_b) / temperature[:, None]
    np.testing.assert_allclose(account.shares, expected, atol=1e-12)


def test_absent_blocks_have_no_share_beyond_the_correction() -> None:
    sample = make_sample(80)
    head = replace(fit_head(sample.inputs, sample.labels, sample.groups, 4).head, booster=None)
    margins = head.margins(without_evidence(sample.inputs))
    account = explain_evidence(head, margins, np.zeros(80, dtype=np.int64), np.ones(80, dtype=np.int64))
    assert not account.shares[:, :-1].any()


@settings(deadline=None, max_examples=15)
@given(CLASSES)
def test_against_all_others_the_parts_sum_to_the_log_odds(a: np.ndarray) -> None:
    account = explain_rest(HEAD, MARGINS, a)
    p = softmax(MARGINS.total, TEMPERATURE)
    mine = p[np.arange(150), a]
    rest = p.sum(axis=1) - mine
    np.testing.assert_allclose(account.margin, np.log(mine) - np.log(rest), atol=1e-6)
    np.testing.assert_allclose(account.shares.sum(axis=1) + account.offset + account.behind, account.margin, atol=1e-9)
    assert np.all(account.offset <= 0)
    assert np.all(account.offset >= -np.log(24) - 1e-9)


def test_against_all_others_means_each_single_account_weighted_by_probability() -> None:
    a = MARGINS.candidates[:, 2]
    weights = rest_weights(HEAD, MARGINS, a)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert not weights[np.arange(150), a].any()
    expected = np.zeros((150, len(HEAD.evidence.channels)))
    for c in range(25):
        expected += weights[:, [c]] * explain_evidence(HEAD, MARGINS, a, np.full(150, c)).shares
    np.testing.assert_allclose(explain_rest(HEAD, MARGINS, a).shares, expected, atol=1e-9)


def test_of_two_classes_the_rest_is_the_other() -> None:
    sample = make_sample(80, 2)
    head = boosted(sample).head
    margins = head.margins(sample.inputs)
    a = margins.candidates[:, 0]
    rest, single = explain_rest(head, margins, a), explain_evidence(head, margins, a, 1 - a)
    np.testing.assert_allclose(rest.shares, single.shares, atol=1e-9)
    np.testing.assert_allclose(rest.offset, 0.0, atol=1e-12)


@pytest.mark.parametrize("what", ["total", "channels", "weights", "level", "nan"])
def test_parts_that_do_not_sum_are_refused(what: str) -> None:
    margins, head = MARGINS, HEAD
    if what == "total":
        margins = replace(MARGINS, total=MARGINS.total + 1e-5 * np.arange(25))
    elif what == "channels":
        margins = replace(MARGINS, channels=MARGINS.channels * 1.001)
    elif what == "weights":
        head = replace(HEAD, pool=Pool(HEAD.pool.weights * 1.001))
    elif what == "level":
        margins = replace(HEAD, level=HEAD.level + 1.0).margins(SAMPLE.inputs)
    else:
        margins = replace(MARGINS, total=MARGINS.total * np.nan)
    a = MARGINS.candidates[:, 0]
    with pytest.raises(AdditivityError, match="differ"):
        explain_evidence(head, margins, a, np.setdiff1d(np.arange(25), MARGINS.candidates[0])[:1].repeat(150))


def test_no_products_need_no_account() -> None:
    nothing = np.empty(0, dtype=np.int64)
    margins = HEAD.margins(SAMPLE.inputs.take(nothing))
    account = explain_evidence(HEAD, margins, nothing, nothing)
    assert account.shares.shape == (0, len(HEAD.evidence.channels))


def test_heads_are_told_apart_by_their_temperature() -> None:
    """The account is of the calibrated margin: twice the temperature, half of every share."""
    warm: EvidenceHead = replace(HEAD, calibration=Calibration(2.8, 4.6, 0.8))
    a, b = MARGINS.candidates[:, 0], MARGINS.candidates[:, 1]
    np.testing.assert_allclose(
        explain_evidence(warm, MARGINS, a, b).shares * 2, explain_evidence(HEAD, MARGINS, a, b).shares, atol=1e-12
    )


def test_a_class_outside_of_the_shortlist_is_behind_by_a_step_of_its_own() -> None:
    inside, outside = MARGINS.candidates[:, 0], MARGINS.pooled.argmin(axis=1)
    step = HEAD.calibration.behind / TEMPERATURE
    np.testing.assert_allclose(explain_evidence(HEAD, MARGINS, inside, outside).behind, step)
    np.testing.assert_allclose(explain_evidence(HEAD, MARGINS, outside, inside).behind, -step)
    both = explain_evidence(HEAD, MARGINS, inside, MARGINS.candidates[:, 1])
    assert not both.behind.any()
    rest = explain_rest(HEAD, MARGINS, inside)
    assert np.all((rest.behind >= 0) & (rest.behind < step))
