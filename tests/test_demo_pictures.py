from __future__ import annotations

import numpy as np
import pytest

from prodcls.demo_pictures import PAINTS, SIDE, draw_product
from prodcls.demo_words import CLASSES

SHAPES = [*(kind.shape for kind in CLASSES), "carton"]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_drawn_in_every_paint_and_pose(shape: str) -> None:
    rng = np.random.default_rng(0)
    pictures = [draw_product(shape, paint, rng) for paint in range(len(PAINTS))]
    assert all((picture.size, picture.mode) == ((SIDE, SIDE), "RGB") for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) == len(PAINTS)


def test_the_generator_decides_everything() -> None:
    one, two = (draw_product("camera", 1, np.random.default_rng(7)) for _ in range(2))
    assert one.tobytes() == two.tobytes()
