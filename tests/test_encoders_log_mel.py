"""The formula for sounds: exact over time, the same bits in any company, and of use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prodcls.encoders import audio_encoder, encoder_of
from prodcls.encoders.conformance import conformance
from prodcls.encoders.log_mel import BANDS, LogMel
from prodcls.errors import InputError, SoundError
from prodcls.sound_wav import wav_bytes
from prodcls.sounds import Sound


def tone(folder: Path, hertz: float, seconds: float = 2.0, rate: int = 16_000, level: float = 0.5) -> Sound:
    path = folder / f"{hertz:g}-{seconds:g}-{rate}-{level:g}.wav"
    samples = level * np.sin(2.0 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    path.write_bytes(wav_bytes(samples, rate))
    return Sound(path)


def test_everything_that_is_relied_on_holds() -> None:
    checks = conformance("log-mel")
    assert len(checks) > 8
    assert [check.name for check in checks if not check.holds] == []


def test_segments_sum_to_the_vector_and_company_moves_no_bit(tmp_path: Path) -> None:
    sounds = [tone(tmp_path, hertz, seconds) for hertz, seconds in ((200, 0.2), (700, 1.3), (3000, 7.0))]
    together = LogMel(threads=2).encode(sounds).vectors
    for sound, vector, parts in zip(sounds, together, LogMel().encode_parts(sounds), strict=True):
        assert LogMel(threads=1).encode([sound]).vectors[0].tobytes() == vector.tobytes() == parts.vector.tobytes()
        np.testing.assert_allclose(parts.vectors.sum(axis=0), vector, atol=1e-6)
        assert parts.seconds is not None
        assert parts.linear
        assert len(parts.vectors) == len(parts.seconds) <= 12


def test_the_same_tone_is_alike_at_other_rates_and_levels_and_unlike_another_tone(tmp_path: Path) -> None:
    sounds = [
        tone(tmp_path, 600, rate=rate, level=level) for rate, level in ((16_000, 0.5), (44_100, 0.5), (16_000, 0.1))
    ]
    one, rate, soft, other = LogMel().encode([*sounds, tone(tmp_path, 2500)]).vectors[:, 1 : BANDS + 1]
    likeness = [float(one @ v / np.linalg.norm(one) / np.linalg.norm(v)) for v in (rate, soft, other)]
    assert min(likeness[:2]) > 0.9
    assert likeness[2] < 0.6


def test_what_sounds_in_one_half_is_in_the_segments_of_that_half(tmp_path: Path) -> None:
    path, rate = tmp_path / "half.wav", 16_000
    time = np.arange(4 * rate) / rate
    path.write_bytes(wav_bytes(np.where(time >= 2.0, 0.5 * np.sin(2.0 * np.pi * 1000.0 * time), 0.0), rate))
    (parts,) = LogMel().encode_parts([Sound(path)])
    assert parts.seconds is not None
    loud = np.abs(parts.vectors[:, 1 : BANDS + 1]).sum(axis=1)
    assert loud[parts.seconds[:, 1] <= 2.0].max() < 0.1 * loud[parts.seconds[:, 0] >= 2.0].min()


def test_of_a_long_sound_the_share_that_was_read_is_told(tmp_path: Path) -> None:
    found = LogMel().encode([tone(tmp_path, 500, 80.0, 8_000), tone(tmp_path, 500, 10.0, 8_000)])
    np.testing.assert_allclose(found.read_share, [0.75, 1.0])


def test_a_sound_that_has_gone_is_told_and_the_others_are_encoded(tmp_path: Path) -> None:
    found = LogMel().encode([Sound(tmp_path / "gone.wav"), tone(tmp_path, 500)])
    assert list(found.failed) == [0]
    assert isinstance(found.failed[0], SoundError)
    assert not found.vectors[0].any()
    assert found.vectors[1].any()


def test_encoders_of_sounds_are_found_by_name() -> None:
    assert audio_encoder().identity == encoder_of("audio", "log-mel").identity == "log-mel-p1"
    with pytest.raises(InputError, match="no audio encoder 'minilm'"):
        audio_encoder("minilm")
