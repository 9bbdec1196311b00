"""The chart of a number says where the product stands, in a sentence and a table too."""

from __future__ import annotations

import pytest

from prodcls.explain.spreads import NumberView, Spread
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.sections.numbers import number_figures

EN = load_language("en")
A = Spread("Kettle", 40, 99.0, 249.5, 499.0, 1299.0, 5999.0, 0.83)
B = Spread("Phone", 1, 7.0, 7.0, 7.0, 7.0, 7.0, 1.0)


def test_the_sentence_compares_the_number_with_each_class() -> None:
    [figure] = number_figures((NumberView("price", 1999.0, (A, B)),), ("Kettle", "Phone"), EN)
    told = as_text(figure.see).replace("\u2068", "").replace("\u2069", "")
    assert "Its price, 1,999, is above that of 83% of Kettle, 100% of Phone." in told
    assert "logarithmic" in told
    assert len(figure.table.rows) == 2
    assert {"f-a box", "f-b box"} <= {part.split('"')[0] for part in str(figure.picture).split('class="')}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_product_without_the_number_is_told_so(lang: str) -> None:
    t = load_language(lang)
    [figure] = number_figures(
        (NumberView("price", None, (Spread("Kettle", 3, 1, 1, 2, 3, 3, None),)),), ("Kettle", "Phone"), t
    )
    assert 'class="own"' not in figure.picture
    assert as_text(figure.see)
    assert as_text(figure.see) == as_text(t.say("numbers.none", column="price"))


def test_a_third_class_is_grey() -> None:
    [figure] = number_figures((NumberView("price", 5.0, (B,)),), ("Kettle", "Towel"), EN)
    assert "f-open box" in figure.picture
