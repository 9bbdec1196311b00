"""The queue of products that wait for people, asked without pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodcls.errors import InputError
from prodcls.overrides import read_overrides
from prodcls.service.reviews import Reviews
from real_bundle import real
from service_factory import reviewed, served


@pytest.fixture
def reviews(tmp_path: Path) -> Reviews:
    return Reviews(reviewed(tmp_path))


def test_what_waits_is_listed_with_its_title(reviews: Reviews) -> None:
    found = reviews.queue(real().bundle)
    assert (found.waiting, found.decided) == (3, 0)
    assert {one.scored.id for one in found.shown} == {"n0", "n1", "n2"}
    assert all(one.scored.review for one in found.shown)
    assert {one.title for one in found.shown} == {""}
    assert len(reviews.queue(real().bundle, 1).shown) == 1


def test_a_decision_is_recorded_once_and_leaves_the_queue(reviews: Reviews) -> None:
    bundle = real().bundle
    first = reviews.queue(bundle).shown[0]
    reviews.decide(bundle, first, decision=" Phone ", who=" J.D. ", reason="a screen")
    (made,) = read_overrides(reviews.files.overrides).records
    assert (made.id, made.decision, made.who, made.reason) == (first.scored.id, "Phone", "J.D.", "a screen")
    assert (made.bundle, made.new_class) == (bundle.digest, False)
    left = reviews.queue(bundle)
    assert (left.waiting, left.decided) == (2, 1)
    assert first.key not in {one.key for one in left.shown}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"decision": " "}, "decision-missing"),
        ({"decision": "Kettel"}, "decision-unknown"),
        ({"who": ""}, "who-missing"),
        ({"who": "x" * 300}, "who-too-long"),
        ({"reason": "\n"}, "reason-missing"),
        ({"reason": "a\x00b"}, "nul-character"),
    ],
)
def test_half_a_decision_is_not_recorded(reviews: Reviews, changed: dict[str, str], code: str) -> None:
    first = reviews.queue(real().bundle).shown[0]
    said = {"decision": "Phone", "who": "J.D.", "reason": "a screen"} | changed
    with pytest.raises(InputError) as caught:
        reviews.decide(real().bundle, first, **said)
    assert caught.value.code == code
    assert not reviews.files.overrides.exists()


def test_a_product_is_found_by_its_key_alone(reviews: Reviews) -> None:
    first = reviews.queue(real().bundle).shown[0]
    assert reviews.find(real().bundle, first.key) == first
    with pytest.raises(InputError) as caught:
        reviews.find(real().bundle, first.scored.id)
    assert caught.value.code == "product-unknown"


def test_it_is_said_why_where_the_catalogue_is_at_hand(reviews: Reviews, tmp_path: Path) -> None:
    engine = served().engine
    first = reviews.queue(engine.bundle).shown[0]
    case = reviews.case(engine, first)
    assert case is not None
    assert (case.main.id, case.main.predicted) == (first.scored.id, first.scored.predicted)
    (tmp_path / "bare").mkdir()
    bare = Reviews(reviewed(tmp_path / "bare", catalogue=False))
    assert bare.case(engine, bare.queue(engine.bundle).shown[0]) is None
