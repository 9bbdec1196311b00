"""The head adds its correction to the pool for the best candidates, and never for the worse."""

from __future__ import annotations

import numpy as np
import pytest

import prodcls.head
from prodcls.booster import BoosterData, RoundsChoice
from prodcls.calibration import Calibration, softmax
from prodcls.candidates import CANDIDATES, candidate_evidence, feature_channels
from prodcls.evidence import Channel
from prodcls.head import _choose_correction, _monotone, fit_head
from synthetic import boosted, make_sample, without_evidence

DESCRIBED = (
    Channel("text.score", "text", "score"),
    Channel("price.typical", "price", "typical"),
    Channel("text.neighbours", "text", "neighbours"),
    Channel("text.closest", "text", "closest"),
    Channel("prior", "prior", "prior"),
)
MANY = make_sample(150, 25, signal=1.5)
MANY_FIT = boosted(MANY)


def test_new_products_are_classified() -> None:
    train, test = np.arange(160), np.arange(160, 240)
    sample = make_sample(240)
    part = sample.take(train)
    head = fit_head(part.inputs, part.labels, part.groups, 4).head
    found = head.margins(sample.inputs.take(test)).total.argmax(axis=1)
    assert (found == sample.labels[test]).mean() > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_labels_at_random_are_not_learned(seed: int) -> None:
    sample = make_sample(400, signal=1.5, seed=seed)
    labels = np.random.default_rng(seed).permutation(sample.labels)
    train, test = np.arange(200), np.arange(200, 400)
    head = fit_head(sample.inputs.take(train), labels[train], sample.groups[train], 4).head
    margins = head.margins(sample.inputs.take(test))
    hits = (margins.total.argmax(axis=1) == labels[test]).mean()
    assert hits < 0.25 + 3.5 * np.sqrt(0.25 * 0.75 / 200)
    confidence = softmax(margins.total, head.calibration.temperatures(margins.total)).max(axis=1)
    assert confidence.mean() < 0.5  # and it knows that it knows nothing


@pytest.mark.parametrize("signal", [0.0, 0.4, 1.5])
def test_the_held_out_loss_is_never_above_the_pools(signal: float) -> None:
    sample = make_sample(120, signal=signal)
    rounds = fit_head(sample.inputs, sample.labels, sample.groups, 4).rounds
    assert rounds.losses[rounds.rounds] <= rounds.losses[0]


def test_the_total_is_the_pool_and_the_corrections_of_the_candidates() -> None:
    head = MANY_FIT.head
    margins = head.margins(MANY.inputs)
    np.testing.assert_allclose(margins.pooled, margins.channels @ head.pool.weights)
    assert margins.candidates.shape == margins.corrections.shape == (150, CANDIDATES)
    for i in range(150):
        best = sorted(range(25), key=lambda k: -margins.pooled[i, k])[:CANDIDATES]
        assert margins.candidates[i].tolist() == best
        expected = margins.pooled[i].copy()
        expected[margins.candidates[i]] += margins.corrections[i]
        np.testing.assert_allclose(margins.total[i], expected)
    assert np.abs(margins.corrections).max() > 0.01


def test_corrections_are_what_the_booster_says_above_its_level() -> None:
    head = MANY_FIT.head
    assert head.booster is not None
    margins = head.margins(MANY.inputs)
    described = head.evidence.channels
    for i in (0, 77):
        evidence = candidate_evidence(margins.channels[[i]], margins.candidates[[i]], described)[0]
        raw = np.asarray(head.booster.predict(evidence, raw_score=True))
        np.testing.assert_allclose(margins.corrections[i], raw - head.level)
        base = np.asarray(head.booster.predict(evidence, pred_contrib=True))[:, -1]
        np.testing.assert_allclose(base, head.level)


def test_a_product_gets_the_same_margins_alone_as_among_others() -> None:
    together = MANY_FIT.head.margins(MANY.inputs).total
    for i in (0, 31, 149):
        alone = MANY_FIT.head.margins(MANY.inputs.take(np.array([i]))).total[0]
        np.testing.assert_allclose(alone, together[i], atol=1e-5)


def test_of_products_that_nothing_is_known_of_only_the_prior_counts() -> None:
    head = MANY_FIT.head
    margins = head.margins(without_evidence(MANY.inputs))
    expected = head.pool.weights[-1] * head.evidence.log_prior
    np.testing.assert_allclose(margins.pooled, np.tile(expected, (150, 1)))


def test_no_products_are_no_error() -> None:
    nothing = MANY.inputs.take(np.empty(0, dtype=np.intp))
    assert MANY_FIT.head.margins(nothing).total.shape == (0, 25)


def test_the_same_data_give_the_same_head() -> None:
    sample = make_sample(80)
    first, second = (fit_head(sample.inputs, sample.labels, sample.groups, 4, random_state=3) for _ in range(2))
    np.testing.assert_array_equal(first.head.margins(sample.inputs).total, second.head.margins(sample.inputs).total)
    assert first.head.calibration == second.head.calibration


