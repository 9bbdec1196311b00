"""The distance of a product is measured by how far training products go."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls import moved
from prodcls.moved import Respect, distances, likeness, rarity
from synthetic import unit


def test_one_is_as_far_as_one_in_twenty() -> None:
    usual = np.arange(101, dtype=np.float64)
    respects = [Respect("words", "", usual, np.array([50.0, 95.0, 140.0, 0.0, np.nan]), 0.1)]
    assert distances(respects, 5)[:, 0].tolist() == [0.0, 1.0, 2.0, 0.0, 0.0]


def test_where_all_are_the_same_a_trifle_is_not_far() -> None:
    same, unknown = np.zeros(50), np.full(50, np.nan)
    found = distances([Respect("unseen", "brand", same, np.array([1.0, 0.1]), 0.5)], 2)
    assert found[:, 0].tolist() == [2.0, 0.2]
    assert distances([Respect("certainty", "", unknown, np.array([0.2]), 0.1)], 1)[0, 0] == pytest.approx(2.0)
    assert distances([], 3).shape == (3, 0)


def test_training_products_are_not_their_own_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    known, new = unit(rng.normal(size=(40, 6))), unit(rng.normal(size=(9, 6)))
    old, here, nearest = likeness(known, np.concatenate([new, known[:1]]))
    similarity = known @ known.T
    np.fill_diagonal(similarity, -2)
    np.testing.assert_allclose(old, np.sort(similarity, axis=1)[:, -3:].mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(here[:9], np.sort(new @ known.T, axis=1)[:, -3:].mean(axis=1), atol=1e-6)
    assert nearest[-1] == 0
    monkeypatch.setattr(moved, "CHUNK_ROWS", 4)
    monkeypatch.setattr(moved, "ROWS", 10)
    again = likeness(known, new, seed=3)
    assert len(again[0]) == 10
    np.testing.assert_allclose(again[1], here[:9], atol=1e-6)
    alone = likeness(known[:1], new)
    assert np.isnan(alone[0]).all()
    assert not np.isnan(alone[1]).any()


def test_seldom_values_are_odd_and_a_product_is_not_its_own_witness() -> None:
    before, after = rarity(["latin"] * 300 + ["thai"] + ["cjk"] * 4, ["latin", "thai", "cjk", "greek"])
    assert before[[0, 300, 301]].tolist() == [0.0, 1.0, 1.0]
    assert after.tolist() == [0.0, 1.0, 0.0, 1.0]
