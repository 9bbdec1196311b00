"""What a part is worth by taking it out."""

from __future__ import annotations

import numpy as np
import pytest

from explain_factory import CLASSES, asked, make_product
from prodcls.explain.leave_out import Alone, LeaveOneOut, Occlusion
from prodcls.explain.product import score

__all__ = ["asked"]

pytestmark = pytest.mark.usefixtures("asked")


def test_a_word_is_worth_what_the_margin_loses_without_it() -> None:
    product, shorter = make_product("steel kettle, new offer"), make_product("kettle, new offer")
    found = LeaveOneOut().explain(product, CLASSES[0], CLASSES[1])
    loss = score(product.model, product.inputs, 0, 1).margin - score(shorter.model, shorter.inputs, 0, 1).margin
    value = next(p.value for p in found.parts if p.label == "steel")
    assert value == pytest.approx(loss[0], abs=1e-9)
    assert {p.kind for p in found.parts} == {"word", "column"}
    assert [abs(p.value) for p in found.parts] == sorted((abs(p.value) for p in found.parts), reverse=True)


def test_a_column_is_worth_what_the_margin_loses_when_it_is_missing() -> None:
    product, poorer = make_product(), make_product(price=float("nan"))
    found = LeaveOneOut().explain(product, CLASSES[0], CLASSES[2])
    loss = score(product.model, product.inputs, 0, 2).margin - score(poorer.model, poorer.inputs, 0, 2).margin
    assert next(p.value for p in found.parts if p.column == "price") == pytest.approx(loss[0], abs=1e-9)


@pytest.mark.parametrize("fill", ["border", "blur"])
def test_the_region_that_tells_the_class_is_found_by_occlusion(fill: str) -> None:
    found = Occlusion(fill).explain(make_product("new"), CLASSES[0], "rest")  # type: ignore[arg-type]
    assert [p.kind for p in found.parts] == ["region"] * 4
    assert found.parts[0].label == "2, 2"
    assert found.parts[0].value > 0
    assert found.parts[0].box == (0.5, 0.5, 1.0, 1.0)


def test_a_word_alone_is_worth_what_it_adds_to_a_product_without_words() -> None:
    found = Alone().explain(make_product("steel new"), CLASSES[0], CLASSES[1])
    word, nothing = make_product("steel ", ""), make_product("", "")
    gain = score(word.model, word.inputs, 0, 1).margin - score(nothing.model, nothing.inputs, 0, 1).margin
    assert next(p.value for p in found.parts if p.label == "steel") == pytest.approx(gain[0], abs=1e-9)


@pytest.mark.parametrize("witness", [LeaveOneOut(), Occlusion(), Alone()])
def test_nothing_to_take_out_is_an_account_without_parts(witness: LeaveOneOut) -> None:
    bare = make_product("", "", colour=None, price=np.nan, brand="")
    assert witness.explain(bare, CLASSES[0], "rest").parts == ()
