"""Photos in modes that decoders get wrong: 16 bits that turn white, EXIF turns left out, CMYK inverted, alpha on black.

None of it is hostile: it is what cameras, scanners and print shops write. 8 orientations (CIPA DC-008, tag 274) times 7
modes; the mean error of each is at most 2 of 255. The scene has few colours, so that a palette holds all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from prodcls.images import load_photo

Pixels = NDArray[np.uint8]

STORED: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}
"""How a camera held so stores a scene."""
MODES = ("RGB", "RGBA", "L", "LA", "CMYK", "P", "I;16")


def scene() -> Pixels:
    """Return 12 x 15 blocks of different colours."""
    y, x = np.mgrid[0:12, 0:15]
    blocks = np.stack([17 * x, 23 * y, 255 - 9 * x - 10 * y], axis=-1).astype(np.uint8)
    return blocks.repeat(8, axis=0).repeat(8, axis=1)


def saved(path: Path, mode: str, orientation: int) -> Pixels:
    """Write the scene in a mode, turned; return what is to be seen: the left half is there, where alpha leaves it."""
    upright = scene()
    if mode in ("L", "LA", "I;16"):
        upright = np.repeat(upright[..., :1], 3, axis=2)
    seen = upright.copy()
    alpha = np.full(upright.shape[:2], 255, np.uint8)
    if mode in ("RGBA", "LA"):
        alpha[:, alpha.shape[1] // 2 :] = 0
        seen[alpha == 0] = 255
    turned = np.ascontiguousarray(STORED[orientation](np.dstack([upright, alpha])))
    colours, there = Image.fromarray(turned[..., :3]), Image.fromarray(turned[..., 3])
    if mode == "I;16":
        image = Image.fromarray(turned[..., 0].astype(np.uint16) * 257)
    elif mode == "P":
        image = colours.quantize(256)
    else:
        image = colours.convert(mode.removesuffix("A") if mode != "RGBA" else "RGB")
        if mode in ("RGBA", "LA"):
            image.putalpha(there)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image.save(path, exif=exif, quality=98, subsampling=0)
    return seen


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("mode", MODES)
def test_photos_stand_upright_in_every_mode(tmp_path: Path, mode: str, orientation: int) -> None:
    suffixes = ("jpg", "tiff") if mode == "CMYK" else ("png", "tiff")
    for suffix in suffixes:
        if (mode, suffix) == ("P", "tiff"):
            continue  # the same as in a PNG
        path = tmp_path / f"a.{suffix}"
        seen = saved(path, mode, orientation)
        pixels = load_photo(path)
        assert pixels.shape == seen.shape
        assert np.abs(pixels.astype(int) - seen).mean() <= 2
