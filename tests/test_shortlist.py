"""Of few classes all values are kept; of many, those of the classes that come into question, as they would be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prodcls.head
import prodcls.held_out
import prodcls.probes
import prodcls.shortlist
from prodcls.candidates import best_two, leads
from prodcls.head import fit_head
from prodcls.held_out import EvidenceFit, fit_evidence, words_at_most
from prodcls.shortlist import in_blocks, shorten
from synthetic import Sample, make_sample

SAMPLE = make_sample(90, 12, group_size=3, missing=0.2, signal=1.5)


@pytest.fixture(scope="module")
def fit() -> EvidenceFit:
    return fit_evidence(SAMPLE.inputs, SAMPLE.labels, SAMPLE.groups, SAMPLE.n_classes)


def many(patch: pytest.MonkeyPatch, few: int = 5, count: int = 4, cells: int = 2**22) -> None:
    """Let more than ``few`` classes be many, of which ``count`` are kept."""
    patch.setattr(prodcls.shortlist, "FEW_CLASSES", few)
    patch.setattr(prodcls.shortlist, "COUNT", count)
    patch.setattr(prodcls.shortlist, "CELLS_AT_ONCE", cells)


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 12), st.integers(1, 4000), st.integers(1, 3))
def test_what_is_kept_is_what_all_classes_have(fit: EvidenceFit, count: int, cells: int, threads: int) -> None:
    whole, described = fit.held_out, fit.model.channels
    with pytest.MonkeyPatch.context() as patch:
        many(patch, count=count, cells=cells)
        found = shorten(fit, SAMPLE.labels, SAMPLE.groups, threads=threads)
    assert not found.whole
    assert found.classes.shape == (90, count)
    assert np.all(np.diff(found.classes, axis=1) > 0)
    np.testing.assert_array_equal(found.numbers(found.truth[:, None])[:, 0], SAMPLE.labels)
    expected = np.take_along_axis(whole, found.classes[:, :, None], axis=1)
    np.testing.assert_allclose(found.channels, expected, atol=1e-6)
    leading = [i for i, c in enumerate(described) if leads(c)]
    np.testing.assert_allclose(found.best, best_two(whole[:, :, leading]), atol=1e-6)
    nearest = [i for i, c in enumerate(described) if c.kind == "closest"]
    np.testing.assert_allclose(found.likeness, whole[:, :, nearest].max(axis=1), atol=1e-6)
    left = whole[:, :, leading].sum(axis=2)
    worst = np.take_along_axis(left, found.classes, axis=1)
    worst[np.arange(90), found.truth] = np.inf
    np.put_along_axis(left, found.classes, -np.inf, axis=1)
    assert np.all(worst.min(axis=1) >= left.max(axis=1) - 1e-6)


@pytest.mark.parametrize("cells", [1, 500, 2**22])
def test_few_classes_are_all_kept(monkeypatch: pytest.MonkeyPatch, fit: EvidenceFit, cells: int) -> None:
    many(monkeypatch, few=12, cells=cells)
    found = shorten(fit, SAMPLE.labels, SAMPLE.groups)
    assert found.whole
    np.testing.assert_allclose(found.channels, fit.held_out, atol=1e-6)
    np.testing.assert_array_equal(found.truth, SAMPLE.labels)
    places = np.array([[2, 0]] * 90)
    np.testing.assert_array_equal(found.numbers(places), places)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(1, 50), st.integers(1, 3))
def test_blocks_hold_every_row_once_and_no_part_of_a_group(groups: list[int], step: int, threads: int) -> None:
    blocks: list[np.ndarray] = []
    in_blocks(blocks.append, np.array(groups), step, threads=threads)
    assert sorted(np.concatenate(blocks).tolist()) == list(range(len(groups)))
    held = [{groups[i] for i in block} for block in blocks]
    assert sum(map(len, held)) == len(set(groups))
    largest = max(groups.count(g) for g in groups)
    assert all(len(block) < step + largest for block in blocks) or len(groups) <= step


def head_of(sample: Sample, rows: np.ndarray) -> np.ndarray:
    """Return what a head fitted on ``rows`` says of the others: their classes."""
    part = sample.take(rows)
    head = fit_head(part.inputs, part.labels, part.groups, part.n_classes).head
    others = np.setdiff1d(np.arange(len(sample.labels)), rows)
    return head.margins(sample.inputs.take(others)).total.argmax(axis=1)


def test_a_head_for_many_classes_is_as_good_and_depends_on_no_size_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.probes, "PENALTIES", (0.3,))
    sample, rows = make_sample(300, 12, signal=1.0, seed=4), np.arange(200)
    before = head_of(sample, rows)
    found = []
    for cells in (2**22, 700):
        many(monkeypatch, few=5, count=8, cells=cells)
        monkeypatch.setattr(prodcls.head, "CALIBRATION_CELLS", 150 * 12)
        found.append(head_of(sample, rows))
    np.testing.assert_array_equal(*found)
    right = [(guess == sample.labels[200:]).mean() for guess in (before, found[0])]
    assert right[1] >= right[0] - 0.03


def test_words_times_classes_are_bounded() -> None:
    assert words_at_most(10**6, 128) == words_at_most(100, 2) == 200_000
    for rows in (500, 50_000):
        counts = [words_at_most(rows, n_classes) for n_classes in range(100, 6000, 50)]
        assert counts == sorted(counts, reverse=True)
        assert all(
            words * n_classes <= max(prodcls.held_out.WEIGHTS, prodcls.probes.PRIMAL_TERMS * n_classes)
            for words, n_classes in zip(counts[1:], range(150, 6000, 50), strict=True)
        )
