"""An account checked: every method is asked about the same words, and the model says whom it bears out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from explain_factory import Quarters, asked, make_product
from prodcls.explain.crosscheck import CrossCheck, Effort, cross_check, judged_kind
from prodcls.explain.faithfulness import RANDOM
from prodcls.explain.product import Product
from prodcls.explain.subject import Split, Subject
from prodcls.preparation import IMAGE_BLOCK
from synthetic import WordEncoder

__all__ = ["asked"]

EFFORT = Effort(lime_samples=40, shap_evaluations=40, orders=3)


def dissected(product: Product) -> Subject:
    """Return the product with the vectors of its texts and photo taken apart by the encoders that made them."""
    splits = {
        name: Split((WordEncoder(),), WordEncoder().encode_parts(cells))
        for name, cells in product.inputs.texts.items()
        if cells[0]
    }
    if product.photo is None:
        return Subject(product.inputs, splits)
    return Subject(product.inputs, splits, (100, 100))


@pytest.mark.usefixtures("asked")
def test_all_methods_are_held_against_the_exact_account() -> None:
    product = make_product("steel kettle, new offer", "best gift for free", colour=None)
    check = cross_check(product, dissected(product), EFFORT, again=True)
    assert check is not None
    methods = ["chain", "chain-corrected", "lime", "shap"]
    assert list(check.judged) == [*methods, RANDOM]
    assert list(check.seconds) == methods
    assert list(check.agreed) == methods[1:]
    assert check.parts == 8
    assert check.residual <= 1e-6
    assert check.judged["chain"].comprehensiveness > check.judged[RANDOM].comprehensiveness
    assert check.judged["chain"].sufficiency < check.judged[RANDOM].sufficiency
    assert (check.repeated["chain"].rank_correlation, check.repeated["chain"].top_overlap) == (1.0, 1.0)
    assert check.repeated["lime"].rank_correlation < 1.0


@pytest.mark.usefixtures("asked")
def test_figures_are_the_same_every_time_and_seconds_are_not_among_them() -> None:
    product = make_product(colour=None)
    first, second = (cross_check(product, dissected(product), replace(EFFORT, threads=n)) for n in (1, 2))
    assert first is not None
    assert second is not None
    assert replace(first, seconds={}) == replace(second, seconds={})
    assert first.repeated == {}


@pytest.mark.usefixtures("asked")
def test_the_slow_account_is_left_out_where_there_are_many_parts() -> None:
    product = make_product(colour=None)
    check = cross_check(product, dissected(product), replace(EFFORT, corrected_parts=5))
    assert isinstance(check, CrossCheck)
    assert "chain-corrected" not in check.judged


@pytest.mark.usefixtures("asked")
def test_one_word_cannot_be_told_from_another() -> None:
    product = make_product("kettle", "", colour=None)
    assert judged_kind(product) == "word"
    assert cross_check(product, dissected(product), EFFORT) is None


@pytest.mark.usefixtures("asked")
def test_without_a_text_the_regions_are_judged() -> None:
    product = make_product("", "")
    assert product.photo is not None
    split = Split((Quarters(),), (Quarters().encode_parts([product.photo])[0],))
    subject = Subject(product.inputs, {}, (100, 100))
    assert judged_kind(product) == "region"
    assert IMAGE_BLOCK not in subject.splits
    assert split.parts[0].grid == (2, 2)
    check = cross_check(product, subject, EFFORT)
    assert check is not None
    assert check.parts == 4
    assert "lime" in check.judged
