"""Integrated gradients explain the pool's lead: up to a reported error, and the same the other way round."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import prodcls.preparation
from explain_factory import Counting, Quarters, make_product
from prodcls.errors import InputError
from prodcls.explain.attribution import Attribution
from prodcls.explain.gradients import ENOUGH, IntegratedGradients
from prodcls.explain.product import REST, Product
from prodcls.lookup import product_from_cells
from prodcls.model import Model, fit_model
from real_bundle import real
from synthetic import make_sample

TITLE = "smart phone 5g, 双门 冰箱"
QUICK = IntegratedGradients(8, 8)


def ask(title: str, photo: Path | None = None) -> Product:
    given = real()
    found = product_from_cells(given.bundle, {"title": title}, given.readers, photo)
    return Product(given.bundle.model, given.bundle.recipe, found.subject.inputs, found.photo)


def values(account: Attribution, kind: str) -> dict[tuple[str, str], float]:
    return {(p.block, p.label): p.value for p in account.parts if p.kind == kind}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (60, 40), (250, 250, 250))
    picture.paste((30, 200, 30), (20, 10, 50, 35))
    picture.save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


@pytest.mark.parametrize("versus", ["Kettle", REST])
def test_the_parts_sum_to_the_lead_of_the_pool(versus: str, photo: Path) -> None:
    product = ask(TITLE, photo if versus == "Kettle" else None)
    account = IntegratedGradients(64, 64).explain(product, "Phone", versus)
    assert account.certificate is None
    assert account.scope is not None
    assert account.scope.about == "pool"
    assert account.scope.lead is not None
    assert account.scope.residual is not None
    total = sum(p.value for p in account.parts)
    assert total - account.scope.lead == pytest.approx(account.scope.residual, abs=1e-9)
    size = sum(abs(p.value) for p in account.parts if p.kind in ("word", "region"))
    assert abs(account.scope.residual) <= 5 * ENOUGH * size
    spread = [p.value for p in account.parts if p.label == "spread"]
    assert (len(spread), all(value < 0 for value in spread)) == (int(versus == REST), True)
    if versus == "Kettle":  # the lead by the head's own figures
        head = product.model.head
        said = head.margins(product.inputs)  # type: ignore[union-attr]
        pooled = said.pooled[0] / head.calibration.temperatures(said.total)  # type: ignore[union-attr]
        phone, kettle = (product.model.classes.index(name) for name in ("Phone", "Kettle"))
        assert account.scope.lead == pytest.approx(pooled[phone] - pooled[kettle], abs=1e-9)
    assert Attribution.from_json(account.to_json()) == account


def test_all_others_together_differ_from_the_margin_by_the_booster_alone() -> None:
    product = ask(TITLE)
    head = dataclasses.replace(product.model.head, booster=None, level=0.0)  # type: ignore[type-var]
    bare = dataclasses.replace(product, model=Model(product.model.classes, head))
    account = QUICK.explain(bare, "Phone", REST)
    assert account.scope is not None
    assert account.scope.lead == pytest.approx(account.margin, abs=1e-9)


def test_words_and_regions_are_placed_as_in_the_exact_account(photo: Path) -> None:
    account = QUICK.explain(ask(TITLE, photo), "Phone", "Kettle")
    said = {p.label for p in account.parts if p.kind == "word" and p.block == "title"}
    assert said == {"smart", "phone", "5g", "双门", "冰箱"}
    assert all(TITLE[p.start : p.end] == p.label for p in account.parts if p.kind == "word")
    assert values(account, "word")["title", "phone"] > 0
    regions = {p.label for p in account.parts if p.kind == "region"}
    assert regions
    # A photo of 3 to 2 leaves the first row and the last of seven white.
    assert not {label for label in regions if label.startswith(("1,", "7,"))}


def test_b_against_a_is_the_opposite() -> None:
    product = ask("smart phone")
    one, two = QUICK.explain(product, "Phone", "Kettle"), QUICK.explain(product, "Kettle", "Phone")
    for kind in ("word", "context", "evidence"):
        first, second = values(one, kind), values(two, kind)
        assert first.keys() == second.keys()
        assert all(first[k] == pytest.approx(-second[k], abs=1e-9) for k in first)


@pytest.mark.parametrize("title", ["phone", "!!!", "", "冰箱", "🙂"])
def test_short_texts_and_no_photo(title: str) -> None:
    account = QUICK.explain(ask(title), "Phone", "冰箱")
    assert {p.label for p in account.parts if p.kind == "word"} <= {title}
    assert not [p for p in account.parts if p.kind == "region"]
    assert account.scope is not None
    assert account.scope.residual == pytest.approx(0, abs=0.1)
    assert all(np.isfinite(p.value) for p in account.parts)


def test_the_same_in_every_run() -> None:
    product = ask(TITLE)
    assert QUICK.explain(product, "Phone", "Kettle") == QUICK.explain(product, "Phone", "Kettle")


def test_an_encoder_without_gradients_keeps_its_share_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.preparation, "text_encoder", lambda *_: Counting([]))
    monkeypatch.setattr(prodcls.preparation, "image_encoder", lambda *_: Quarters())
    account = QUICK.explain(make_product(), "Kettle", "Lamp")
    whole = {p.block for p in account.parts if p.label == "no-gradient"}
    assert whole == {"title", "description", "image"}
    assert {p.block for p in account.parts if p.kind == "word"} == {"lexical"}
    assert account.scope is not None
    assert account.scope.residual == pytest.approx(0, abs=1e-5)


def test_a_flat_head_has_no_pool() -> None:
    product, sample = make_product(), make_sample(60, 3)
    flat = fit_model(sample.inputs, sample.labels, sample.groups, product.model.classes, head="flat").model
    with pytest.raises(InputError, match="--head evidence"):
        QUICK.explain(Product(Model(flat.classes, flat.head), product.recipe, product.inputs, None), "Kettle", "Lamp")
