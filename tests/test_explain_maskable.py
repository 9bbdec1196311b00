"""Files without some of their parts, written as their encoder reads them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from explain_factory import COLOURS, Quarters, draw_photo
from prodcls.encoders import Item, Parts
from prodcls.encoders.log_mel import LogMel
from prodcls.explain.maskable import maskable_photo, maskable_sound
from prodcls.images import load_photo
from prodcls.sound_wav import wav_bytes
from prodcls.sounds import Sound, read_sound


def test_a_hidden_region_shows_the_border(tmp_path: Path) -> None:
    path = draw_photo(tmp_path / "a.png", COLOURS[0])
    found = maskable_photo(path, (Quarters(),), "border")
    assert found is not None
    assert [(p.block, p.kind, p.label) for p in found.players] == [
        ("image", "region", f"{r}, {c}") for r in (1, 2) for c in (1, 2)
    ]
    whole = found.write(np.ones(4, dtype=np.bool_), tmp_path / "whole")
    hidden = found.write(np.array([True, True, True, False]), tmp_path / "hidden")
    assert isinstance(whole, Path)
    assert isinstance(hidden, Path)
    np.testing.assert_array_equal(load_photo(whole), load_photo(path))
    assert len(np.unique(load_photo(hidden).reshape(-1, 3), axis=0)) == 1


class Unseen(Quarters):
    """A photo encoder that tells no regions."""

    def encode_parts(self, items: list[Item]) -> tuple[Parts, ...]:  # type: ignore[override]
        return tuple(replace(parts, grid=None) for parts in super().encode_parts(items))


def test_a_photo_whose_encoder_tells_no_regions_cannot_be_masked(tmp_path: Path) -> None:
    path = draw_photo(tmp_path / "a.png", COLOURS[0])
    assert maskable_photo(path, (Quarters(), Unseen()), "border") is None


def test_a_segment_is_cut_out_and_the_rest_keeps_every_bit(tmp_path: Path) -> None:
    sound = Sound(tmp_path / "a.wav")
    sound.path.write_bytes(wav_bytes(np.linspace(-0.9, 0.9, 8_000), 8_000))
    found = maskable_sound(sound, LogMel())
    assert found is not None
    assert [p.label for p in found.players] == [
        "0\u20130.25 s",
        "0.25\u20130.5 s",
        "0.5\u20130.75 s",
        "0.75\u20131 s",
    ]
    whole = found.write(np.ones(4, dtype=np.bool_), tmp_path / "whole")
    cut = found.write(np.array([True, False, True, True]), tmp_path / "cut")
    assert isinstance(whole, Sound)
    assert isinstance(cut, Sound)
    samples = read_sound(sound).samples
    assert read_sound(whole).samples.tobytes() == samples.tobytes()
    assert read_sound(cut).samples.tobytes() == np.delete(samples, np.arange(2_000, 4_000)).tobytes()
