"""One writer at a time, and who it is."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prodcls import locks
from prodcls.atomic import write_text
from prodcls.errors import InputError, WriteError
from prodcls.locks import LOCK, OWNER, locked, owned

OWNED = """
import sys, time
from pathlib import Path
from prodcls.locks import owned

with owned(Path(sys.argv[1])):
    print("at work", flush=True)
    time.sleep(600)
"""


def test_a_lock_keeps_others_out_and_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file"
    with locked(path):
        with pytest.raises(InputError) as caught, locked(path, seconds=0.05):
            pytest.fail("two hold the lock")
        assert caught.value.code == "file-locked"
        with locked(tmp_path / "other", seconds=0.05):
            pass
    with pytest.raises(KeyboardInterrupt), locked(path):
        raise KeyboardInterrupt
    with locked(path, seconds=0.05):
        assert not path.exists()


def test_one_lock_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "count"
    write_text(path, "0")

    def add(_: int) -> None:
        with locked(path):
            write_text(path, str(int(path.read_text()) + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert path.read_text() == "40"


# --- the owner of an output folder ----------------------------------------------------------------------------------


def refused(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught, owned(folder):
        pytest.fail("two own the folder")
    assert caught.value.code == "output-locked"
    return caught.value


def test_a_second_process_is_refused_by_name_and_a_killed_one_keeps_nobody_out(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with subprocess.Popen([sys.executable, "-c", OWNED, str(out)], stdout=subprocess.PIPE, text=True) as first:
        try:
            assert first.stdout is not None
            assert first.stdout.readline() == "at work\n"
            told = str(refused(out))
            assert f"process {first.pid} on {platform.node()} (-c {out}, begun 0 seconds ago)" in told
            assert "choose another --out" in told
        finally:
            first.kill()
    assert {p.name for p in out.iterdir()} == {LOCK, OWNER}
    with owned(out):
        assert json.loads((out / OWNER).read_text())["process"] == os.getpid()
    assert list(out.iterdir()) == []


def test_a_folder_made_for_nothing_goes_and_one_that_was_there_stays(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with owned(out):
        assert out.is_dir()
    assert list(tmp_path.iterdir()) == []
    out.mkdir(parents=True)
    with owned(out):
        pass
    assert out.is_dir()
    with owned(tmp_path / "kept"):
        (tmp_path / "kept" / "result").write_text("x")
    assert [p.name for p in (tmp_path / "kept").iterdir()] == ["result"]


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        ('{"process": 7, "host": "h", "command": "fit", "since": %s}', "process 7 on h (fit, begun 2 hours ago)"),
        ('{"process": 7, "host": "h", "command": "fit", "since": 1e999}', "another process"),
        ('{"process": "x"}', "another process"),
        ("[" * 4096, "another process"),
        ("", "another process"),
    ],
)
def test_the_file_about_the_owner_is_information_only(owner: str, told: str, tmp_path: Path) -> None:
    with owned(tmp_path):
        (tmp_path / OWNER).write_text(owner % (time.time() - 7300) if "%s" in owner else owner)
        assert f"{told} is writing there" in str(refused(tmp_path))


def test_an_owner_that_left_between_opening_and_locking_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a look at the name, two processes would hold locks on two files of the same name."""
    real, calls = locks._try_lock, []

    def late(descriptor: int) -> bool:
        if not calls:
            (tmp_path / LOCK).unlink()
        calls.append(descriptor)
        return real(descriptor)

    monkeypatch.setattr(locks, "_try_lock", late)
    with owned(tmp_path):
        assert len(calls) == 2
        refused(tmp_path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(WriteError, match="write-failed"), owned(tmp_path / "out"):
        pytest.fail("owned")
