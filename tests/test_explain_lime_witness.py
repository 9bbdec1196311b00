"""LIME finds what decides, in every script, and is the same in every run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explain_factory import CLASSES, asked, make_product
from prodcls.explain.attribution import Attribution
from prodcls.explain.faithfulness import agreement, values_on
from prodcls.explain.leave_out import LeaveOneOut
from prodcls.explain.lime_witness import Lime
from prodcls.explain.product import Product

__all__ = ["asked"]

pytestmark = pytest.mark.usefixtures("asked")

QUICK = Lime(text_samples=200, image_samples=60, column_samples=200)


def first(found: Attribution, kind: str) -> str:
    return next(p.label for p in found.parts if p.kind == kind)


def test_what_decides_comes_first() -> None:
    found = QUICK.explain(make_product("new kettle", ""), CLASSES[0], "rest")
    assert first(found, "word") == "kettle"
    assert first(found, "region") == "2, 2"
    assert {p.kind for p in found.parts} == {"word", "region", "column"}


def test_words_of_scripts_without_blanks_are_told_apart() -> None:
    found = QUICK.explain(make_product("不锈钢水壶 กาน้ำ", "🎁 غلاية"), CLASSES[0], CLASSES[1])
    labels = [p.label for p in found.parts if p.kind == "word"]
    assert {"不锈钢", "水壶", "🎁", "غلاية"} <= set(labels)
    assert all(len(label) <= 6 for label in labels)


def test_equal_words_at_different_places_are_different_parts() -> None:
    found = QUICK.explain(make_product("kettle new kettle", ""), CLASSES[0], "rest")
    assert sorted(p.start for p in found.parts if p.label == "kettle") == [0, 11]


def test_it_is_the_same_in_every_run_and_another_in_another_draw() -> None:
    np.random.seed(3)  # noqa: NPY002
    one = QUICK.explain(make_product(), CLASSES[0], CLASSES[1])
    drawn = np.random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert np.random.random() == drawn  # noqa: NPY002
    assert QUICK.explain(make_product(), CLASSES[0], CLASSES[1]) == one
    assert replace(QUICK, draw=1).explain(make_product(), CLASSES[0], CLASSES[1]) != one


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    QUICK.explain(make_product(), CLASSES[0], "rest")
    assert capfd.readouterr() == ("", "")


def test_it_agrees_with_leaving_words_out() -> None:
    product = make_product("steel kettle, new offer genuine gift", "best sale of a towel")
    lime = QUICK.explain(product, CLASSES[0], CLASSES[2])
    players = [p for p in lime.parts if p.kind == "word"]
    other = LeaveOneOut().explain(product, CLASSES[0], CLASSES[2])
    assert agreement(values_on(lime, players), values_on(other, players)).rank_correlation > 0.5


def test_a_price_typical_of_the_class_speaks_for_it() -> None:
    def price_of(product: Product) -> float:
        found = QUICK.explain(product, CLASSES[2], CLASSES[0])
        return next(p.value for p in found.parts if p.column == "price")

    assert price_of(make_product("new", price=150.0)) > 0 > price_of(make_product("new", price=20.0))


def test_a_brand_that_training_did_not_have_is_explained() -> None:
    found = QUICK.explain(make_product(brand="unheard of"), CLASSES[0], CLASSES[1])
    assert "unheard of" in [p.label for p in found.parts]


def test_nothing_to_explain_is_an_account_without_parts() -> None:
    bare = make_product("", "", colour=None, price=np.nan, brand="")
    assert QUICK.explain(bare, CLASSES[0], "rest").parts == ()


def test_a_single_word() -> None:
    found = QUICK.explain(make_product("kettle", "", colour=None, price=np.nan, brand=""), CLASSES[0], "rest")
    assert [p.label for p in found.parts] == ["kettle"]
    assert found.parts[0].value > 0
