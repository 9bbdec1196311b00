"""Sounds are found as photos are, and a broken one costs its cell only."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from prodcls.catalogue import Catalogue
from prodcls.errors import SoundError
from prodcls.intake import read_catalogue
from prodcls.schema import ColumnOptions
from prodcls.sound_wav import wav_bytes
from prodcls.sounds import MAX_SOUND_BYTES, Sound, check_sound, read_sound, resolve_sound, sound_digest

RATE = 8_000
TONE = 0.5 * np.sin(2.0 * np.pi * 440.0 * np.arange(RATE) / RATE)


def test_a_sound_is_checked_by_its_beginning_and_read_whole(tmp_path: Path) -> None:
    sound = Sound(tmp_path / "a.wav")
    sound.path.write_bytes(wav_bytes(np.tile(TONE, 10), RATE))
    check_sound(sound)
    assert (len(read_sound(sound).samples), read_sound(sound).seconds) == (10 * RATE, 10.0)
    sound.path.write_bytes(b"no sound")
    for read in (check_sound, read_sound):
        with pytest.raises(SoundError, match="sound-format"):
            read(sound)


def test_a_compressed_sound_is_read_in_another_process_and_needs_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound, samples = Sound(tmp_path / "a.flac"), np.round(TONE * 2**15) / 2**15
    soundfile.write(sound.path, samples, RATE)
    check_sound(sound)
    np.testing.assert_array_equal(read_sound(sound).samples, samples.astype(np.float32))
    found = read(tmp_path, "a.flac", "a.flac")
    assert found.sounds == (sound, sound)
    monkeypatch.setattr("prodcls.sound_decoding.find_spec", lambda _: None)
    assert [(r.code, r.scope) for r in read(tmp_path, "a.flac", "").rejections] == [("sound-extra", "cell")]
    with pytest.raises(SoundError, match="sound-extra"):
        read_sound(sound)


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_bytes(TONE, RATE))
    os.truncate(path, MAX_SOUND_BYTES + 1)
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
