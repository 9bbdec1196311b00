"""WAV files of every kind are read alike, and hostile ones get a code."""

from __future__ import annotations

import os
import random
import struct
from pathlib import Path

import numpy as np
import pytest

from prodcls.catalogue import Catalogue
from prodcls.errors import SoundError
from prodcls.images import MAX_PHOTO_BYTES
from prodcls.intake import read_catalogue
from prodcls.schema import ColumnOptions
from prodcls.sounds import MAX_SECONDS, Sound, check_sound, read_sound, resolve_sound, sound_digest, wav_bytes

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


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(SoundError) as caught:
        read_sound(Sound(path))
    return caught.value.code


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("extensible", [False, True])
def test_whole_numbers_of_every_width_are_the_same_sound(bits: int, extensible: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(packed(TONE, bits), bits, extensible=extensible))
    check_sound(Sound(path))
    found = read_sound(Sound(path))
    assert (found.rate, found.seconds, found.samples.dtype) == (RATE, 1.0, np.float32)
    np.testing.assert_allclose(found.samples, TONE, atol=2.0 ** (2 - bits) if bits < 24 else 1e-6)


@pytest.mark.parametrize("bits", [32, 64])
def test_floating_point_and_several_channels(bits: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    both = np.stack([TONE, -TONE / 2], axis=1).astype(f"<f{bits // 8}")
    path.write_bytes(wav(both.tobytes(), bits, kind=3, channels=2))
    np.testing.assert_allclose(read_sound(Sound(path)).samples, TONE / 4, atol=1e-6)


def test_only_the_beginning_of_a_long_sound_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(np.tile(TONE, 90), RATE))
    found = read_sound(Sound(path))
    assert (len(found.samples), found.seconds) == (round(MAX_SECONDS * RATE), 90.0)


def test_a_length_that_lies_is_believed_as_far_as_the_file_goes(tmp_path: Path) -> None:
    whole = wav_bytes(TONE, RATE)
    place = whole.index(b"data") + 4
    for told in (0, 0xFFFFFFFF, 0x7FFFFFFF, 10 * RATE):
        (tmp_path / "a.wav").write_bytes(whole[:place] + struct.pack("<I", told) + whole[place + 4 :])
        assert read_sound(Sound(tmp_path / "a.wav")).seconds == 1.0


def test_what_is_no_usual_sound_has_a_code(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.wav", wav_bytes(TONE, RATE)
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
        assert {refused(path, data) for data in files} == {code}


def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    draw, path, whole = random.Random(0), tmp_path / "a.wav", wav_bytes(TONE[:2000], RATE)
    for _ in range(300):
        data = bytearray(whole[: draw.randrange(len(whole))] if draw.random() < 0.4 else whole)
        for _ in range(draw.randrange(6)):
            if data:
                data[draw.randrange(min(len(data), 60))] = draw.randrange(256)
        path.write_bytes(bytes(data))
        try:
            assert np.isfinite(read_sound(Sound(path)).samples).all()
            check_sound(Sound(path))
        except SoundError as error:
            assert error.code.startswith("sound-")


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(TONE, RATE))
    os.truncate(path, MAX_PHOTO_BYTES + 1)
    with pytest.raises(SoundError, match="sound-too-large"):
        check_sound(Sound(path))


def test_paths_are_held_to_the_rules_of_photos(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    for name in ("out.wav", "root/in.wav", "root/hard.wav"):
        (tmp_path / name).write_bytes(wav_bytes(TONE, RATE))
    (root / "link.wav").symlink_to(tmp_path / "out.wav")
    os.link(root / "hard.wav", tmp_path / "other.wav")
    assert resolve_sound("in.wav", root) == Sound(root / "in.wav")
    assert sound_digest(Sound(root / "in.wav")) == sound_digest(Sound(tmp_path / "out.wav"))
    for cell, code in {
        "https://example.org/a.wav": "sound-url",
        "../out.wav": "sound-outside",
        "link.wav": "sound-outside",
        "gone.wav": "sound-absent",
        "folder": "sound-not-a-file",
        "hard.wav": "sound-hard-link",
        "a\x07.wav": "sound-name",
    }.items():
        with pytest.raises(SoundError) as caught:
            resolve_sound(cell, root)
        assert caught.value.code == code
        assert "photo" not in str(caught.value)


def read(folder: Path, *cells: str, **options: str) -> Catalogue:
    rows = "".join(f"p{i},{cell},{'ab'[i % 2]}\n" for i, cell in enumerate(cells))
    (folder / "shop.csv").write_text(f"id,recording,category\n{rows}", encoding="utf-8")
    return read_catalogue(folder / "shop.csv", ColumnOptions(**options), need_labels=True)


def test_a_broken_sound_costs_the_cell_and_not_the_row(tmp_path: Path) -> None:
    (tmp_path / "good.wav").write_bytes(wav_bytes(TONE, RATE))
    (tmp_path / "bad.wav").write_bytes(b"no sound at all")
    found = read(tmp_path, "good.wav", "bad.wav", "", "gone.wav")
    assert found.sounds == (Sound(tmp_path / "good.wav"), None, None, None)
    assert [(r.row, r.column, r.code, r.scope) for r in found.rejections] == [
        (2, "recording", "sound-format", "cell"),
        (4, "recording", "sound-absent", "cell"),
    ]
    assert found.take(np.array([3, 0])).sounds == (None, Sound(tmp_path / "good.wav"))
