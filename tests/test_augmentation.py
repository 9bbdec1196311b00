"""Copies teach the photo's probe and nothing else, are cached, and never have a say in their own product's score."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import prodcls.probes
from prodcls.config import FitConfig
from prodcls.embeddings import Copies
from prodcls.errors import InputError
from prodcls.gathering import Material, gather
from prodcls.held_out import fit_evidence
from prodcls.inputs import concatenated
from prodcls.preparation import IMAGE_BLOCK
from prodcls.progress import SilentProgress
from synthetic import Sample, catalogue_rows, make_sample, use_fake_encoders, write_csv, write_photo

SIZES = {"Kettles": 14, "Phones": 10, "Towels": 6}


def copies_of(material: Material) -> Copies | None:
    return material.problem.inputs.dense[IMAGE_BLOCK].copies


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    """30 products with photos, one of them broken."""
    use_fake_encoders(monkeypatch)
    rows = catalogue_rows(SIZES)
    for i, row in enumerate(rows):
        row["image"] = f"{i}.png"
        write_photo(tmp_path / row["image"], (8 * i, 100, 255 - 8 * i))
    broken = next(i for i, row in enumerate(rows) if row["category"] == "Towels")
    (tmp_path / f"{broken}.png").write_bytes((tmp_path / f"{broken}.png").read_bytes()[:60])
    path = write_csv(tmp_path / "products.csv", rows)
    return FitConfig(catalogue=path, out=tmp_path / "out", folds=3, cache_dir=tmp_path / "cache", augment=12)


def test_small_classes_get_copies(config: FitConfig) -> None:
    material = gather(config, SilentProgress())
    found = copies_of(material)
    assert found is not None
    labels = np.array(material.catalogue.labels)[found.source]
    # Ten phones get one copy each; six towels, one without a photo, likewise.
    assert {name: int((labels == name).sum()) for name in SIZES} == {"Kettles": 0, "Phones": 10, "Towels": 5}
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-5)
    own = material.problem.inputs.dense[IMAGE_BLOCK].vectors[found.source]
    assert not np.allclose(found.vectors, own)
    assert len(material.problem.inputs) == len(material.problem.labels) == 30
    assert material.catalogue.rejections == gather(replace(config, augment=0), SilentProgress()).catalogue.rejections


def test_copies_are_cached_and_the_same_again(config: FitConfig) -> None:
    first = gather(config, SilentProgress())
    again = gather(config, SilentProgress())
    assert {s.block: s.encoded for s in again.store.stats}[f"{IMAGE_BLOCK} (copies)"] == 0
    a, b = copies_of(first), copies_of(again)
    assert a is not None
    assert b is not None
    np.testing.assert_array_equal(a.vectors, b.vectors)
    other = copies_of(gather(replace(config, random_state=1), SilentProgress()))
    assert other is not None
    assert not np.array_equal(a.vectors, other.vectors)


def test_without_small_classes_or_photos_nothing_is_copied(config: FitConfig) -> None:
    assert copies_of(gather(replace(config, augment=0), SilentProgress())) is None
    assert copies_of(gather(replace(config, augment=6), SilentProgress())) is None
    assert IMAGE_BLOCK not in gather(replace(config, image=""), SilentProgress()).problem.inputs.dense


def test_the_flat_head_takes_no_copies() -> None:
    with pytest.raises(InputError, match="--augment: needs --head evidence"):
        FitConfig(augment=10, head="flat")


def with_copies(sample: Sample, rows: list[int], *, shift: float = 0.1) -> Sample:
    image = sample.inputs.dense[IMAGE_BLOCK]
    source = np.repeat(np.array(rows, dtype=np.intp), 2)
    noise = np.random.default_rng(5).normal(size=(len(source), image.vectors.shape[1]))
    vectors = (image.vectors[source] + shift * noise).astype(np.float32)
    changed = replace(image, copies=Copies(vectors, source))
    return replace(sample, inputs=replace(sample.inputs, dense={**sample.inputs.dense, IMAGE_BLOCK: changed}))


def test_copies_go_with_their_products() -> None:
    sample = with_copies(make_sample(40, missing=0.0), [3, 7, 30])
    taken = sample.inputs.take(np.array([30, 5, 3]))
    found = taken.dense[IMAGE_BLOCK].copies
    whole = sample.inputs.dense[IMAGE_BLOCK].copies
    assert found is not None
    assert whole is not None
    assert found.source.tolist() == [2, 2, 0, 0]
    np.testing.assert_array_equal(found.vectors, whole.vectors[[0, 1, 4, 5]])
    both = concatenated([sample.inputs, make_sample(10).inputs]).dense[IMAGE_BLOCK].copies
    assert both is not None
    np.testing.assert_array_equal(both.source, whole.source)
    assert all(e.copies is None for e in sample.inputs.without_copies().dense.values())


def test_copies_move_the_photo_score_alone() -> None:
    plain = make_sample(60, missing=0.0)
    copied = with_copies(plain, list(range(0, 60, 4)))
    before, after = (fit_evidence(s.inputs, s.labels, s.groups, s.n_classes) for s in (plain, copied))
    scores = before.held_out, after.held_out
    assert scores[0].shape == scores[1].shape
    for k, channel in enumerate(before.model.channels):
        same = np.array_equal(scores[0][:, :, k], scores[1][:, :, k])
        assert same == (channel.key != f"{IMAGE_BLOCK}.score"), channel


def test_a_copy_has_no_say_in_the_score_of_its_own_product_or_its_near_duplicates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prodcls.probes, "PENALTIES", (1.0,))  # chosen for all rows together
    # The copies of one group are made to point at another class; held-out scores of the group must not follow.
    sample = make_sample(60, missing=0.0, group_size=2, signal=0.0)
    image = sample.inputs.dense[IMAGE_BLOCK]
    scores = []
    for sign in (1.0, -1.0):
        away = sign * 5 * image.vectors[[10, 10, 10]]
        changed = replace(image, copies=Copies(away.astype(np.float32), np.array([10, 10, 10], dtype=np.intp)))
        inputs = replace(sample.inputs, dense={**sample.inputs.dense, IMAGE_BLOCK: changed})
        fit = fit_evidence(inputs, sample.labels, sample.groups, sample.n_classes)
        place = [c.key for c in fit.model.channels].index(f"{IMAGE_BLOCK}.score")
        scores.append(fit.held_out[:, :, place])
    moved = np.abs(scores[0] - scores[1]).max(axis=1)
    own = sample.groups == sample.groups[10]
    assert own.sum() == 2
    assert moved[own].max() < 1e-4
    assert moved[~own].max() > 1e-3
