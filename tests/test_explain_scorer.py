"""Masked products are scored as served, and encoders run once for what is left of each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import prodcls.preparation
from explain_factory import CLASSES, Asked, Quarters, asked, make_product
from prodcls.encoders import Item, Parts
from prodcls.explain.product import score
from prodcls.explain.scorer import MaskScorer, attribution, item_seed

__all__ = ["asked"]

pytestmark = pytest.mark.usefixtures("asked")


def test_players_are_words_then_regions_then_columns() -> None:
    scorer = MaskScorer(make_product())
    labels = [(p.kind, p.column, p.label) for p in scorer.players]
    title = [("word", "title", w) for w in ("steel", "kettle", "new", "offer")]
    description = [("word", "description", w) for w in ("best", "gift")]
    regions = [("region", "", f"{r}, {c}") for r in (1, 2) for c in (1, 2)]
    assert labels == [*title, *description, *regions, ("column", "price", "20"), ("column", "brand", "brand 0")]
    text = scorer.product.inputs.texts["title"][0]
    assert [text[p.start : p.end] for p in scorer.players[:4]] == ["steel", "kettle", "new", "offer"]


def test_with_everything_in_place_the_inputs_are_the_served_ones() -> None:
    product = make_product()
    scorer = MaskScorer(product)
    found = scorer.inputs(scorer.everything(2))
    for name, block in product.inputs.dense.items():
        np.testing.assert_array_equal(found.dense[name].vectors, np.repeat(block.vectors, 2, axis=0))
        assert found.dense[name].present.all()
    served = score(product.model, product.inputs, 0, 1)
    np.testing.assert_allclose(scorer.score(scorer.everything(), 0, 1).margin, served.margin, atol=1e-9)


def test_without_anything_texts_and_columns_are_missing() -> None:
    scorer = MaskScorer(make_product())
    found = scorer.inputs(~scorer.everything())
    assert found.texts == {"title": ("",), "description": ("",)}
    assert not found.dense["title"].present[0]
    assert not found.dense["title"].vectors.any()
    assert found.dense["image"].present[0]  # a photo of nothing is still a photo
    assert np.isnan(found.numeric["price"][0])
    assert found.categorical == {"brand": ("",)}


def test_taking_out_a_word_is_serving_the_shorter_text() -> None:
    scorer = MaskScorer(make_product("steel kettle, new offer"))
    kept = scorer.everything()
    kept[0, 1] = False
    shorter = make_product("steel new offer")
    assert scorer.inputs(kept).texts["title"] == ("steel new offer",)
    served = score(shorter.model, shorter.inputs, 0, None)
    np.testing.assert_allclose(scorer.score(kept, 0, None).probability, served.probability, atol=1e-9)


def test_encoder_runs_add_over_modalities(asked: Asked) -> None:
    scorer = MaskScorer(make_product())
    words, regions = scorer.positions("word"), scorer.positions("region")
    asked.texts.clear()
    asked.photos.clear()
    kept = scorer.everything(6 * 4)
    for i in range(6):
        for j in range(4):
            kept[4 * i + j, [words[i], regions[j]]] = False
    scorer.score(kept, 0, 1)
    # Each word leaves its own column once; the other column stays whole.
    assert len(asked.texts) == len(set(asked.texts)) == (4 + 1) + (2 + 1)
    assert len(asked.photos) == 4
    scorer.score(kept, 2, None)
    assert len(asked.texts) == 8
    assert len(asked.photos) == 4


def test_a_product_without_words_photo_and_columns_has_no_players() -> None:
    scorer = MaskScorer(make_product("", " ", colour=None, price=float("nan"), brand=""))
    assert scorer.players == ()
    assert scorer.score(scorer.everything(3), 0, 1).margin.shape == (3,)


def test_an_attribution_carries_the_served_figures() -> None:
    product = make_product()
    scorer = MaskScorer(product)
    found = attribution(scorer, "mine", 0, None, np.array([1, 0]), np.array([0.25, -2.0]))
    served = score(product.model, product.inputs, 0, None)
    assert [(p.label, p.value) for p in found.parts] == [("steel", -2.0), ("kettle", 0.25)]
    assert (found.id, found.method, found.predicted, found.versus) == ("p0", "mine", CLASSES[0], "rest")
    assert found.margin == pytest.approx(served.margin[0], abs=1e-9)
    assert found.probability + found.versus_probability == pytest.approx(1)
    assert found.certificate is None


def test_seeds_depend_on_the_id_and_the_draw_alone() -> None:
    assert item_seed("p1") == item_seed("p1", 0) == 3929134636
    assert len({item_seed("p1"), item_seed("p2"), item_seed("p1", 1)}) == 3
    assert 0 <= item_seed("\ud800") < 2**32


class Halves(Quarters):
    """Sees two halves of the photo, by the colours of its quarters."""

    identity = "halves-v1"

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        return tuple(replace(parts, grid=(1, 4)) for parts in super().encode_parts(items))


def test_several_photo_encoders_see_what_is_left_of_one_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    product = make_product()
    assert product.photo is not None
    viewers = {"quarters": Quarters(), "halves": Halves()}
    monkeypatch.setattr(prodcls.preparation, "image_encoder", lambda name, *_: viewers[name])
    scorer = MaskScorer(replace(product, recipe=replace(product.recipe, image_encoder="quarters,halves")))
    regions = scorer.positions("region")
    assert [scorer.players[i].label for i in regions] == [f"{r}, {c}" for r in (1, 2) for c in (1, 2, 3, 4)]
    kept = scorer.everything(2)
    kept[1, regions[-2:]] = False  # the lower right quarter, which tells the class
    found = scorer.inputs(kept).dense["image"]
    whole = np.concatenate([v.encode([product.photo]).vectors[0] for v in viewers.values()])
    np.testing.assert_allclose(found.vectors[0], whole / np.linalg.norm(whole), atol=1e-6)
    halves = found.vectors.reshape(2, 2, -1)
    np.testing.assert_array_equal(halves[:, 0], halves[:, 1])
    assert np.abs(halves[0] - halves[1]).max() > 0.01
