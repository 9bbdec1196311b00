"""Which files a bundle has stands in one place, and the page about the format says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bundle_factory import CREATED, saved
from prodcls.bundle import load_bundle
from prodcls.bundle_files import BOOSTER, FORMAT_VERSION, LAYOUT, REPORT, json_object
from prodcls.bundle_layout import MANIFEST, make_manifest, read_folder
from prodcls.errors import BundleError

SIZES = {file.name: 1 for file in LAYOUT.files()}


def code(sizes: dict[str, int]) -> str:
    with pytest.raises(BundleError) as caught:
        LAYOUT.check(sizes)
    return caught.value.code


def test_only_booster_and_report_may_be_absent() -> None:
    LAYOUT.check(SIZES)
    LAYOUT.check({name: size for name, size in SIZES.items() if name not in (BOOSTER, REPORT)})
    for name in SIZES.keys() - {BOOSTER, REPORT}:
        assert code({n: size for n, size in SIZES.items() if n != name}) == "bundle-content"


@pytest.mark.parametrize("name", ["model.pkl", "config.jsonl", "Config.json", ""])
def test_a_file_of_another_name_is_refused(name: str) -> None:
    assert code(SIZES | {name: 1}) == "bundle-content"


def test_a_file_that_is_too_large_is_refused_by_what_the_manifest_says() -> None:
    for file in LAYOUT.files():
        LAYOUT.check(SIZES | {file.name: file.most})
        assert code(SIZES | {file.name: file.most + 1}) == "bundle-file-size"


def test_a_bundle_with_a_further_file_in_its_manifest_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    folder = saved(tmp_path / "bundle")
    files = read_folder(folder).files | {"model.pkl": b"\x80\x04."}
    (folder / "model.pkl").write_bytes(files["model.pkl"])
    (folder / "config.json").write_bytes(b"damaged")  # would be found next
    (folder / MANIFEST).write_bytes(make_manifest(files, CREATED).to_bytes())
    with pytest.raises(BundleError, match=r"lists model\.pkl.*bundle-content") as caught:
        load_bundle(folder)
    assert caught.value.file == str(folder)


def test_the_page_lists_the_files_of_the_layout(project: Path) -> None:
    page = (project / "docs" / "bundle-format.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z.]+)` \| (yes|no) \| (.+?) \| (\d+) (MiB|GiB) \|$", page, re.MULTILINE)
    unit = {"MiB": 1 << 20, "GiB": 1 << 30}
    found = [(name, needed == "yes", holds, int(most) * unit[size]) for name, needed, holds, most, size in rows]
    assert found == [(file.name, file.required, file.holds, file.most) for file in LAYOUT.files()]
    assert f"is version {FORMAT_VERSION}" in page


def test_json_that_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match="list"):
        json_object(b"[]")


def test_arrays_go_to_the_file_of_their_kind(tmp_path: Path) -> None:
    files = read_folder(saved(tmp_path / "bundle")).files
    assert set(files) == set(SIZES) - {REPORT}
    assert b"/canary/" in files["canary.safetensors"]
    assert b"/canary/" not in files["arrays.safetensors"]
    assert b"/probe/" not in files["arrays.safetensors"]
