from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prodcls.example_machine_pictures import SHAPES
from prodcls.example_machine_sounds import RATE, SECONDS, VOICES, machine_sound
from prodcls.sounds import Sound, read_sound


def test_every_machine_that_is_drawn_has_a_voice() -> None:
    assert VOICES.keys() == SHAPES.keys()


@pytest.mark.parametrize("shape", VOICES)
def test_every_recording_is_its_own_and_can_be_read(shape: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    made = [machine_sound(shape, rng) for _ in range(4)]
    assert len(set(made)) == 4
    assert machine_sound(shape, np.random.default_rng(0)) == made[0]
    (tmp_path / "a.wav").write_bytes(made[0])
    found = read_sound(Sound(tmp_path / "a.wav"))
    assert (found.rate, found.seconds) == (RATE, SECONDS)
    assert 0.05 < np.abs(found.samples).max() <= 0.55
