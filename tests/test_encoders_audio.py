"""Encoders of sounds of other packages: they are given recordings, and a broken one fails alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prodcls.encoders import audio_encoder, text_encoder
from prodcls.encoders.conformance import conformance
from prodcls.errors import InputError
from prodcls.sound_wav import wav_bytes
from prodcls.sounds import Sound

PACKAGE = '''
import numpy as np

class Loudness:
    """How loud each tenth of a recording is."""

    identity, dimension, kind = "loudness-1", 11, "audio"

    def __init__(self, runtime, threads):
        pass

    def encode(self, items):
        tenths = [[np.abs(part).mean() for part in np.array_split(one.samples, 10)] for one in items]
        turns = [[np.abs(np.diff(np.sign(one.samples))).mean()] for one in items]
        return np.concatenate([tenths, turns], axis=1).astype(np.float32)
'''


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that offers an encoder of sounds, as pip installs it."""
    (tmp_path / "loudness_for_tests.py").write_text(PACKAGE, encoding="utf-8")
    told = tmp_path / "loudness_for_tests-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: loudness-for-tests\nVersion: 1.0\n", encoding="utf-8")
    (told / "entry_points.txt").write_text("[prodcls.encoders]\nloudness = loudness_for_tests:Loudness\n")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_all_that_is_relied_on_holds() -> None:
    checks = conformance("loudness")
    assert [check.name for check in checks if not check.holds] == []


def test_a_broken_sound_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(np.linspace(-1.0, 1.0, 4_000), 8_000))
    (tmp_path / "b.wav").write_bytes(b"no sound")
    encoder = audio_encoder("loudness")
    found = encoder.encode([Sound(tmp_path / "b.wav"), Sound(tmp_path / "a.wav")])
    assert {i: error.code for i, error in found.failed.items()} == {0: "sound-format"}
    assert found.vectors[1].any()


def test_segments_are_what_cutting_them_out_changes(tmp_path: Path) -> None:
    tone = np.sin(np.arange(4_000))
    (tmp_path / "a.wav").write_bytes(wav_bytes(np.concatenate([0.1 * tone, 0.8 * tone]), 8_000))
    (tmp_path / "late.wav").write_bytes(wav_bytes(np.concatenate([0.1 * tone[2_000:], 0.8 * tone]), 8_000))
    (tmp_path / "short.wav").write_bytes(wav_bytes(tone[:1_000], 8_000))
    encoder = audio_encoder("loudness")
    parts, short = encoder.encode_parts([Sound(tmp_path / "a.wav"), Sound(tmp_path / "short.wav")])
    whole, late = encoder.encode([Sound(tmp_path / "a.wav"), Sound(tmp_path / "late.wav")]).vectors
    assert parts.approximate
    assert parts.seconds is not None
    assert parts.seconds.tolist() == [[0.0, 0.25], [0.25, 0.5], [0.5, 0.75], [0.75, 1.0]]
    np.testing.assert_allclose(parts.vectors[0], whole - late, atol=1e-6)
    np.testing.assert_allclose(parts.vectors.sum(axis=0), whole, atol=1e-6)
    np.testing.assert_array_equal(short.vectors[0], short.vector)  # without its only segment nothing is left


def test_it_is_no_encoder_of_texts() -> None:
    with pytest.raises(InputError, match="no text encoder 'loudness'"):
        text_encoder("loudness")
