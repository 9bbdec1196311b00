"""What a fit writes takes its place together, and says whether it is whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from prodcls import outputs, swapping
from prodcls.bundle_files import LAYOUT
from prodcls.bundle_layout import make_manifest, read_folder, write_folder
from prodcls.errors import BundleError, InputError
from prodcls.outputs import BUNDLE, OUTPUTS, check_finished, publish, read_outputs, staged

NAMES = ("audit.html", "audit.json", "modelcard.md", "out_of_fold.parquet", "rejections.parquet")


def fill(folder: Path, text: str, products: tuple[str, ...], *, cleaned: bool) -> None:
    """Write what a fit would, with nothing in it but ``text``."""
    for name in (*NAMES, *(["cleaning.parquet"] if cleaned else [])):
        (folder / name).write_text(f"{text} {name}")
    (folder / "products").mkdir()
    for name in products:
        (folder / "products" / name).write_text(f"{text} {name}")
    files = {file.name: text.encode() for file in LAYOUT.files() if file.required}
    write_folder(folder / BUNDLE, files, make_manifest(files, "2024-05-01T12:00:00+00:00"))


def fit(out: Path, text: str, products: tuple[str, ...] = ("a.html",), *, cleaned: bool = False) -> None:
    with staged(out) as stage:
        fill(stage, text, products, cleaned=cleaned)
        publish(stage, out)


def old(out: Path) -> dict[str, bytes]:
    fit(out, "old", ("a.html", "b.html", "dossiers-00001.jsonl"), cleaned=True)
    (out / "notes.txt").write_text("mine")
    (out / "products" / "mine.jsonl").write_text("mine")
    return held(out)


def held(out: Path) -> dict[str, bytes]:
    """Return all files by name but hidden ones, such as temporary ones that could not be removed."""
    found = {path.relative_to(out).as_posix(): path for path in sorted(out.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".") and "/." not in name}


def test_a_fit_takes_the_place_of_an_earlier_one_and_leaves_the_users_files(tmp_path: Path) -> None:
    before = old(tmp_path)
    told = read_outputs(tmp_path)
    assert told is not None
    assert told.complete
    assert set(told.files) == {
        *("cleaning.parquet", "out_of_fold.parquet", "rejections.parquet"),
        "products/dossiers-00001.jsonl",
    }
    fit(tmp_path, "new")
    after = held(tmp_path)
    assert before.keys() - after.keys() == {
        *("cleaning.parquet", "products/b.html", "products/dossiers-00001.jsonl"),
    }
    mine = {name for name, data in after.items() if data == b"mine"}
    assert mine == {"notes.txt", "products/mine.jsonl"}
    assert all(data.startswith(b"new") for name, data in after.items() if name.startswith(("audit", "products/a")))
    assert set(read_folder(tmp_path / BUNDLE).files.values()) == {b"new"}
    check_finished(tmp_path)


def counting(patch: pytest.MonkeyPatch, k: int, fail: Callable[[], object]) -> list[int]:
    """Let something happen at the k-th change of a name; return what counts down."""
    left = [k]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                fail()
            return real(*arguments, **options)

        return call

    for owner, name in ((os, "link"), (Path, "replace"), (Path, "rename"), (Path, "unlink"), (Path, "mkdir")):
        patch.setattr(owner, name, counted(getattr(owner, name)))
    patch.setattr(swapping, "_exchange", counted(swapping._exchange))
    patch.setattr(outputs, "sync_folder", counted(outputs.sync_folder))
    return left


def attempt(out: Path, patch: pytest.MonkeyPatch, k: int, fail: Callable[[], object]) -> bool:
    """Publish with something happening at step k; return whether there was such a step."""
    with staged(out) as stage:
        fill(stage, "new", ("a.html",), cleaned=False)
        with patch.context() as patched:
            left = counting(patched, k, fail)
            with suppress(OSError):
                publish(stage, out)
    return left[0] <= 0


def no_space() -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("had_one", [True, False])
def test_a_step_that_fails_leaves_what_was_there(
    had_one: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit(tmp_path / "after", "new")
    new = held(tmp_path / "after")
    for k in range(1, 200):
        out = tmp_path / str(k)
        before = old(out) if had_one else {}
        failed = attempt(out, monkeypatch, k, no_space)
        found = held(out)
        whole = new if not had_one else {**new, "notes.txt": b"mine", "products/mine.jsonl": b"mine"}
        assert found in ([before, whole] if failed else [whole]), k
        if not failed:
            break
    assert k > 10


@pytest.mark.skipif(os.name == "nt", reason="there is no fork")
@pytest.mark.parametrize("had_one", [True, False])
def test_a_fit_killed_at_any_step_says_so_and_the_next_one_puts_it_right(
    had_one: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = 0
    for k in range(1, 200):
        out = tmp_path / str(k)
        before = old(out) if had_one else {}
        child = os.fork()
        if not child:
            os._exit(int(attempt(out, monkeypatch, k, lambda: os._exit(9))))
        stopped = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        if (out / BUNDLE).exists():
            assert read_folder(out / BUNDLE).files["config.json"] in ((b"old", b"new") if had_one else (b"new",))
        else:
            assert not had_one
        told = read_outputs(out) if out.exists() else None
        if told is not None and told.complete:
            manifest = (out / BUNDLE / "manifest.json").read_bytes()
            assert told.bundle == hashlib.sha256(manifest).hexdigest()
            if told.bundle == json.loads(before.get(OUTPUTS, b"{}")).get("bundle"):
                assert held(out) == before
        elif told is not None:
            said += 1
            with pytest.raises(BundleError, match="run it again"):
                check_finished(out)
        fit(out, "new")
        assert not [p for p in out.rglob("*") if p.name.startswith(".")]
        check_finished(out)
        if not stopped:
            break
    assert said > 5


def test_a_fit_into_a_folder_in_use_or_over_something_else_is_refused_at_once(tmp_path: Path) -> None:
    with staged(tmp_path / "out"), pytest.raises(InputError, match="output-locked"), staged(tmp_path / "out"):
        pytest.fail("two write there")
    (tmp_path / "other" / BUNDLE).mkdir(parents=True)
    (tmp_path / "other" / BUNDLE / "mine.txt").write_text("mine")
    with pytest.raises(BundleError, match="bundle-exists"), staged(tmp_path / "other"):
        pytest.fail("taken")


@pytest.mark.parametrize("data", ["", "[]", "{}", "[" * 100_000, '{"complete": 1, "bundle": "", "files": {}}'])
def test_a_damaged_mark_is_told(data: str, tmp_path: Path) -> None:
    (tmp_path / OUTPUTS).write_text(data)
    with pytest.raises(BundleError, match="outputs-damaged"):
        check_finished(tmp_path)


def test_a_folder_without_a_mark_is_not_judged(tmp_path: Path) -> None:
    check_finished(tmp_path)
    assert read_outputs(tmp_path / "absent") is None
