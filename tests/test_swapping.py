"""A folder is replaced in one step, and found where it is even when the system cannot do that."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from prodcls import swapping
from prodcls.swapping import replace_folder, where_now


def make(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "a").write_text(text)
    return folder


def held(folder: Path) -> str:
    return (where_now(folder) / "a").read_text()


@pytest.fixture(params=["one step", "two steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "two steps":
        monkeypatch.setattr(swapping, "_renameat2", lambda: None)
    elif not sys.platform.startswith("linux"):
        pytest.skip("this system cannot exchange names")
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_names_are_exchanged(tmp_path: Path) -> None:
    folder, staged = tmp_path / "b", make(tmp_path / "new", "first")
    replace_folder(staged, folder)
    assert held(folder) == "first"
    assert not staged.exists()
    replace_folder(make(staged, "second"), folder)
    assert (held(folder), held(staged)) == ("second", "first")
    assert {p.name for p in tmp_path.iterdir()} == {"b", "new"}


def test_a_reader_never_misses_the_folder(tmp_path: Path, way: str) -> None:
    folder, staged = make(tmp_path / "b", "x"), make(tmp_path / "new", "x")
    ended = threading.Event()

    def replace() -> None:
        for _ in range(300):
            replace_folder(staged, folder)
        ended.set()

    thread = threading.Thread(target=replace)
    thread.start()
    looks = missed = 0
    while not ended.is_set():
        looks += 1
        missed += not (folder / "a").exists()
    thread.join()
    assert looks > 0
    if way == "one step":
        assert missed == 0


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_process_that_ends_between_two_steps_loses_nothing(
    k: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swapping, "_renameat2", lambda: None)
    folder, staged = make(tmp_path / "b", "old"), make(tmp_path / "new", "new")
    real, left = Path.rename, [k]

    def rename(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] <= 0:
            raise Killed
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(Killed):
            replace_folder(staged, folder)
    assert held(folder) == ("old" if k < 3 else "new")
    assert folder.exists() == (k != 2)
    replace_folder(staged if staged.exists() else make(staged, "new"), folder)
    assert held(folder) == "new"
    assert {p.name for p in tmp_path.iterdir()} == {"b", "new"}


@pytest.mark.usefixtures("way")
def test_what_cannot_be_done_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = make(tmp_path / "b", "old")
    with pytest.raises(OSError, match="No such file"):
        replace_folder(tmp_path / "absent", folder)
    assert held(folder) == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["b"]
    assert where_now(tmp_path / "absent") == tmp_path / "absent"
