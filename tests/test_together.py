"""Several files get their names together, or none does."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from prodcls.errors import WriteError
from prodcls.together import together


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a").write_text("old a")
    (tmp_path / "gone").write_text("old gone")
    return tmp_path


def change(folder: Path, *, ends_well: bool = True) -> None:
    with together() as files:
        files.write_bytes(folder / "a", b"new a")
        files.write_bytes(folder / "b", b"new b")
        files.remove(folder / "gone")
        files.remove(folder / "never there")
        assert (folder / "a").read_text() == "old a"
        files.name_all()
        assert (folder / "a").read_text() == "new a"
        if not ends_well:
            raise KeyError


def test_all_files_are_new_and_nothing_else_is_there(folder: Path) -> None:
    change(folder)
    assert contents(folder) == {"a": "new a", "b": "new b"}


def test_what_fails_after_the_names_were_given_takes_them_back(folder: Path) -> None:
    with pytest.raises(KeyError):
        change(folder, ends_well=False)
    assert contents(folder) == {"a": "old a", "gone": "old gone"}


def test_what_gets_no_name_leaves_nothing(folder: Path) -> None:
    with together() as files:
        files.write_bytes(folder / "a", b"new a")
        files.remove(folder / "gone")
    assert contents(folder) == {"a": "old a", "gone": "old gone"}


def test_a_folder_in_the_way_is_refused_and_stays(folder: Path) -> None:
    (folder / "b").mkdir()
    with pytest.raises(WriteError, match="b: cannot be written"):
        change(folder)
    assert contents(folder) == {"a": "old a", "gone": "old gone"}
    assert (folder / "b").is_dir()


@pytest.mark.parametrize("ends_well", [True, False])
def test_it_works_where_files_have_one_name_only(
    ends_well: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    try:
        change(folder, ends_well=ends_well)
    except KeyError:
        assert contents(folder) == {"a": "old a", "gone": "old gone"}
    else:
        assert contents(folder) == {"a": "new a", "b": "new b"}


@pytest.mark.skipif(os.name == "nt", reason="Windows makes links for few users")
def test_a_link_is_replaced_and_what_it_shows_stays(folder: Path) -> None:
    (folder / "b").symlink_to(folder / "gone")
    with together() as files:
        files.write_bytes(folder / "b", b"new b")
        files.name_all()
    assert contents(folder) == {"a": "old a", "b": "new b", "gone": "old gone"}


def test_what_processes_left_long_ago_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (".a.abcd.tmp", ".other.abcd.tmp", ".a.b.abcd.tmp", "a.tmp"):
        (folder / name).write_text("left")
    change(folder)
    assert (folder / ".a.abcd.tmp").exists()
    day_later = time.time() + 25 * 3600
    monkeypatch.setattr(time, "time", lambda: day_later)
    (folder / "gone").write_text("old")
    change_again = {".other.abcd.tmp", ".a.b.abcd.tmp", "a.tmp", "a", "b"}
    with together() as files:
        files.write_bytes(folder / "a", b"new a")
        files.remove(folder / "gone")
        files.name_all()
    assert contents(folder).keys() == change_again
