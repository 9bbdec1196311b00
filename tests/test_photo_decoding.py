"""What is decoded is held to the limits of a photo; how it looks is in test_images and attacks/test_attack_08_modes."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from prodcls.errors import ImageError
from prodcls.photo_decoding import MAX_PIXELS, MAX_RATIO, MAX_SIDE, check_size, decode


@pytest.mark.parametrize(
    ("width", "height", "code"),
    [
        (MAX_PIXELS // 1000 + 1, 1000, "photo-too-large"),
        (MAX_SIDE + 1, 1000, "photo-too-large"),
        (MAX_RATIO * 10 + 1, 10, "photo-no-shape"),
        (0, 10, "photo-corrupt"),
        (10, -1, "photo-corrupt"),
    ],
)
def test_sizes_are_refused(width: int, height: int, code: str) -> None:
    for sides in ((width, height), (height, width)):
        with pytest.raises(ImageError) as caught:
            check_size(*sides)
        assert caught.value.code == code


@pytest.mark.parametrize(("width", "height"), [(1, 1), (MAX_RATIO, 1), (MAX_SIDE, 1000), (7071, 7071)])
def test_sizes_within_the_limits_pass(width: int, height: int) -> None:
    check_size(width, height)


def test_want_of_memory_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (9, 9)).save(buffer, "PNG")

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "convert", fail)
    with pytest.raises(ImageError, match="photo-refused"):
        decode(buffer.getvalue())
