"""Requests and answers as JSON: what is given in two ways or in none, and what comes back."""

from __future__ import annotations

import base64

import pytest

from prodcls.catalogue import Rejection
from prodcls.errors import CatalogueError
from prodcls.service.engine import Decision
from prodcls.service.problems import Problem
from prodcls.service.products import NewProduct
from prodcls.service.wire import ProductIn, decision_out, product_from

DECIDED = Decision(
    id="a",
    classes=(("Kettle", 0.8), ("Phone", 0.2)),
    prediction_set=("Kettle",),
    review=True,
    reasons=("unlike-training",),
    stopped_at=None,
    stopped_probability=None,
    told=(
        Rejection(1, "price", "price-empty", "the cell is empty", "", "cell"),
        Rejection(1, "price", "price-from", "a lowest price", "9", "note"),
    ),
)


def test_a_photo_comes_as_base64_or_as_a_part() -> None:
    image = base64.b64encode(b"photo").decode()
    assert product_from(ProductIn(image=image), {}).photo == b"photo"
    assert product_from(ProductIn(image_part="front"), {"front": b"photo"}).photo == b"photo"
    assert product_from(ProductIn(), {"front": b"photo"}).photo is None


def test_a_sound_comes_as_base64_or_as_a_part() -> None:
    audio = base64.b64encode(b"sound").decode()
    assert product_from(ProductIn(audio=audio), {}).sound == b"sound"
    assert product_from(ProductIn(audio_part="a", image_part="b"), {"a": b"sound", "b": b"photo"}).sound == b"sound"
    assert product_from(ProductIn(), {"a": b"sound"}).sound is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (ProductIn(image="aaaa", image_part="front"), "photo-twice"),
        (ProductIn(image_part="back"), "photo-part-missing"),
        (ProductIn(image="no base64!"), "photo-not-base64"),
        (ProductIn(image="é"), "photo-not-base64"),
        (ProductIn(audio="aaaa", audio_part="front"), "sound-twice"),
        (ProductIn(audio_part="back"), "sound-part-missing"),
        (ProductIn(audio="no base64!"), "sound-not-base64"),
        (ProductIn(cells={"price": float("inf")}), "number-not-finite"),
    ],
)
def test_what_is_said_in_two_ways_or_in_none_is_refused(given: ProductIn, code: str) -> None:
    with pytest.raises(Problem) as caught:
        product_from(given, {"front": b"photo"})
    assert (caught.value.status, caught.value.code) == (422, code)


def test_numbers_become_cells_that_are_not_ambiguous() -> None:
    given = ProductIn(cells={"price": 1.299, "title": "x", "brand": None})
    assert product_from(given, {}).cells == {"price": "1.2990", "title": "x", "brand": ""}


def test_a_decision_has_its_first_class_and_its_notes() -> None:
    told = decision_out(NewProduct("a", {}), DECIDED)
    assert (told.predicted, told.probability) == ("Kettle", 0.8)
    assert [one.name for one in told.classes] == ["Kettle", "Phone"]
    assert (told.review, told.reasons, told.prediction_set) == (True, ["unlike-training"], ["Kettle"])
    assert [(one.code, one.missing) for one in told.notes] == [("price-empty", True), ("price-from", False)]


def test_a_product_that_cannot_be_taken_says_why_and_nothing_else() -> None:
    told = decision_out(NewProduct("a", {}), CatalogueError("is long", code="cell-too-long", column="title"))
    assert told.model_dump(exclude_none=True, exclude_defaults=True) == {
        "id": "a",
        "error": {"code": "cell-too-long", "detail": "column 'title': is long", "column": "title"},
    }
