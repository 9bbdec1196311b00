"""What is shown as a change was scored as a served product, and what does not hold there is not shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from prodcls import alternatives
from prodcls.alternatives import find_changes
from prodcls.explain.chain import explain
from prodcls.explain.changes import Changes
from prodcls.explain.counterfactual import Flip, Flips
from prodcls.explain.masks import with_hidden
from prodcls.images import load_photo
from prodcls.lookup import Found, product_from_cells
from real_bundle import Real, real

BUDGET = 80


@pytest.fixture(scope="module")
def given_bundle() -> Real:
    return real()


def described(found: Real, title: str, image: Path | None = None, price: str = "") -> Found:
    cells = {"title": title, "price": price}
    return product_from_cells(found.bundle, cells, found.readers, image)


def changes_of(found: Real, product: Found, budget: int = BUDGET) -> Changes:
    return find_changes(found.bundle, product, explain(found.bundle.model, product.subject), budget)


def served(found: Real, product: Found) -> tuple[str, float]:
    [row] = found.bundle.model.probabilities(product.subject.inputs)
    return found.bundle.model.classes[int(row.argmax())], float(row.max())


TITLE = "steel kettle smart phone 5g steel"


def test_words_without_which_it_is_another_class(given_bundle: Real) -> None:
    product = described(given_bundle, TITLE)
    changes = changes_of(given_bundle, product)
    assert (changes.predicted, changes.probability) == pytest.approx(served(given_bundle, product))
    [search] = [s for s in changes.searches if s.kind == "words"]
    assert search.players == 6
    assert search.evaluations <= BUDGET
    assert search.change is not None
    left = TITLE
    for part in sorted(search.change.parts, key=lambda p: -(p.start or 0)):
        assert part.label == TITLE[part.start : part.end]
        left = left[: part.start] + left[part.end :]
    name, probability = served(given_bundle, described(given_bundle, left))
    assert name == search.change.becomes != changes.predicted
    assert probability == pytest.approx(search.change.probability, abs=1e-5)


def test_a_region_without_which_it_is_another_class(given_bundle: Real, tmp_path: Path) -> None:
    pixels = np.full((120, 120, 3), (30, 200, 30), dtype=np.uint8)
    pixels[30:100, 20:110] = (200, 30, 30)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    product = described(given_bundle, "", tmp_path / "photo.png")
    changes = changes_of(given_bundle, product)
    [search] = [s for s in changes.searches if s.kind == "region"]
    assert search.change is not None
    boxes = [part.box for part in search.change.parts if part.box is not None]
    Image.fromarray(with_hidden(load_photo(tmp_path / "photo.png"), boxes)).save(tmp_path / "hidden.png")
    name, probability = served(given_bundle, described(given_bundle, "", tmp_path / "hidden.png"))
    assert name == search.change.becomes != changes.predicted
    assert probability == pytest.approx(search.change.probability, abs=1e-5)


def test_both_sides_of_each_border_hold(given_bundle: Real) -> None:
    product = described(given_bundle, "offer no. 3", price="20")
    [bands] = changes_of(given_bundle, product, 1).bands
    assert len(bands.bands) > 1
    for band in bands.bands:
        for price in (band.low, band.high):
            assert (
                served(given_bundle, described(given_bundle, "offer no. 3", price=f"{price:.12g}"))[0] == band.becomes
            )


def test_what_the_served_model_does_not_confirm_is_not_shown(
    given_bundle: Real, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alternatives, "smallest_flips", lambda *_, **__: Flips((Flip((5,), minimal=True),), 7))
    changes = changes_of(given_bundle, described(given_bundle, "steel kettle 1.5 l no. 3"))
    [search] = [s for s in changes.searches if s.kind == "words"]
    assert (search.change, search.unconfirmed, search.evaluations) == (None, 1, 7)


def test_a_product_without_anything_has_nothing_to_change(given_bundle: Real) -> None:
    changes = changes_of(given_bundle, described(given_bundle, ""))
    assert (changes.searches, changes.bands) == ((), ())
