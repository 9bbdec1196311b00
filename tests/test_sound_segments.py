"""Segments of a sound, and what is left of it without some of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prodcls.errors import SoundError
from prodcls.sound_segments import segment_seconds, shares_of, without, write_recording
from prodcls.sound_wav import MAX_RATE, MAX_SECONDS, Recording
from prodcls.sounds import read_sound

RATE = 8_000


def ramp(seconds: float) -> Recording:
    samples = np.linspace(-1.0, 1.0, round(seconds * RATE), dtype=np.float32)
    return Recording(samples, RATE, seconds)


@pytest.mark.parametrize("seconds", [0.1, 0.25, 2.5, 2.51, 9.0, 33.3, 60.0])
def test_segments_cover_the_time_without_a_gap(seconds: float) -> None:
    found = segment_seconds(seconds)
    assert (found[0, 0], found[-1, 1]) == (0.0, seconds)
    np.testing.assert_array_equal(found[1:, 0], found[:-1, 1])
    assert (found[:, 1] > found[:, 0]).all()
    assert len(found) <= 12


@pytest.mark.parametrize("seconds", [0.3, 1.2, 2.51, 33.3])
def test_every_sample_is_in_one_segment(seconds: float) -> None:
    whole = ramp(seconds)
    shares = shares_of(segment_seconds(seconds))
    alone = [without(whole, [s for s in shares if s != mine]).samples for mine in shares]
    assert np.concatenate(alone).tobytes() == whole.samples.tobytes()


def test_what_is_cut_out_is_as_if_it_had_never_been_recorded(tmp_path: Path) -> None:
    whole = ramp(1.0)
    left = without(whole, [(0.75, 1.0), (0.0, 0.25)])
    assert left.samples.tobytes() == whole.samples[2_000:6_000].tobytes()
    assert left.seconds == 0.5
    found = read_sound(write_recording(left, tmp_path / "a.wav"))
    assert (found.samples.tobytes(), found.rate, found.seconds) == (left.samples.tobytes(), RATE, 0.5)
    assert without(whole, []) is whole


def test_the_longest_sound_there_is_can_be_written_and_read_again(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).uniform(-1.0, 1.0, round(MAX_SECONDS * MAX_RATE)).astype(np.float32)
    sound = write_recording(Recording(samples, MAX_RATE, MAX_SECONDS), tmp_path / "a.wav")
    assert read_sound(sound).samples.tobytes() == samples.tobytes()


def test_nothing_left_is_no_sound(tmp_path: Path) -> None:
    nothing = without(ramp(1.0), [(0.0, 0.5), (0.5, 1.0)])
    assert nothing.seconds == 0.0
    with pytest.raises(SoundError, match="sound-too-short"):
        read_sound(write_recording(nothing, tmp_path / "a.wav"))
