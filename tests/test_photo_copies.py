"""Copies are like their photo, each in its own way, and the same whenever they are drawn again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from attacks.bombs import noise
from prodcls.embedding_store import content_key
from prodcls.errors import ImageError
from prodcls.photo_copies import DEGREES, LEAST_KEPT, MOST_COPIES, MOST_MARGIN, PhotoCopy, copies_wanted, draw_copies


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of 120 x 80 pixels, dark on the left."""
    path = tmp_path / "a.png"
    pixels = np.full((80, 120, 3), 200, np.uint8)
    pixels[:, :60] = 20
    Image.fromarray(pixels).save(path)
    return path


def plain(photo: Path) -> PhotoCopy:
    return PhotoCopy(photo, kept=1.0, across=0.0, down=0.0, degrees=0.0, margin=0.0, mirrored=False)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60), st.integers(1, 100))
def test_small_classes_are_brought_up(labels: list[str], least: int) -> None:
    wanted = copies_wanted(labels, least)
    for label in set(labels):
        n = labels.count(label)
        (count,) = {w for w, x in zip(wanted, labels, strict=True) if x == label}
        assert 0 <= count <= MOST_COPIES
        assert (count == 0) == (n >= least)
        assert count == MOST_COPIES or n * (1 + count) >= least
        assert n * count < least + n


def test_what_is_drawn_depends_on_bytes_and_seed_alone(photo: Path, tmp_path: Path) -> None:
    drawn = draw_copies(photo, 8, 0)
    assert drawn == draw_copies(photo, 8, 0)
    assert drawn[:3] == draw_copies(photo, 3, 0)
    assert drawn != draw_copies(photo, 8, 1)
    moved = tmp_path / "b.png"
    moved.write_bytes(photo.read_bytes())
    assert [replace(c, path=photo) for c in draw_copies(moved, 8, 0)] == list(drawn)
    assert [c.key() for c in draw_copies(moved, 8, 0)] == [c.key() for c in drawn]
    assert len({c.key() for c in drawn}) == 8
    for c in drawn:
        assert LEAST_KEPT <= c.kept <= 1
        assert abs(c.degrees) <= DEGREES
        assert 0 <= c.margin <= MOST_MARGIN


def test_keys_stand_for_photo_and_figures(photo: Path) -> None:
    copy = plain(photo)
    others = [
        replace(copy, kept=0.9),
        replace(copy, across=0.1),
        replace(copy, down=0.1),
        replace(copy, degrees=1.0),
        replace(copy, margin=0.1),
        replace(copy, mirrored=True),
    ]
    assert content_key(copy) == copy.key() != content_key(photo)
    assert len({c.key() for c in (copy, *others)}) == 7
    key = copy.key()
    noise(9, 9).save(photo)
    assert copy.key() != key


def test_each_figure_does_what_it_says(photo: Path) -> None:
    pixels = plain(photo).pixels()
    assert pixels.shape == (80, 120, 3)
    mirrored = replace(plain(photo), mirrored=True).pixels()
    np.testing.assert_array_equal(mirrored, pixels[:, ::-1])
    cut = replace(plain(photo), kept=0.5, across=1.0, down=1.0).pixels()
    np.testing.assert_array_equal(cut, pixels[40:, 60:])
    small = replace(plain(photo), margin=0.5).pixels()
    assert small.shape == (140, 180, 3)
    assert (small[:30] == 255).all()
    np.testing.assert_array_equal(small[30:-30, 30:-30], pixels)
    turned = replace(plain(photo), degrees=10.0).pixels()
    assert turned.shape[0] > 80
    assert all((turned[y, x] == 255).all() for y in (0, -1) for x in (0, -1))


def test_photos_that_cannot_be_read_have_no_copies(tmp_path: Path) -> None:
    with pytest.raises(ImageError):
        draw_copies(tmp_path / "none.png", 2, 0)
    (tmp_path / "a.png").write_bytes(b"junk")
    (copy,) = draw_copies(tmp_path / "a.png", 1, 0)
    with pytest.raises(ImageError):
        copy.pixels()
