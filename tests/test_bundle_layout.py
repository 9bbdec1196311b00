"""The folder of a bundle: verified from its manifest, replaced in one step, never half there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prodcls.swapping
from prodcls.bundle_files import FORMAT_VERSION
from prodcls.bundle_layout import (
    MANIFEST,
    FileEntry,
    Manifest,
    make_manifest,
    read_folder,
    write_folder,
)
from prodcls.errors import BundleError

FILES = {
    "config.json": b"{}\n",
    "booster.txt": b"",
    "arrays.safetensors": bytes(range(256)),
    "probes.safetensors": b"p",
    "canary.safetensors": b"c",
    "catalogue.parquet": b"t",
    "vocabulary.json": b"{}",
}
CREATED = "2024-05-01T12:00:00+00:00"


def write(folder: Path, files: dict[str, bytes] | None = None) -> Manifest:
    files = FILES if files is None else files
    manifest = make_manifest(files, CREATED)
    write_folder(folder, files, manifest)
    return manifest


def code(folder: Path) -> str:
    with pytest.raises(BundleError) as caught:
        read_folder(folder)
    return caught.value.code


def test_what_was_written_is_read(tmp_path: Path) -> None:
    manifest = write(tmp_path / "out" / "bundle")
    found = read_folder(tmp_path / "out" / "bundle")
    assert found.files == FILES
    assert found.manifest == manifest
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "bundle"]


def test_the_digest_covers_files_and_not_the_time() -> None:
    first = make_manifest(FILES, CREATED)
    assert make_manifest(dict(reversed(FILES.items())), "later").digest == first.digest
    assert make_manifest(FILES, CREATED, {"/seconds": 2.5}).digest == first.digest
    for name, data in FILES.items():
        assert make_manifest({**FILES, name: data + b"x"}, CREATED).digest != first.digest
        assert make_manifest({n: d for n, d in FILES.items() if n != name}, CREATED).digest != first.digest


def test_a_manifest_tells_versions_and_no_host_name() -> None:
    manifest = make_manifest(FILES, CREATED)
    assert manifest.format_version == FORMAT_VERSION
    assert {"python", "platform", "lightgbm", "numpy", "torch"} <= manifest.environment.keys()
    assert os.uname().nodename not in manifest.to_bytes().decode()


def test_any_changed_bit_of_the_manifest_is_found(tmp_path: Path) -> None:
    write(tmp_path / "b")
    path = tmp_path / "b" / MANIFEST
    data = path.read_bytes()
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        assert code(tmp_path / "b") in {"bundle-manifest", "bundle-version"}


def signed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return a manifest changed by someone who knows how its checksum is made."""
    body = json.loads(make_manifest(FILES, CREATED).to_bytes())
    body.pop("checksum")
    change(body)
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    body["checksum"] = hashlib.sha256(text).hexdigest()
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


ENTRY = {"size": 0, "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda m: m.update(format_version=FORMAT_VERSION + 1), "bundle-version"),
        (lambda m: m.update(format_version="1"), "bundle-version"),
        (lambda m: m.pop("format_version"), "bundle-version"),
        (lambda m: m.pop("files"), "bundle-manifest"),
        (lambda m: m.update(files=[]), "bundle-manifest"),
        (lambda m: m.update(more=1), "bundle-manifest"),
        (lambda m: m.update(measured=[]), "bundle-manifest"),
        (lambda m: m.pop("measured"), "bundle-manifest"),
        (lambda m: m.update(created=1), "bundle-manifest"),
        (lambda m: m.update(environment={"python": 3}), "bundle-manifest"),
        (lambda m: m.update(environment=None), "bundle-manifest"),
        (lambda m: m.update(digest="0" * 64), "bundle-manifest"),
        (lambda m: m["files"]["booster.txt"].update(size=-1), "bundle-manifest"),
        (lambda m: m["files"]["booster.txt"].update(size=True), "bundle-manifest"),
        (lambda m: m["files"]["booster.txt"].update(size=1 << 60), "bundle-manifest"),
        (lambda m: m["files"]["booster.txt"].update(sha256="x"), "bundle-manifest"),
        (lambda m: m["files"]["booster.txt"].update(mode=0o777), "bundle-manifest"),
        *[
            (lambda m, name=name: m["files"].update({name: ENTRY}), "bundle-manifest")
            for name in (
                "../a.txt",
                "/etc/passwd",
                "sub/a.txt",
                "a\\b.txt",
                ".a.txt",
                "",
                "..",
                "A.TXT",
                MANIFEST,
                "a.txt\n",
            )
        ],
    ],
)
def test_a_manifest_of_another_form_is_refused(
    change: Callable[[dict[str, Any]], object], expected: str, tmp_path: Path
) -> None:
    write(tmp_path / "b")
    (tmp_path / "b" / MANIFEST).write_bytes(signed(change))
    assert code(tmp_path / "b") == expected


