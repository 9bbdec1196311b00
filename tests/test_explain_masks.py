"""Words are really gone, the rest is as it was; hidden regions show the border's colour, and only they."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from prodcls.encoders import Parts
from prodcls.explain.masks import open_photo, text_left, with_hidden
from prodcls.explain.reading import region_pieces
from prodcls.explain.segments import Word, words
from prodcls.explain.subject import Split
from prodcls.images import letterbox, load_photo
from prodcls.photo_fitting import Fitting
from prodcls.probes import Probe
from synthetic import ColourEncoder

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["Steel", "kettle,", "(new)", "3.5", "不锈钢水壶", "กาน้ำ", "🎁", "غلاية", "-", "\n"]),
        max_size=12,
    ).map(" ".join),
)


def cut(text: str, *gone: int) -> str:
    found = words(text)
    kept = np.ones(len(found), dtype=np.bool_)
    kept[list(gone)] = False
    return text_left(text, found, kept)


@settings(deadline=None)
@given(TEXTS)
def test_a_text_with_all_words_is_the_text_and_one_without_any_is_empty(text: str) -> None:
    found = words(text)
    assert text_left(text, found, np.ones(len(found), dtype=np.bool_)) == text
    assert text_left(text, found, np.zeros(len(found), dtype=np.bool_)) == ("" if found else text)


@settings(deadline=None)
@given(TEXTS, st.data())
def test_what_is_left_reads_as_the_kept_words_in_order(text: str, data: st.DataObject) -> None:
    found = words(text)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found))), dtype=np.bool_)
    left = text_left(text, found, kept)
    at = 0
    for word, keep in zip(found, kept, strict=True):
        if keep:
            at = left.index(text[word.start : word.end], at) + word.end - word.start
    assert len(left) <= len(text)


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("steel kettle, new", 1, "steel new"),
        ("steel kettle, new", 0, "kettle, new"),
        ("steel kettle, new", 2, "steel kettle, "),
        ("** steel", 0, ""),
        ("3.5 GHz quad", 1, "3.5 quad"),
        ("well-known brand", 1, "well- brand"),
        ("不锈钢水壶", 0, "水壶"),
    ],
)
def test_a_word_goes_with_what_is_behind_it(text: str, gone: int, left: str) -> None:
    assert cut(text, gone) == left


def test_words_that_were_apart_stay_apart() -> None:
    found = (Word(0, 1), Word(1, 2), Word(3, 4))
    assert text_left("ab c", found, np.array([True, False, True])) == "a c"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A white photo, twice as wide as high, with a red right half inside a white border."""
    picture = Image.new("RGB", (80, 40), (250, 250, 250))
    picture.paste((200, 0, 0), (40, 4, 76, 36))
    picture.save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_nothing_hidden_is_the_photo_as_the_encoder_gets_it(photo: Path) -> None:
    opened = open_photo(photo, (7, 7))
    np.testing.assert_array_equal(
        opened.show(np.ones(len(opened.cells), dtype=np.bool_)), letterbox(load_photo(photo), 224)
    )


def test_a_hidden_region_takes_the_colour_of_the_border_and_no_other_changes(photo: Path) -> None:
    opened = open_photo(photo, (4, 4))
    kept = np.ones(len(opened.cells), dtype=np.bool_)
    hidden = opened.cells.index((2, 2))
    kept[hidden] = False
    shown = opened.show(kept)
    inside = opened.regions == hidden
    assert (opened.pixels[inside] != 250).any()
    assert (shown[inside] == 250).all()
    np.testing.assert_array_equal(shown[~inside], opened.pixels[~inside])


def test_the_bars_beside_a_photo_are_no_regions_and_stay_white(photo: Path) -> None:
    opened = open_photo(photo, (4, 4))
    assert opened.cells == tuple((row, column) for row in (1, 2) for column in range(4))
    assert opened.boxes[:2] == ((0.0, 0.0, 0.25, 0.5), (0.25, 0.0, 0.5, 0.5))
    shown = opened.show(np.zeros(8, dtype=np.bool_))
    assert (shown[:56] == 255).all()
    assert (shown[56:168] == 250).all()


def test_a_blurred_region_keeps_its_rough_colour_and_loses_its_edges(photo: Path) -> None:
    opened = open_photo(photo, (4, 4), "blur")
    shown = opened.show(np.zeros(8, dtype=np.bool_))[56:168].astype(float)
    sharp = opened.pixels[56:168].astype(float)
    assert shown[:, 200, 1].mean() < shown[:, 20, 1].mean() - 50  # green is what red lacks against white
    assert np.abs(np.diff(shown, axis=1)).max() < np.abs(np.diff(sharp, axis=1)).max() / 10


@pytest.mark.parametrize("size", [(64, 64), (256, 97), (97, 256), (200, 1), (31, 30)])
def test_regions_are_those_of_the_exact_account(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(tmp_path / "photo.png")
    ones = np.ones(1, dtype=np.float32)
    split = Split((ColourEncoder(),), (Parts(np.ones((49, 1)), ones, ones, None, (7, 7), linear=True),))
    probe = Probe(np.ones((1, 2), dtype=np.float32), np.zeros(2, dtype=np.float32))
    pieces = region_pieces(size, split, probe, lambda values: values[..., 0].astype(np.float64))
    opened = open_photo(tmp_path / "photo.png", (7, 7))
    np.testing.assert_allclose(opened.boxes, pieces.places.boxes, atol=1e-9)
    assert [f"{row + 1}, {column + 1}" for row, column in opened.cells] == pieces.places.labels


def test_a_grid_of_the_photo_is_one_grid_whatever_each_picture_shows(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (128, 64), (9, 9, 9)).save(photo)
    whole = open_photo(photo, (2, 4), fitting=Fitting(32), of_photo=True)
    cut = open_photo(photo, (2, 4), fitting=Fitting(32, "crop", 32), of_photo=True)
    itself = open_photo(photo, (2, 4), fitting=Fitting(way="as it is"))
    assert whole.cells == itself.cells == tuple((r, c) for r in range(2) for c in range(4))
    assert whole.boxes == itself.boxes
    assert cut.cells == tuple((r, c) for r in range(2) for c in (1, 2))  # the ends are cut off
    assert cut.boxes == tuple(box for box, cell in zip(itself.boxes, itself.cells, strict=True) if cell[1] in (1, 2))
    assert (itself.regions == np.arange(8).reshape(2, 4).repeat(32, axis=0).repeat(32, axis=1)).all()


def test_hidden_parts_take_the_colour_of_the_border() -> None:
    photo = np.full((40, 60, 3), 250, dtype=np.uint8)
    photo[10:30, 15:45] = (10, 20, 30)
    hidden = with_hidden(photo, [(0.25, 0.25, 0.5, 0.75)])
    assert (hidden[10:30, 15:30] == 250).all()
    assert (hidden[10:30, 30:45] == (10, 20, 30)).all()
    assert (photo[10:30, 15:45] == (10, 20, 30)).all()
    np.testing.assert_array_equal(with_hidden(photo, []), photo)
