"""What pages show, as data: results, forms, answers and faults, in the words of their language."""

from __future__ import annotations

import pytest

from prodcls.catalogue import Rejection
from prodcls.errors import InputError
from prodcls.explain.product import REST
from prodcls.language import as_text, load_language
from prodcls.service.engine import Decision
from prodcls.service.searching import Hit, Hits
from prodcls.service.views import decision_view, fault_prose, fields_of, rivals, search_view, try_view
from real_bundle import real

EN, ZH = load_language("en"), load_language("zh")
HIT = Hit("a", "steel kettle", "Kettle", "Phone", 0.9999)


def test_a_line_of_results_tells_where_the_model_said_another_class() -> None:
    untested = Hit("b", "phone", "Phone", None, None)
    rows = search_view("x", Hits((HIT, untested), 2), EN).rows
    assert [(row.predicted, row.probability, row.differs) for row in rows] == [
        ("Phone", ">\u200999.9%", True),
        ("", "", False),
    ]


@pytest.mark.parametrize(("shown", "total", "said"), [(0, 0, "No product"), (1, 1, "1 products."), (1, 1200, "1,200")])
def test_it_is_said_how_many_were_found(shown: int, total: int, said: str) -> None:
    assert said in as_text(search_view("x", Hits((HIT,) * shown, total), EN).summary)


def test_every_class_but_its_own_can_be_held_against_it() -> None:
    found = rivals(("Kettle", "Phone", "冰箱"), "Kettle", "冰箱", EN)
    assert [(one.value, one.chosen) for one in found] == [("Phone", False), ("冰箱", True), (REST, False)]


def test_cells_are_edited_as_what_they_are() -> None:
    title, price, brand = fields_of(real().bundle, {"title": "x" * 81, "price": "12"})
    assert (title.name, title.key, title.long, title.wide) == ("title", "cell-0", True, True)
    assert (price.value, price.long, price.wide, price.options) == ("12", False, False, ())
    assert set(brand.options) == set(real().bundle.known.categorical["brand"])
    assert not fields_of(real().bundle, {})[0].long
    [bare], [kept] = (try_view(real().bundle, "", {}, EN, kept=names).files for names in ((), ("photo", "sound")))
    assert (bare.key, bare.keep, kept.keep) == ("photo", "", "keep")


@pytest.mark.parametrize(("t", "note"), [(EN, "the cell is empty"), (ZH, "单元格为空")])
def test_an_answer_says_what_was_before_and_what_was_not_taken(t: object, note: str) -> None:
    told = (Rejection(1, "price", "price-empty", "the cell is empty", "", "cell"),)
    found = Decision("a", (("Kettle", 0.8),), None, True, ("nothing-known",), None, None, told)
    view = decision_view(found, ("Phone", 0.5), t)  # type: ignore[arg-type]
    assert view.classes == (("Kettle", "80.0%"),)
    assert note in as_text(view.notes[0])
    assert "Phone" in as_text(view.before)
    alone = Decision("a", (("Kettle", 0.8),), None, False, (), None, None, ())
    assert decision_view(alone, None, EN).before == ()
    assert as_text(decision_view(alone, None, EN).sentence) == EN("serve.alone")


@pytest.mark.parametrize("t", [EN, ZH])
@pytest.mark.parametrize("code", ["product-unknown", "decision-unknown", "nul-character"])
def test_a_fault_is_told_in_the_language_of_the_page(t: object, code: str) -> None:
    said = as_text(fault_prose(InputError("in the words of a command", code=code), t))  # type: ignore[arg-type]
    assert "command" not in said
    assert code in said


def test_a_fault_that_no_page_knows_is_told_as_it_is() -> None:
    assert as_text(fault_prose(InputError("odd", code="odd-one"), ZH)).replace("\u2068", "").startswith("odd")
