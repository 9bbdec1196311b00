"""WAV files of every kind are read alike, and hostile ones get a code."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from prodcls.errors import SoundError
from prodcls.sound_wav import MAX_SECONDS, Recording, check_wav, exact_wav_bytes, read_wav, wav_bytes

RATE = 8_000
TONE = 0.5 * np.sin(2.0 * np.pi * 440.0 * np.arange(RATE) / RATE)


def wav(
    data: bytes, bits: int, *, kind: int = 1, channels: int = 1, rate: int = RATE, extensible: bool = False
) -> bytes:
    """Return a WAV file around samples as they stand."""
    frame = channels * bits // 8
    tag = 0xFFFE if extensible else kind
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    if extensible:
        form += struct.pack("<HHIH", 22, bits, 0, kind) + b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
    notes = b"LIST" + struct.pack("<I", 3) + b"odd\x00"  # an odd length is padded
    body = (
        b"WAVE" + notes + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def packed(samples: np.ndarray, bits: int) -> bytes:
    whole = np.round(samples * (2 ** (bits - 1) - 1)).astype("<i4")
    if bits == 8:
        return (whole + 128).astype("u1").tobytes()
    return whole.view("u1").reshape(-1, 4)[:, : bits // 8].tobytes()


def refused(data: bytes) -> str:
    with pytest.raises(SoundError) as caught:
        read_wav(data)
    return caught.value.code


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("extensible", [False, True])
def test_whole_numbers_of_every_width_are_the_same_sound(bits: int, extensible: bool) -> None:
    data = wav(packed(TONE, bits), bits, extensible=extensible)
    check_wav(data[:100], len(data))
    found = read_wav(data)
    assert (found.rate, found.seconds, found.samples.dtype) == (RATE, 1.0, np.float32)
    np.testing.assert_allclose(found.samples, TONE, atol=2.0 ** (2 - bits) if bits < 24 else 1e-6)


@pytest.mark.parametrize("bits", [32, 64])
def test_floating_point_and_several_channels(bits: int) -> None:
    both = np.stack([TONE, -TONE / 2], axis=1).astype(f"<f{bits // 8}")
    found = read_wav(wav(both.tobytes(), bits, kind=3, channels=2))
    np.testing.assert_allclose(found.samples, TONE / 4, atol=1e-6)


def test_only_the_beginning_of_a_long_sound_is_read() -> None:
    found = read_wav(wav_bytes(np.tile(TONE, 90), RATE))
    assert (len(found.samples), found.seconds) == (round(MAX_SECONDS * RATE), 90.0)


def test_a_length_that_lies_is_believed_as_far_as_the_file_goes() -> None:
    whole = wav_bytes(TONE, RATE)
    place = whole.index(b"data") + 4
    for told in (0, 0xFFFFFFFF, 0x7FFFFFFF, 10 * RATE):
        assert read_wav(whole[:place] + struct.pack("<I", told) + whole[place + 4 :]).seconds == 1.0


def test_what_is_no_usual_sound_has_a_code() -> None:
    whole = wav_bytes(TONE, RATE)
    kinds = [wav(packed(TONE, 16), 16, kind=kind) for kind in (2, 17, 85)]
    rates = [wav(packed(TONE, 16), 16, rate=rate) for rate in (0, 100, 1_000_000)]
    channels = [wav(packed(TONE, 16), 16, channels=count) for count in (0, 200)]
    no_numbers = wav(np.full(RATE, np.nan, "<f4").tobytes(), 32, kind=3)
    endless = b"RIFF\x00\x00\x00\x00WAVE" + b"junk\x00\x00\x00\x00" * 500
    codes = {
        "sound-format": [b"", b"\xff\xfb" * 50, b"RIFF\x00\x00\x00\x00AVI " + whole[12:], *kinds, *rates, *channels],
        "sound-corrupt": [whole[:20], whole[:36], endless, no_numbers],
        "sound-too-short": [whole[:60], wav_bytes(TONE[:100], RATE)],
    }
    for code, files in codes.items():
        assert {refused(data) for data in files} == {code}


def test_damaged_files_are_read_or_refused_and_nothing_else() -> None:
    draw, whole = random.Random(0), wav_bytes(TONE[:2000], RATE)
    for _ in range(300):
        data = bytearray(whole[: draw.randrange(len(whole))] if draw.random() < 0.4 else whole)
        for _ in range(draw.randrange(6)):
            if data:
                data[draw.randrange(min(len(data), 60))] = draw.randrange(256)
        try:
            assert np.isfinite(read_wav(bytes(data)).samples).all()
            check_wav(bytes(data), len(data))
        except SoundError as error:
            assert error.code.startswith("sound-")


def test_samples_that_are_widened_piece_by_piece_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0).integers(-(2**15), 2**15, size=(RATE, 3)).astype("<i2")
    data = wav(draw.tobytes(), 16, channels=3)
    whole = read_wav(data).samples
    monkeypatch.setattr("prodcls.sound_wav.FRAMES_AT_ONCE", 77)
    assert read_wav(data).samples.tobytes() == whole.tobytes()


@pytest.mark.parametrize(
    ("samples", "width"),
    [
        (np.round(TONE * 2**15) / 2**15, 2),
        (np.round(TONE * 2**23) / 2**23, 3),
        (TONE, 4),
        (2.0 * TONE, 4),  # full scale, which whole numbers do not reach
        (np.array([-1.0, 0.5] * 500), 2),
    ],
)
def test_a_recording_is_written_so_that_it_reads_back_the_same(samples: np.ndarray, width: int) -> None:
    recording = Recording(samples.astype(np.float32), RATE, len(samples) / RATE)
    data = exact_wav_bytes(recording)
    assert len(data) == 44 + width * len(samples)
    found = read_wav(data)
    np.testing.assert_array_equal(found.samples, recording.samples, strict=True)
    assert (found.rate, found.seconds) == (RATE, recording.seconds)
