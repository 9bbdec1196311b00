from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from prodcls.demo_pictures import SIDE
from prodcls.example_machine_pictures import SHAPES, draw_machine
from prodcls.example_machines import MACHINES


@pytest.mark.parametrize("shape", SHAPES)
def test_every_machine_is_drawn_in_many_ways(shape: str) -> None:
    rng = np.random.default_rng(0)
    photos = [Image.open(io.BytesIO(draw_machine(shape, rng))) for _ in range(8)]
    assert all((photo.size, photo.mode) == ((SIDE, SIDE), "RGB") for photo in photos)
    assert len({photo.tobytes() for photo in photos}) == 8


def test_every_kind_has_a_shape_of_its_own() -> None:
    assert {kind.shape for kind in MACHINES.kinds} == set(SHAPES)
    assert draw_machine("valve", np.random.default_rng(3)) == draw_machine("valve", np.random.default_rng(3))
