"""Baselines: each learns what it can see, on the other folds alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prodcls.baselines import BaselineResult, baseline_names, run_baseline
from prodcls.inputs import Inputs
from prodcls.splits import stratified_group_folds
from synthetic import Sample, embeddings, make_sample, without_evidence

ALL = ("majority", "tfidf_svc", "ridge lexical", "ridge title", "ridge image", "flat")


def run(name: str, sample: Sample, folds: np.ndarray | None = None) -> BaselineResult:
    if folds is None:
        folds = stratified_group_folds(sample.labels, sample.groups, 4, 0, sample.inputs.ids)
    return run_baseline(name, sample.inputs, sample.labels, sample.n_classes, folds, 0, 1)


def share_right(name: str, sample: Sample) -> float:
    return float((run(name, sample).predicted == sample.labels).mean())


def test_names_follow_from_what_there_is() -> None:
    sample = make_sample(40)
    assert baseline_names(sample.inputs) == ALL
    assert baseline_names(without_evidence(sample.inputs)) == ("majority", "flat")
    only_text = Inputs(sample.inputs.ids, sample.inputs.texts, {}, {}, {})
    assert baseline_names(only_text) == ("majority", "tfidf_svc", "ridge lexical")
    assert baseline_names(Inputs(sample.inputs.ids, {}, {}, {}, {})) == ("majority",)


@pytest.mark.parametrize("name", ALL[1:])
def test_each_learns_from_signal_and_falls_to_chance_without(name: str) -> None:
    informed, ignorant = make_sample(240, 4, signal=1.5, missing=0.02), make_sample(240, 4, signal=0.0)
    assert share_right(name, informed) > 0.75
    if name != "flat":  # in the sample brands tell the class at any signal
        assert share_right(name, ignorant) < 0.4


def test_a_fold_says_nothing_about_its_own_labels() -> None:
    sample = make_sample(120, 3)
    folds = stratified_group_folds(sample.labels, sample.groups, 4, 0)
    changed = replace(sample, labels=np.where(folds == 1, (sample.labels + 1) % 3, sample.labels))
    for name in ALL:
        first, second = run(name, sample, folds).predicted, run(name, changed, folds).predicted
        assert np.array_equal(first[folds == 1], second[folds == 1]), name


def test_majority_is_the_commonest_class_of_the_other_folds() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2])
    sample = replace(make_sample(6, 3), labels=labels)
    predicted = run("majority", sample, np.array([0, 0, 0, 1, 1, 1])).predicted
    assert predicted.tolist() == [1, 1, 1, 0, 0, 0]


def test_rows_of_a_negative_fold_are_only_trained_on() -> None:
    sample = make_sample(80, 2)
    folds = np.where(np.arange(80) < 60, -1, 0)
    for name in ALL:
        predicted = run(name, sample, folds).predicted
        assert (predicted[:60] == -1).all()
        assert set(predicted[60:]) <= {0, 1}


@pytest.mark.parametrize("name", ALL)
def test_one_class_left_in_training_is_predicted(name: str) -> None:
    sample = make_sample(20, 2)
    folds = (sample.labels == 0).astype(np.int64)
    assert np.array_equal(run(name, sample, folds).predicted, 1 - sample.labels)


@pytest.mark.parametrize("name", ALL)
def test_results_repeat_and_take_time(name: str) -> None:
    sample = make_sample(80, 3)
    first, second = run(name, sample), run(name, sample)
    assert np.array_equal(first.predicted, second.predicted)
    assert first.predicted.dtype == np.int64
    assert first.seconds > 0


@pytest.mark.parametrize("name", ["tfidf_svc", "ridge lexical"])
def test_chinese_is_read_by_characters(name: str) -> None:
    goods = ("红色水壶", "蓝色手机", "纯棉毛巾")
    rng = np.random.default_rng(0)
    labels = np.arange(90, dtype=np.int64) % 3
    texts = tuple(f"新款{rng.integers(1000)}号{goods[c]}正品包邮{rng.integers(1000)}" for c in labels)
    sample = Sample(Inputs(tuple(map(str, range(90))), {"title": texts}, {}, {}, {}), labels, np.arange(90), 3)
    assert share_right(name, sample) > 0.95


def test_texts_and_vectors_missing_from_some_training_folds() -> None:
    sample = make_sample(40, 2)
    folds = np.arange(40) % 2
    texts = tuple("lonely kettle" if fold else "" for fold in folds)
    vectors = embeddings("title", np.ones((40, 3)), folds == 1)
    sample = replace(sample, inputs=replace(sample.inputs, texts={"title": texts}, dense={"title": vectors}))
    for name in ("tfidf_svc", "ridge lexical", "ridge title"):
        assert set(run(name, sample, folds).predicted) <= {0, 1}


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no baseline 'ridge audio'"):
        run("ridge audio", make_sample(20))
