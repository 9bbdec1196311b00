"""Each channel says of a training row what a model says that never saw the row's group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import prodcls.probes
from prodcls.held_out import EvidenceFit, fit_evidence
from synthetic import Sample, embeddings, make_sample, without_evidence


@pytest.fixture(autouse=True)
def _one_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.probes, "PENALTIES", (0.3,))


def fit(sample: Sample) -> EvidenceFit:
    return fit_evidence(sample.inputs, sample.labels, sample.groups, sample.n_classes)


def places(found: EvidenceFit, *kinds: str) -> list[int]:
    return [i for i, c in enumerate(found.model.channels) if c.kind in kinds]


def test_channels_are_named_by_block_and_kind() -> None:
    found = fit(make_sample(40))
    assert [c.key for c in found.model.channels] == [
        "title.score",
        "image.score",
        "lexical.score",
        "title.neighbours",
        "image.neighbours",
        "title.closest",
        "image.closest",
        "price.typical",
        "brand.affinity",
        "prior",
    ]
    assert found.held_out.shape == (40, 4, 10)
    assert found.model.scores(make_sample(7, seed=5).inputs).shape == (7, 4, 10)


@pytest.mark.parametrize("group_size", [1, 3])
def test_held_out_rows_are_scored_as_by_a_model_without_their_group(group_size: int) -> None:
    sample = make_sample(36, group_size=group_size)
    found = fit(sample)
    channels = places(found, "neighbours", "closest") + [i for i in places(found, "score") if i < 2]
    for group in (0, 4, 11):
        own = np.flatnonzero(sample.groups == group)
        without = fit(sample.take(np.flatnonzero(sample.groups != group)))
        expected = without.model.scores(sample.inputs.take(own))
        np.testing.assert_allclose(found.held_out[own][:, :, channels], expected[:, :, channels], atol=2e-3)


def test_labels_have_no_part_in_what_is_said_of_their_own_group() -> None:
    sample = make_sample(60, group_size=4, signal=2.0)
    sample.labels[::4] = (sample.labels[::4] + 1) % 4  # groups hold two classes
    sample.inputs.numeric["price"][8:12] = 50.0
    before = fit(sample).held_out
    own = np.arange(8, 12)
    labels = sample.labels.copy()
    labels[own] = labels[own[::-1]]
    after = fit(replace(sample, labels=labels)).held_out
    assert not np.array_equal(labels, sample.labels)
    np.testing.assert_allclose(after[own], before[own], atol=1e-4)
    others = np.setdiff1d(np.arange(60), own)
    assert np.abs(after[others] - before[others]).max() > 1e-3


def test_held_out_scores_tell_less_than_scores_of_rows_seen() -> None:
    sample = make_sample(60, signal=0.0)
    found = fit(sample)
    scores = places(found, "score")
    seen = found.model.scores(sample.inputs)[:, :, scores].sum(axis=2)
    held_out = found.held_out[:, :, scores].sum(axis=2)
    assert (seen.argmax(axis=1) == sample.labels).mean() > 0.6
    assert (held_out.argmax(axis=1) == sample.labels).mean() < 0.45


@pytest.mark.parametrize("block", ["title", "image"])
def test_what_is_absent_says_nothing(block: str) -> None:
    sample = make_sample(60, missing=0.3)
    found = fit(sample)
    for scores in (found.held_out, found.model.scores(sample.inputs)):
        for i, channel in enumerate(found.model.channels):
            if channel.block == block:
                absent = ~sample.inputs.dense[block].present
                assert absent.any()
                assert not scores[absent, :, i].any()
                assert scores[~absent, :, i].any(axis=1).all()
        price = next(i for i, c in enumerate(found.model.channels) if c.block == "price")
        assert not scores[np.isnan(sample.inputs.numeric["price"]), :, price].any()
        words = next(i for i, c in enumerate(found.model.channels) if c.block == "lexical")
        blank = np.array([not text for text in sample.inputs.texts["title"]])
        assert blank.any()
        assert not scores[blank, :, words].any()


def test_of_products_that_nothing_is_known_of_only_the_prior_speaks() -> None:
    sample = make_sample(60)
    found = fit(sample)
    scores = found.model.scores(without_evidence(sample.inputs))
    assert not scores[:, :, :-1].any()
    np.testing.assert_array_equal(scores[0, :, -1], found.model.log_prior)
    assert found.model.log_prior.argmax() == np.bincount(sample.labels).argmax()
    assert np.exp(found.model.log_prior).sum() == pytest.approx(1.0)


def test_no_products_give_no_rows() -> None:
    found = fit(make_sample(40))
    assert found.model.scores(make_sample(3).inputs.take(np.empty(0, dtype=np.intp))).shape == (0, 4, 10)


def test_blocks_with_too_few_rows_to_hold_out_are_left_out() -> None:
    sample = make_sample(30)
    only_one = np.arange(30) == 3
    dense = {**sample.inputs.dense, "image": embeddings("image", sample.inputs.dense["image"].vectors, only_one)}
    inputs = replace(sample.inputs, dense=dense, texts={"title": ("",) * 30})
    found = fit(replace(sample, inputs=inputs))
    keys = [c.key for c in found.model.channels]
    assert keys == ["title.score", "title.neighbours", "title.closest", "price.typical", "brand.affinity", "prior"]
    assert found.model.scores(inputs).shape == (30, 4, 6)


def test_columns_alone_are_enough() -> None:
    sample = make_sample(30)
    inputs = replace(sample.inputs, dense={}, texts={})
    found = fit(replace(sample, inputs=inputs))
    assert [c.key for c in found.model.channels] == ["price.typical", "brand.affinity", "prior"]
