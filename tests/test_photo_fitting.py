"""A photo becomes the picture that a network reads, and each place on it is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from prodcls.images import letterbox
from prodcls.photo_fitting import Fitting, Way

WAYS: tuple[Way, ...] = ("whole", "crop", "stretch", "as it is")


def fitting(way: Way, side: int = 32) -> Fitting:
    return Fitting(side, way, side + 4 if way == "crop" else 0, Image.Resampling.BILINEAR)


@pytest.mark.parametrize("way", WAYS)
@given(width=st.integers(1, 90), height=st.integers(1, 90))
def test_the_picture_has_its_size_and_the_photo_is_on_it(way: Way, width: int, height: int) -> None:
    one = fitting(way)
    frame = one.frame((width, height))
    picture = one.fit(np.zeros((height, width, 3), dtype=np.uint8))
    assert picture.shape == (frame.height, frame.width, 3)
    for side, first, length in ((frame.width, frame.left, frame.across), (frame.height, frame.top, frame.down)):
        assert length >= 1
        if way == "whole":
            assert 0 <= first <= first + length <= side
        else:
            assert first <= 0
            assert first + length >= side


@pytest.mark.parametrize("way", WAYS)
def test_a_spot_is_found_where_the_frame_says(way: Way) -> None:
    photo = np.zeros((60, 120, 3), dtype=np.uint8)
    photo[24:36, 54:66] = 255  # the middle
    photo[24:36, 72:84] = 255  # and to the right of it
    one = fitting(way)
    frame, picture = one.frame((120, 60)), one.fit(photo)
    seen = [picture[int(frame.top + 0.5 * frame.down), int(frame.left + x * frame.across), 0] for x in (0.5, 0.65)]
    assert min(seen) > 200
    assert picture[int(frame.top + 0.2 * frame.down), int(frame.left + 0.5 * frame.across), 0] == 0


def test_whole_photos_are_those_in_a_white_square() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (50, 30, 3), dtype=np.uint8)
    np.testing.assert_array_equal(Fitting(32).fit(photo), letterbox(photo, 32))


def test_the_middle_is_what_is_cut_out_of_the_resized_photo() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (50, 71, 3), dtype=np.uint8)
    resized = Image.fromarray(photo).resize((51, 36), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(fitting("crop").fit(photo), np.asarray(resized.crop((9, 2, 41, 34))))


@pytest.mark.parametrize("way", WAYS)
def test_what_was_fitted_once_is_not_changed_again(way: Way) -> None:
    photo = np.random.default_rng(0).integers(0, 256, (50, 71, 3), dtype=np.uint8)
    once = fitting(way).fit(photo)
    np.testing.assert_array_equal(fitting(way).fit(once), once)


def test_it_is_told_in_words() -> None:
    assert [fitting(way).told for way in WAYS] == [
        "32 x 32 pixels",
        "32 x 32 pixels, the ends of the longer side cut off",
        "32 x 32 pixels, stretched",
        "photos as they are",
    ]
