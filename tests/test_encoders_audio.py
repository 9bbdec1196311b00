"""Encoders of sounds of other packages: they are given recordings, and a broken one fails alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prodcls.encoders import audio_encoder, text_encoder
from prodcls.encoders.conformance import conformance
from prodcls.errors import InputError
from prodcls.sounds import Sound, wav_bytes

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


def test_all_that_is_relied_on_holds_with_one_segment_a_sound() -> None:
    checks = conformance("loudness")
    assert [check.name for check in checks if not check.holds] == []


def test_a_broken_sound_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(np.linspace(-1.0, 1.0, 4_000), 8_000))
    (tmp_path / "b.wav").write_bytes(b"no sound")
    encoder = audio_encoder("loudness")
    found = encoder.encode([Sound(tmp_path / "b.wav"), Sound(tmp_path / "a.wav")])
    assert {i: error.code for i, error in found.failed.items()} == {0: "sound-format"}
    assert found.vectors[1].any()
    (parts,) = encoder.encode_parts([Sound(tmp_path / "a.wav")])
    assert parts.seconds is not None
    assert parts.seconds.tolist() == [[0.0, 0.5]]


def test_it_is_no_encoder_of_texts() -> None:
    with pytest.raises(InputError, match="no text encoder 'loudness'"):
        text_encoder("loudness")
