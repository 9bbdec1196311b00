"""Files are whole or absent, and damage is told from their names."""

from __future__ import annotations

import os
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.atomic import cache_root, read_addressed, write_addressed, write_bytes, write_text


@given(old=st.binary(max_size=64), new=st.binary(max_size=64))
def test_a_file_is_replaced_by_exactly_the_new_bytes(old: bytes, new: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "deep", "er", "file.bin")
        write_bytes(path, old)
        write_bytes(path, new)
        assert path.read_bytes() == new
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_readers_never_see_a_part(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    versions = [bytes([i]) * 200_000 for i in range(4)]
    write_bytes(path, versions[0])

    def write(version: bytes) -> None:
        for _ in range(5):
            write_bytes(path, version)

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, version) for version in versions]
        while not all(writer.done() for writer in writers):
            assert path.read_bytes() in versions
        for writer in writers:
            writer.result()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_outputs_are_as_readable_as_any_file_of_the_user(tmp_path: Path) -> None:
    ours, plain = tmp_path / "ours", tmp_path / "plain"
    write_text(ours, "x")
    plain.write_text("x")
    assert stat.S_IMODE(ours.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_line_ends_and_scripts_stay(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "手机\r\ntwo\n")
    assert (tmp_path / "a").read_bytes() == "手机\r\ntwo\n".encode()


@given(data=st.binary(min_size=1, max_size=200), place=st.integers(0, 199), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(data: bytes, place: int, bit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_addressed(Path(folder), "part", ".bin", data)
        assert read_addressed(path) == data
        damaged = bytearray(data)
        damaged[place % len(data)] ^= 1 << bit
        path.write_bytes(damaged)
        assert read_addressed(path) is None


def test_a_missing_file_reads_as_none(tmp_path: Path) -> None:
    path = write_addressed(tmp_path, "part", ".bin", b"x")
    path.unlink()
    assert read_addressed(path) is None


def test_the_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path / "own"))
    assert cache_root() == tmp_path / "own"
    monkeypatch.delenv("PRODCLS_CACHE")
    assert cache_root().name == "prodcls"
