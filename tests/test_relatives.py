"""The nearest training products: never the product itself, copies and doubtful labels marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from prodcls.bundle_products import Judgements
from prodcls.explain.similar import LEAVES
from prodcls.lookup import product_from_cells, product_from_training
from prodcls.relatives import COUNT, find_similar
from real_bundle import Real, real


@pytest.fixture(scope="module")
def given_bundle() -> Real:
    return real()


def test_neighbours_are_those_of_the_vectors(given_bundle: Real) -> None:
    bundle = given_bundle.bundle
    found = product_from_training(bundle, "p001", given_bundle.readers, given_bundle.catalogue.parent)
    similar = find_similar(bundle, found, "Phone", given_bundle.catalogue.parent)
    assert [s.block for s in similar.spaces] == ["title", "image"]
    for space in similar.spaces:
        assert len(space.products) == COUNT
        assert "p001" not in [p.id for p in space.products]
        values = [p.similarity for p in space.products]
        assert values == sorted(values, reverse=True)
    title = bundle.products.texts["title"][1]
    alike = [i for i, text in enumerate(bundle.products.texts["title"]) if text == title and i != 1]
    assert {bundle.products.ids[i] for i in alike} <= {p.id for p in similar.spaces[0].products if p.copy}
    assert all(p.photo is not None for p in similar.spaces[1].products)
    assert all(p.label == bundle.products.labels[bundle.products.find(p.id)] for p in similar.spaces[0].products)


def test_a_new_product_may_be_nearest_to_any(given_bundle: Real, tmp_path: Path) -> None:
    bundle = given_bundle.bundle
    title = bundle.products.texts["title"][4]
    found = product_from_cells(bundle, {"title": title}, given_bundle.readers)
    [space] = find_similar(bundle, found, "Phone", tmp_path).spaces
    first = space.products[0]
    assert (first.title, first.copy, first.photo) == (title, True, None)
    assert first.similarity == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("said", "probability", "doubt"), [("Kettle", 0.95, True), ("Kettle", 0.6, False)])
def test_a_label_is_in_doubt_when_a_model_without_it_is_sure_of_another(
    given_bundle: Real, said: str, probability: float, doubt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = given_bundle.bundle
    n = len(bundle.products)
    judged = Judgements((said,) * n, np.full(n, probability))
    monkeypatch.setitem(bundle.__dict__, "products", replace(bundle.products, judged=judged))
    found = product_from_cells(bundle, {"title": "smart phone 5g"}, given_bundle.readers)
    for product in find_similar(bundle, found, "Phone").spaces[0].products:
        expected = (said, probability) if doubt and product.label != said else (None, None)
        assert (product.doubt, product.doubt_probability) == expected


def test_leaves_are_a_space_where_the_bundle_has_them(given_bundle: Real, monkeypatch: pytest.MonkeyPatch) -> None:
    n = len(given_bundle.bundle.products)
    leaves = np.arange(3 * n, dtype=np.int32).reshape(n, 3)
    bundle = replace(given_bundle.bundle, leaves=leaves)
    monkeypatch.setattr("prodcls.relatives.leaves_of", lambda *_: leaves[7])
    found = product_from_cells(bundle, {"title": "smart phone 5g"}, given_bundle.readers)
    space = find_similar(bundle, found, "Phone").spaces[-1]
    assert (space.block, space.tied) == (LEAVES, 1)
    assert (space.products[0].id, space.products[0].similarity) == (bundle.products.ids[7], 1.0)