def test_the_names_of_text_blocks_are_kept() -> None:
    sample = make_sample(40)
    assert fit_head(sample.inputs, sample.labels, sample.groups, 4).text_blocks == ("title", "lexical")


@pytest.mark.parametrize("n", [8, 20])
def test_a_handful_of_products_is_enough(n: int) -> None:
    sample = make_sample(n, 2)
    head = fit_head(sample.inputs, sample.labels, sample.groups, 2).head
    assert np.all(np.isfinite(head.margins(sample.inputs).total))


def test_a_class_may_have_no_product() -> None:
    sample = make_sample(60)
    head = fit_head(sample.inputs, sample.labels, sample.groups, 6).head
    margins = head.margins(sample.inputs)
    assert margins.total.shape == (60, 6)
    assert set(margins.total.argmax(axis=1)) <= {0, 1, 2, 3}


def test_products_of_one_group_cannot_be_learned_from() -> None:
    sample = make_sample(30)
    with pytest.raises(ValueError, match="near-duplicates"):
        fit_head(sample.inputs, sample.labels, np.zeros(30, dtype=np.int64), 4)


def test_rows_of_a_softmax_sum_to_one() -> None:
    margins = MANY_FIT.head.margins(MANY.inputs).total
    probabilities = softmax(margins, MANY_FIT.head.calibration.temperatures(margins))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), margins.argmax(axis=1))


def test_evidence_in_favour_never_lowers_a_margin() -> None:
    head = MANY_FIT.head
    assert head.booster is not None
    described = head.evidence.channels
    margins = head.margins(MANY.inputs)
    evidence = candidate_evidence(margins.channels, margins.candidates, described).reshape(
        -1, len(feature_channels(described))
    )
    before = np.asarray(head.booster.predict(evidence, raw_score=True))
    for feature, owner in enumerate(feature_channels(described)):
        if described[owner].kind not in ("prior", "closest"):
            raised = evidence.copy()
            raised[:, feature] += 0.5
            assert np.all(np.asarray(head.booster.predict(raised, raw_score=True)) >= before - 1e-12)


@pytest.mark.parametrize(
    ("rounds", "gain", "asked", "lifted"), [(0, 1.0, 1, False), (10, 1.0, 2, True), (10, 0.0, 2, False)]
)
def test_closeness_may_count_against_a_class_only_where_that_clearly_helps(
    monkeypatch: pytest.MonkeyPatch, rounds: int, gain: float, asked: int, lifted: bool
) -> None:
    data = BoosterData(np.zeros((40, 3, 7)), np.zeros((40, 3)), np.zeros(40, dtype=np.int64), _monotone(DESCRIBED))
    constraints: list[tuple[int, ...]] = []

    def choose(given: BoosterData, *_: object, **__: object) -> RoundsChoice:
        constraints.append(given.monotone)
        corrections = np.zeros(given.start.shape)
        corrections[:, 0] = gain * (len(constraints) - 1) + np.resize([0.1, -0.1], 40) * (len(constraints) - 1)
        return RoundsChoice(rounds, {}, corrections)

    monkeypatch.setattr(prodcls.head, "choose_rounds", choose)
    chosen, _ = _choose_correction(data, DESCRIBED, np.arange(40) % 5, random_state=0, threads=1)
    assert constraints == [(1, 1, 1, 1, 0, 1, 1), (1, 1, 1, 0, 0, 1, 1)][:asked]
    assert chosen.monotone == constraints[-1 if lifted else 0]


def test_calibration_is_fitted_on_held_out_margins_with_their_corrections(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = make_sample(120, signal=0.25, group_size=3)
    asked: list[np.ndarray] = []

    def rounds(data: BoosterData, fold: np.ndarray, **_: object) -> RoundsChoice:
        for group in np.unique(sample.groups):
            assert len(set(fold[sample.groups == group])) == 1  # near-duplicates never part
        corrections = np.zeros(data.start.shape)
        corrections[:, 0] = 7.0  # for the best candidate
        return RoundsChoice(0, {0: 1.0}, corrections)

    def calibrate(margins: np.ndarray, outside: np.ndarray, labels: np.ndarray, fold: np.ndarray) -> Calibration:
        np.testing.assert_array_equal(labels, sample.labels)
        assert not outside.any()  # four classes are all candidates
        assert len(fold) == len(labels)
        asked.append(margins)
        return Calibration.plain(3.25)

    monkeypatch.setattr(prodcls.head, "choose_rounds", rounds)
    monkeypatch.setattr(prodcls.head, "fit_calibration", calibrate)
    head = fit_head(sample.inputs, sample.labels, sample.groups, 4).head
    assert head.calibration == Calibration.plain(3.25)
    (margins,) = asked
    ranked = np.sort(margins, axis=1)
    assert np.all(ranked[:, -1] - ranked[:, -2] >= 7.0)
    seen = (head.margins(sample.inputs).pooled.argmax(axis=1) == sample.labels).mean()
    held_out = (margins.argmax(axis=1) == sample.labels).mean()
    assert held_out < seen - 0.1