@given(st.binary(max_size=200))
def test_any_bytes_may_stand_where_the_manifest_should(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, MANIFEST).write_bytes(data)
        assert code(Path(folder)) in {"bundle-manifest", "bundle-version"}


@pytest.mark.parametrize("data", [b"[" * 500_000, b" " * (1 << 20) + b"{}"])
def test_a_manifest_that_is_deep_or_huge_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(data)
    assert code(tmp_path) in {"bundle-manifest", "bundle-file-size"}


# --- replacing ------------------------------------------------------------------------------------------------------


def test_an_older_bundle_is_replaced_whole(tmp_path: Path) -> None:
    write(tmp_path / "b", {**FILES, "old.txt": b"old"})
    write(tmp_path / "b")
    assert read_folder(tmp_path / "b").files == FILES
    assert list(tmp_path.iterdir()) == [tmp_path / "b"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    write(tmp_path / "b")
    assert read_folder(tmp_path / "b").files == FILES


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_no_bundle_is_never_removed(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "b"
    if kind == "file":
        place.write_text("mine")
    elif kind == "link":
        write(tmp_path / "elsewhere")
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.mkdir()
        (place / "notes.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BundleError, match="bundle-exists"):
        write(place)
    assert sorted(tmp_path.rglob("*")) == before


class Failing:
    """Fails the k-th call of what it stands for."""

    def __init__(self, real: Callable[..., Any], k: int) -> None:
        self.real, self.left = real, k

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            raise OSError(28, "No space left on device")
        return self.real(*arguments, **options)


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.rename", "pathlib.Path.mkdir"])
@pytest.mark.parametrize("had_one", [False, True])
def test_a_write_that_fails_at_any_step_leaves_the_old_bundle_or_the_new_one(
    step: str, had_one: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = FILES | {"config.json": b"old"}
    if step == "pathlib.Path.rename":  # where the system exchanges names, nothing is renamed
        monkeypatch.setattr(prodcls.swapping, "_renameat2", lambda: None)
    module, _, name = step.rpartition(".")
    owner = os if module == "os" else Path
    failures = 0
    for k in range(1, 60):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        if had_one:
            write(tmp_path / "out" / "b", old)
        failing = Failing(getattr(owner, name), k)
        with monkeypatch.context() as patch:
            patch.setattr(step, lambda *a, f=failing, **o: f(*a, **o))
            try:
                write(tmp_path / "out" / "b")
            except OSError:
                failures += 1
        if failing.left > 0:  # fewer than k calls: everything has been tried
            assert read_folder(tmp_path / "out" / "b").files == FILES
            break
        names = [path.name for path in (tmp_path / "out").iterdir()] if (tmp_path / "out").exists() else []
        assert names in ([], ["b"])
        if had_one or names:
            assert read_folder(tmp_path / "out" / "b").files in (old, FILES)
    assert failures > 0


def test_entries_are_sizes_and_digests() -> None:
    entry = make_manifest({"booster.txt": b"abc"}, CREATED).files["booster.txt"]
    assert entry == FileEntry(3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
