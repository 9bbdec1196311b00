"""Compressed sounds decode to what was recorded, within limits whatever they say of themselves."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from prodcls.errors import SoundError
from prodcls.sound_decoding import check_decoder, compressed_format, decode

RATE = 8_000
TONE = 0.5 * np.sin(2.0 * np.pi * 440.0 * np.arange(RATE) / RATE)
KINDS = {"FLAC": None, "OGG": "VORBIS", "Opus": "OPUS", "MP3": None}


def compressed(samples: np.ndarray, kind: str, rate: int = RATE) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="OGG" if kind == "Opus" else kind, subtype=KINDS[kind])
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_tone_comes_out(kind: str) -> None:
    data = compressed(TONE, kind)
    assert compressed_format(data[:16]) == {"OGG": "Ogg", "Opus": "Ogg"}.get(kind, kind)
    found = decode(data)
    assert (found.rate, found.samples.dtype) == (RATE, np.float32)
    assert found.seconds == pytest.approx(1.0, abs=0.15)  # MP3 pads
    spectrum = np.abs(np.fft.rfft(found.samples[:RATE]))
    assert spectrum.argmax() * RATE / len(found.samples[:RATE]) == pytest.approx(440.0, abs=2.0)


def test_without_loss_the_samples_are_the_same_and_channels_are_averaged() -> None:
    whole = np.round(TONE * 2**15) / 2**15
    np.testing.assert_array_equal(decode(compressed(whole, "FLAC")).samples, whole.astype(np.float32))
    both = np.stack([whole, -whole / 2], axis=1)
    np.testing.assert_allclose(decode(compressed(both, "FLAC")).samples, whole / 4, atol=1e-4)


def test_of_a_long_sound_the_first_minute_is_read() -> None:
    found = decode(compressed(np.tile(TONE, 80), "FLAC"))
    assert (len(found.samples), found.seconds) == (60 * RATE, 80.0)


def test_what_is_no_usual_sound_has_a_code() -> None:
    flac, aiff = compressed(TONE, "FLAC"), io.BytesIO()
    soundfile.write(aiff, TONE, RATE, format="AIFF")
    files = {
        "sound-corrupt": [b"", b"fLaC", flac[:40], b"OggS" + bytes(200), b"ID3" + bytes(100), b"\xff\xfb" * 50],
        "sound-format": [aiff.getvalue(), compressed(np.zeros((500, 8)), "FLAC", 655_350)],
        "sound-too-short": [compressed(TONE[:500], "FLAC")],
    }
    for code, several in files.items():
        for data in several:
            with pytest.raises(SoundError) as caught:
                decode(data)
            assert caught.value.code == code


def test_other_files_are_no_compressed_sounds() -> None:
    assert {compressed_format(head) for head in (b"", b"\xff", b"RIFF\0\0\0\0WAVE", b"\xff\xd8\xff\xe0", b"text")} == {
        ""
    }


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    check_decoder("FLAC")
    monkeypatch.setattr("prodcls.sound_decoding.find_spec", lambda _: None)
    with pytest.raises(SoundError, match=r"pip install 'prodcls\[sound\]'") as caught:
        check_decoder("FLAC")
    assert caught.value.code == "sound-extra"
