"""What the pages ask of a bundle: what is remembered, and what a description begins with."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from prodcls.decision_log import last_entries
from prodcls.errors import BundleError, InputError
from prodcls.service import lookups as module
from prodcls.service.holder import Holder
from prodcls.service.lookups import Lookups, Origin
from prodcls.service.settings import ServiceSettings
from real_bundle import real
from service_factory import served


@pytest.fixture
def lookups() -> Lookups:
    return Lookups(served(image_root=real().catalogue.parent))


def test_an_account_that_was_seen_comes_back_as_it_is(lookups: Lookups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CASES", 2)
    first = lookups.case("p001", None)
    assert lookups.case("p001", None) is first
    assert lookups.case("p001", "冰箱") is not first
    lookups.case("p001", None)  # seen last, so that the next one takes the other's place
    lookups.case("p002", None)
    assert lookups.case("p001", None) is first


def test_a_description_begins_with_the_cells_and_the_photo_of_a_product(lookups: Lookups) -> None:
    kept = real().bundle.products
    i = kept.ids.index("p001")
    found = lookups.origin("p001")
    assert (found.id, found.cells["title"]) == ("p001", kept.texts["title"][i])
    assert found.photo == (real().catalogue.parent / "photos" / "1.png").read_bytes()
    (values,) = kept.numeric.values()
    missing = next(i for i, value in enumerate(values) if math.isnan(value))
    assert "price" not in lookups.origin(kept.ids[missing]).cells
    assert lookups.origin("") == Origin("", {}, None)
    with pytest.raises(InputError) as caught:
        lookups.origin("p999")
    assert caught.value.code == "product-unknown"


def test_photos_are_not_shown_where_no_folder_is_given() -> None:
    assert Lookups(served()).origin("p001").photo is None


def test_what_is_tried_is_held_against_what_it_was_and_not_logged(tmp_path: Path) -> None:
    lookups = Lookups(Holder(real().folder, ServiceSettings(log=tmp_path / "log")))
    origin = lookups.origin("p001")
    found = lookups.tried(origin, origin.cells | {"title": "双门 冰箱 节能"}, None, None)
    main = lookups.case("p001", None).main
    assert found.before == (main.predicted, main.probability)
    assert found.case.main.predicted == found.decision.classes[0][0]
    assert lookups.tried(Origin("", {}, None), {"title": "x"}, None, None).before is None
    with pytest.raises(InputError) as caught:
        lookups.tried(origin, {"titel": "x"}, None, None)
    assert caught.value.code == "column-unknown"
    assert last_entries(tmp_path / "log", 10) == []


def test_what_is_kept_of_a_bundle_is_forgotten_with_it(lookups: Lookups) -> None:
    assert lookups.search("kettle").total > 0
    index, described = lookups._index, lookups.description()
    assert lookups._index is index
    assert lookups.description() is described
    lookups._index = ("another", index[1]) if index else None
    lookups.search("kettle")
    assert lookups._index is not None
    assert lookups._index[0] == real().bundle.digest


def test_a_bundle_without_an_audit_says_so(lookups: Lookups) -> None:
    with pytest.raises(BundleError) as caught:
        lookups.audit("en")
    assert caught.value.code == "bundle-report"
