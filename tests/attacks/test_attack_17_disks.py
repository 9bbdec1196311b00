"""Row 17: the disk fills up, or is no place to write at all, and nothing is lost and the user is told.

The disks here are real: a tmpfs with room for any number of bytes or files, which only the superuser may mount, a limit
on the size of files, which anybody may set, and places that cannot be written.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

import prodcls.gathering
from attacks import rounds
from attacks.disks import disk, fill, limit
from attacks.judging import quiet
from attacks.written import NAMES, Place, files, place, writers
from prodcls.cli import cli
from prodcls.console import run
from prodcls.embedding_store import EmbeddingStore
from prodcls.embeddings import embed
from synthetic import WordEncoder

FULL = bool(rounds(0, 1))
SAMPLED = NAMES if FULL else ("predict, parquet", "predict --log", "review --import", "embedding store")
UNMOVED = ("cache --prune",)
"""What needs no room."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("place")) as found:
        yield found


@pytest.mark.parametrize("what", ["size", "nr_inodes"])
@pytest.mark.parametrize("name", [name for name in SAMPLED if name not in UNMOVED])
def test_a_disk_with_too_little_room_keeps_the_old(name: str, what: str, made: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as on, mock.patch.object(prodcls.gathering, "check_room"):  # which comes before
        found = fill(writers(made)[name], on, what, rounds(3, 24 if name == "fit" else 1000))
    assert found.wrong == []
    assert found.runs == found.told + found.went_on == found.healed


def test_a_fit_that_a_disk_has_no_room_for_is_refused_before_it_begins(made: Place, tmp_path: Path) -> None:
    fit = writers(made)["fit"]
    assert fit.asked is not None
    with disk(tmp_path / "disk") as on:
        fit.old(on.path)
        before = files(on.path)
        on.give("size", 1_000_000)
        with mock.patch.object(WordEncoder, "encode", side_effect=AssertionError("encoded")):
            code, said = ask(*fit.asked(on.path), "--cache-dir", on.path / "cache")
        assert code == 2
        assert said.endswith("[disk-space]\n")
        assert " kB) and has 9" in said
        assert files(on.path) == before
        on.enlarge()
        assert ask(*fit.asked(on.path), "--cache-dir", on.path / "cache")[0] == 0


def test_a_fit_whose_cache_is_full_goes_on_and_says_so_once(made: Place, tmp_path: Path) -> None:
    fit = writers(made)["fit"]
    assert fit.asked is not None
    with disk(tmp_path / "disk") as on, mock.patch.object(prodcls.gathering, "check_room"):
        on.give("nr_inodes", 0)
        with quiet() as said:
            code = run(cli, [*map(str, fit.asked(tmp_path)), "--cache-dir", str(on.path)], "prodcls")
        assert code == 0
        assert said.getvalue().count("[disk-full]") == 1
        assert list(on.path.iterdir()) == []
    assert run(cli, ["verify", str(tmp_path / "out")], "prodcls") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("name", SAMPLED)
def test_a_limit_on_the_size_of_files_keeps_the_old(name: str, made: Place, tmp_path: Path) -> None:
    found = limit(writers(made)[name], tmp_path, [*range(0, 4096, rounds(2048, 512)), 10_000, 100_000])
    assert found.wrong == []
    assert found.runs == found.told + found.went_on == found.healed > 0


def ask(*arguments: object) -> tuple[int, str]:
    """Return the exit code of a command and what it said."""
    with quiet() as said:
        code = run(cli, [str(argument) for argument in arguments], "prodcls")
    return code, said.getvalue().rpartition("prodcls: ")[2]


def test_a_disk_that_may_only_be_read_is_told(made: Place, tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as on:
        out = on.path / "s.csv"
        assert ask("predict", made.bundle, made.catalogue, "-o", out)[0] == 0
        before = files(on.path)
        on.forbid(writing=True)
        for more in ([], ["--log", on.path / "log"]):
            code, said = ask("predict", made.bundle, made.catalogue, "-o", out, *more)
            assert (code, said.count("\n")) == (2, 1)
            assert said.endswith("[write-refused]\n")
        code, said = ask("report", made.bundle, "--out", on.path / "report")
        assert code == 2
        assert said.endswith("[write-refused]\n")
        assert files(on.path) == before


def test_the_store_on_a_disk_that_may_only_be_read_gives_what_it_has(tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as on:
        embed("text", ["a", "b"], WordEncoder(), EmbeddingStore(on.path))
        on.forbid(writing=True)
        store = EmbeddingStore(on.path)
        with quiet() as said:
            embed("text", ["a", "b", "c"], WordEncoder(), store)
            embed("text", ["d"], WordEncoder(), store)
    assert [(s.reused, s.encoded) for s in store.stats] == [(2, 1), (0, 1)]
    assert said.getvalue().count("write-refused") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such names")
def test_places_that_are_none_are_told_and_stay_as_they_are(made: Place, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "s.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "taken" / "s.rejections.parquet").mkdir(parents=True)
    places = {
        tmp_path / "file" / "s.csv": "[write-failed]",
        tmp_path / f"{'n' * 300}.csv": "[write-failed]",
        tmp_path / "taken" / "s.csv": "[write-failed]",
        tmp_path / "folder.csv": "is a directory",
    }
    before = sorted(tmp_path.rglob("*"))
    for out, told in places.items():
        code, said = ask("predict", made.bundle, made.catalogue, "-o", out)
        assert (code, said.count("\n")) == (2, 1)
        assert told in said
        assert sorted(tmp_path.rglob("*")) == before
    for out in (tmp_path / "file", tmp_path / "link"):
        code, said = ask("report", made.bundle, "--out", out)
        assert (code, said.count("\n")) == (2, 1)
        assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "mine"
    # A link in the file's place is replaced by the file, as by any program that never writes half of one.
    (tmp_path / "link").rename(tmp_path / "link.csv")
    assert ask("predict", made.bundle, made.catalogue, "-o", tmp_path / "link.csv")[0] == 0
    assert (tmp_path / "link.csv").is_file()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_name_that_is_no_text_is_written_and_told(made: Place, tmp_path: Path) -> None:
    out = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    assert ask("report", made.bundle, "--out", out)[0] == 0
    assert ask("predict", made.bundle, made.catalogue, "-o", f"{out}/s.csv", "--log", f"{out}/log")[0] == 0
    shutil.rmtree(out)
    Path(out).write_text("in the way")
    code, said = ask("predict", made.bundle, made.catalogue, "-o", f"{out}/s.csv")
    assert code == 2
    assert r"caf\udce9" in said


def test_a_folder_that_goes_while_it_is_written_is_told(
    made: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    plain = os.replace

    def replace(*names: object) -> None:
        shutil.rmtree(out, ignore_errors=True)
        plain(*names)  # type: ignore[arg-type]

    for asked in (
        ("predict", made.bundle, made.catalogue, "-o", out / "s.csv"),
        ("report", made.bundle, "--out", out),
        ("why", made.bundle, "sku001", "--html", out / "why.html", "--no-counterfactuals"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", replace)
            code, said = ask(*asked)
        assert (code, said.count("\n")) == (2, 1)
        assert said.endswith("its folder is not there: make it, or choose another place [write-failed]\n")
        assert ask(*asked)[0] == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_standard_output_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "prodcls.cache", "--cache-dir", str(tmp_path)],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode != 0
    assert "[disk-full]" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
