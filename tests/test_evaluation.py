"""Each tested row is judged once, by a model that has seen neither it nor its copies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import prodcls.evaluation
from prodcls.calibration import softmax
from prodcls.evaluation import NOT_TESTED, Problem, cross_validate
from prodcls.evidence import Channel
from prodcls.fold_scores import modality_names
from prodcls.model import fit_model
from prodcls.splits import stratified_group_folds
from synthetic import Sample, make_sample

NAMES = ("a", "b", "c", "d")


def as_problem(sample: Sample, n_folds: int = 3) -> Problem:
    fold = stratified_group_folds(sample.labels, sample.groups, n_folds, 0)
    return Problem(sample.inputs, sample.labels, sample.groups, fold, NAMES[: sample.n_classes])


PROBLEM = as_problem(make_sample(120, group_size=2, signal=0.8))
SCORES = cross_validate(PROBLEM)


def test_all_rows_are_tested_once_in_order() -> None:
    np.testing.assert_array_equal(SCORES.rows, np.arange(120))
    assert SCORES.margins.shape == (120, 4)
    tested = np.concatenate([f.rows for f in SCORES.folds])
    assert sorted(tested.tolist()) == list(range(120))
    for fold in SCORES.folds:
        np.testing.assert_array_equal(SCORES.margins[fold.rows], fold.margins)
        np.testing.assert_array_equal(SCORES.temperature[fold.rows], fold.temperature)
        assert len(set(PROBLEM.fold[fold.rows])) == 1


def test_no_row_is_judged_by_a_model_that_saw_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[tuple[str, ...]] = []

    def spy(inputs: Any, labels: np.ndarray, *args: Any, **options: Any) -> Any:
        rows = np.array([PROBLEM.inputs.ids.index(i) for i in inputs.ids])
        np.testing.assert_array_equal(labels, PROBLEM.labels[rows])
        np.testing.assert_array_equal(args[0], PROBLEM.groups[rows])
        trained.append(inputs.ids)
        return fit_model(inputs, labels, *args, **options)

    monkeypatch.setattr(prodcls.evaluation, "fit_model", spy)
    scores = cross_validate(PROBLEM)
    assert len(trained) == len(scores.folds) == 3
    for fold in scores.folds:
        own = {PROBLEM.inputs.ids[i] for i in np.flatnonzero(np.isin(PROBLEM.groups, PROBLEM.groups[fold.rows]))}
        (model,) = [ids for ids in trained if not own & set(ids)]
        assert set(model) == set(PROBLEM.inputs.ids) - {PROBLEM.inputs.ids[i] for i in fold.rows}


def test_the_model_of_each_fold_is_the_one_that_judged_it() -> None:
    for fold in SCORES.folds:
        assert fold.model is not None
        with threadpool_limits(1):
            probabilities = fold.model.probabilities(PROBLEM.inputs.take(fold.rows))
        np.testing.assert_allclose(softmax(fold.margins, fold.temperature), probabilities, atol=1e-12)


def test_rows_that_are_not_tested_are_only_trained_on() -> None:
    fold = np.where(np.arange(120) < 80, NOT_TESTED, 0)
    scores = cross_validate(replace(PROBLEM, fold=fold))
    np.testing.assert_array_equal(scores.rows, np.arange(80, 120))
    assert len(scores.folds) == 1
    train = np.arange(80)
    with threadpool_limits(1):  # as the folds are fitted: float32 sums depend on the number of threads
        model = fit_model(PROBLEM.inputs.take(train), PROBLEM.labels[train], PROBLEM.groups[train], NAMES).model
        expected = model.probabilities(PROBLEM.inputs.take(np.arange(80, 120)))
    np.testing.assert_allclose(softmax(scores.margins, scores.temperature), expected, atol=1e-12)


def test_the_labels_of_the_tested_fold_have_no_part_in_its_scores() -> None:
    labels = PROBLEM.labels.copy()
    tested = PROBLEM.fold == 1
    labels[tested] = (labels[tested] + 1) % 4
    scores = cross_validate(replace(PROBLEM, labels=labels))
    np.testing.assert_allclose(scores.margins[tested], SCORES.margins[tested], atol=1e-12)
    np.testing.assert_allclose(scores.temperature[tested], SCORES.temperature[tested], atol=1e-12)
    assert np.abs(scores.margins[~tested] - SCORES.margins[~tested]).max() > 0.01


@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_labels_at_random_give_chance(head: Any) -> None:
    sample = make_sample(240, signal=1.5)
    labels = np.random.default_rng(1).permutation(sample.labels)
    problem = as_problem(replace(sample, labels=labels))
    scores = cross_validate(problem, head=head)
    hits = (scores.ranked[:, 0] == labels).mean()
    assert hits < 0.25 + 3.5 * np.sqrt(0.25 * 0.75 / 240)
    true = cross_validate(replace(problem, labels=sample.labels), head=head)
    assert (true.ranked[:, 0] == sample.labels).mean() > 0.8


def test_copies_in_other_folds_would_be_seen_through() -> None:
    """Without signal, near-duplicates are the only way to be right: kept in one fold they are none."""
    sample = make_sample(120, signal=0.0, group_size=2, missing=0.0)
    inputs = sample.inputs.take(np.arange(120) // 2 * 2)
    apart = as_problem(replace(sample, inputs=inputs))
    leaky = replace(apart, fold=np.arange(120) % 2, groups=np.arange(120))
    assert (cross_validate(apart).ranked[:, 0] == sample.labels).mean() < 0.4
    assert (cross_validate(leaky).ranked[:, 0] == sample.labels).mean() > 0.6


def test_the_best_two_classes_come_first() -> None:
    order = np.argsort(-SCORES.margins, axis=1, kind="stable")
    np.testing.assert_array_equal(SCORES.ranked, order[:, :2])


def test_each_fold_accounts_for_its_best_class_against_the_second() -> None:
    for fold in SCORES.folds:
        assert fold.account is not None
        ranked = np.sort(fold.margins, axis=1)
        expected = (ranked[:, -1] - ranked[:, -2]) / fold.temperature
        np.testing.assert_allclose(fold.account.margin, expected)


def test_the_number_of_threads_has_no_effect() -> None:
    np.testing.assert_array_equal(cross_validate(PROBLEM, threads=2).margins, SCORES.margins)


def test_ablations_are_named_by_modality_and_in_the_order_of_the_rows() -> None:
    ablation = SCORES.ablation()
    modalities = ("text", "image", "price", "brand")
    assert set(ablation) == {"all", "sum", *(f"{how} {name}" for how in ("only", "without") for name in modalities)}
    for name, predicted in ablation.items():
        assert predicted.shape == (120,)
        for fold in SCORES.folds:
            np.testing.assert_array_equal(predicted[fold.rows], fold.ablation[name])
    hits = {name: (predicted == PROBLEM.labels).mean() for name, predicted in ablation.items()}
    assert hits["only text"] > 0.6
    assert hits["without brand"] > 0.8
    assert hits["all"] >= hits["only brand"]


def test_the_whole_pool_and_the_plain_sum_are_given_beside_the_ablations() -> None:
    first = PROBLEM.fold != 0
    rows = np.flatnonzero(first)
    details = fit_model(PROBLEM.inputs.take(rows), PROBLEM.labels[rows], PROBLEM.groups[rows], NAMES).details
    assert details is not None
    margins = details.head.margins(PROBLEM.inputs.take(np.flatnonzero(~first)))
    ablation = SCORES.ablation()
    np.testing.assert_array_equal(ablation["all"][~first], margins.pooled.argmax(axis=1))
    keys = [c.key for c in details.head.evidence.channels]
    total = sum(margins.channels[:, :, keys.index(f"{b}.score")] for b in ("title", "image", "lexical"))
    np.testing.assert_array_equal(ablation["sum"][~first], np.argmax(total, axis=1))


def test_an_ablated_modality_has_no_say() -> None:
    """Only the photo tells the class here: without it chance is left, with it alone everything."""
    sample = make_sample(120, signal=0.0)
    e = sample.inputs.dense["image"]
    told = np.eye(8, dtype=np.float32)[sample.labels]
    image = replace(e, vectors=told, present=e.present | True)
    inputs = replace(sample.inputs, dense={**sample.inputs.dense, "image": image})
    ablation = cross_validate(as_problem(replace(sample, inputs=inputs))).ablation()
    assert (ablation["only image"] == sample.labels).mean() > 0.95
    assert (ablation["without image"] == sample.labels).mean() < 0.45
    assert (ablation["only text"] == sample.labels).mean() < 0.45


def test_the_prior_is_part_of_every_ablation() -> None:
    """A price that tells nothing leaves the commonest class, which only the prior knows."""
    sample = make_sample(160, signal=0.0)
    labels = np.where(np.arange(160) % 5 == 0, sample.labels, 2)
    ablation = cross_validate(as_problem(replace(sample, labels=labels))).ablation()
    assert (ablation["only price"] == 2).mean() > 0.95


def test_one_modality_needs_no_ablation() -> None:
    sample = make_sample(60)
    inputs = replace(sample.inputs, dense={"title": sample.inputs.dense["title"]}, numeric={}, categorical={})
    assert set(cross_validate(as_problem(replace(sample, inputs=inputs))).ablation()) == {"all", "sum"}


def test_the_flat_head_has_margins_and_no_account() -> None:
    scores = cross_validate(PROBLEM, head="flat")
    np.testing.assert_array_equal(scores.rows, np.arange(120))
    assert all(f.account is None for f in scores.folds)
    assert scores.ablation() == {}
    np.testing.assert_allclose(np.exp(scores.margins).sum(axis=1), 1.0, atol=1e-9)


def test_all_words_are_one_modality_and_the_prior_is_none() -> None:
    channels = tuple(
        Channel(f"{block}.{kind}", block, kind)
        for block, kind in [("title", "score"), ("lexical", "score"), ("image", "neighbours"), ("prior", "prior")]
    )
    assert modality_names(channels, ("title", "lexical")) == {"title": "text", "lexical": "text", "image": "image"}


def test_a_class_whose_rows_are_all_in_one_fold_is_no_error() -> None:
    sample = make_sample(60)
    fold = np.where(sample.labels == 3, 0, np.arange(60) % 3)
    scores = cross_validate(Problem(sample.inputs, sample.labels, sample.groups, fold, NAMES))
    assert not (scores.ranked[sample.labels == 3, 0] == 3).any()
    two = make_sample(40, 2)
    one_class = cross_validate(Problem(two.inputs, two.labels, two.groups, two.labels, NAMES[:2]))
    assert (one_class.ranked[:, 0] != two.labels).all()
