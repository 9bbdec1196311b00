"""Vectors come back bit by bit from wherever they lie, and nothing of them stays behind."""

from __future__ import annotations

import gc
import mmap
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import prodcls.scratch
from prodcls.scratch import IN_MEMORY, VectorFile, release

LARGE = (IN_MEMORY // 4 // 16 + 1, 16)


@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (5, 4), LARGE])
@pytest.mark.parametrize("where", ["folder", None])
def test_what_is_put_comes_back_and_the_rest_is_zero(shape: tuple[int, int], where: str | None, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    expected = np.zeros(shape, dtype=np.float32)
    folder = None if where is None else tmp_path / where
    file = VectorFile(shape, folder)
    for _ in range(3):
        rows = np.flatnonzero(rng.random(shape[0]) < 0.4)
        vectors = rng.normal(size=(len(rows), shape[1])).astype(np.float32)
        expected[rows] = vectors
        file.put(rows, vectors)
    found = file.array()
    assert (found.shape, found.dtype) == (shape, np.float32)
    assert not found.flags.writeable
    for _ in range(2):
        np.testing.assert_array_equal(found, expected)
        release(found)
    assert isinstance(found.base, mmap.mmap) == (shape == LARGE and where is not None)


@given(st.lists(st.integers(0, 30), unique=True), st.integers(1, 3))
def test_rows_in_the_file_are_those_of_the_memory(rows: list[int], width: int) -> None:
    places = np.array(sorted(rows), dtype=np.intp)
    vectors = np.arange(len(rows) * width, dtype=np.float32).reshape(-1, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prodcls.scratch, "IN_MEMORY", 0)
        files = [VectorFile((31, width), folder) for folder in (Path(tempfile.gettempdir()), None)]
    for file in files:
        file.put(places, vectors)
    np.testing.assert_array_equal(files[0].array(), files[1].array())


def test_no_name_is_left_also_when_the_process_is_killed(tmp_path: Path) -> None:
    file = VectorFile(LARGE, tmp_path)
    file.put(np.array([0]), np.ones((1, 16), dtype=np.float32))
    found = file.array()
    if sys.platform != "win32":
        assert list(tmp_path.iterdir()) == []
    del file, found
    gc.collect()
    code = f"""
import os
from pathlib import Path
from prodcls.scratch import VectorFile
file = VectorFile({LARGE}, Path({str(tmp_path)!r}))
os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode != 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_file_leaves_the_vectors_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    file = VectorFile(LARGE, tmp_path / "file")
    file.put(np.array([2]), np.ones((1, 16), dtype=np.float32))
    assert file.array()[2].all()
    assert "stay in memory" in caplog.text


@pytest.mark.skipif(not hasattr(prodcls.scratch.os, "posix_fallocate"), reason="room is not taken at first")
def test_a_full_disk_is_met_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(prodcls.scratch.os, "posix_fallocate", full)
    file = VectorFile(LARGE, tmp_path)
    file.put(np.array([2]), np.ones((1, 16), dtype=np.float32))
    assert file.array()[2].all()
    assert list(tmp_path.iterdir()) == []
