"""A bundle gives back the model to the last bit, or is refused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from bundle_factory import CREATED, contents, saved
from prodcls.bundle import load_bundle, save_bundle
from prodcls.bundle_files import FORMAT_VERSION
from prodcls.bundle_layout import make_manifest, read_folder
from prodcls.config import Head
from prodcls.errors import BundleError

VARIANTS: list[tuple[Head, bool, int]] = [
    ("evidence", False, 3),
    ("evidence", True, 3),
    ("evidence", True, 2),
    ("flat", False, 3),
    ("flat", False, 2),
]


@pytest.mark.parametrize(("head", "boosted", "classes"), VARIANTS)
def test_a_loaded_model_gives_the_same_probabilities_to_the_last_bit(
    head: Head, boosted: bool, classes: int, tmp_path: Path
) -> None:
    given = contents(head, boosted=boosted, classes=classes)
    save_bundle(tmp_path / "bundle", given, created=CREATED)
    found = load_bundle(tmp_path / "bundle")
    assert found.model.classes == given.model.classes
    np.testing.assert_array_equal(
        found.model.probabilities(given.inputs), given.model.probabilities(given.inputs), strict=True
    )


def test_all_that_was_saved_beside_the_model_comes_back(tmp_path: Path) -> None:
    given = contents()
    manifest = save_bundle(tmp_path / "bundle", given, created=CREATED)
    found = load_bundle(tmp_path / "bundle")
    assert found.manifest == manifest
    assert found.recipe == given.recipe
    assert found.schema == given.catalogue.schema
    assert found.source == replace(given.catalogue.source, path="products.csv")
    assert found.known.numeric == ("price",)
    assert found.known.categorical == {"brand": ("brand Kettle", "brand Phone", "brand any", "brand 冰箱")}
    assert found.options.head == "evidence"
    assert found.options.catalogue is None
    assert found.products.ids == given.catalogue.ids
    assert found.report is None


def test_a_report_is_kept_and_what_was_measured_leaves_the_digest_alone(tmp_path: Path) -> None:
    told = replace(contents(), report='{"rows": 90}\n')
    manifest = save_bundle(tmp_path / "a", replace(told, measured={"/seconds": 1.5}), created=CREATED)
    found = load_bundle(tmp_path / "a")
    assert found.report == b'{"rows": 90}\n'
    assert found.manifest.measured == {"/seconds": 1.5, "source": vars(found.source)}
    assert (
        save_bundle(tmp_path / "b", replace(told, measured={"/seconds": 9.0}), created=CREATED).digest == found.digest
    )
    assert save_bundle(tmp_path / "c", contents(), created=CREATED).digest != manifest.digest == found.digest


def test_equal_models_have_equal_files_whenever_and_wherever_they_are_saved(tmp_path: Path) -> None:
    given = contents(boosted=True)
    elsewhere = replace(given.options, out=Path("other"), threads=3, cache_dir=tmp_path, image_root=given_root())
    first = save_bundle(tmp_path / "a", given, created=CREATED)
    second = save_bundle(tmp_path / "b", replace(given, options=elsewhere), created="2031-01-01T00:00:00+00:00")
    assert first.digest == second.digest
    assert first.to_bytes() != second.to_bytes()
    for name in first.files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    other = save_bundle(tmp_path / "c", contents(boosted=False), created=CREATED)
    assert other.digest != first.digest


def test_neither_the_file_nor_its_row_numbers_are_in_the_digest(tmp_path: Path) -> None:
    given = contents()
    place = str(Path(given.catalogue.source.path).with_name("later.parquet"))
    source = replace(given.catalogue.source, path=place, sha256="00" * 32, size=1, details={})
    moved = replace(given.catalogue, rows=given.catalogue.rows[::-1], source=source)
    first = save_bundle(tmp_path / "a", given, created=CREATED)
    options = replace(given.options, catalogue=tmp_path / "later.parquet", test=tmp_path / "test.csv")
    second = save_bundle(tmp_path / "b", replace(given, catalogue=moved, options=options), created=CREATED)
    assert first.digest == second.digest
    assert load_bundle(tmp_path / "b").source == replace(source, path="later.parquet")


def given_root() -> Path:
    return Path(contents(boosted=True).catalogue.source.path).parent


def test_no_file_tells_where_on_the_machine_anything_lay(tmp_path: Path) -> None:
    saved(tmp_path / "bundle")
    places = [str(tmp_path).encode(), str(given_root()).encode(), str(Path.home()).encode() + b"/"]
    for path in (tmp_path / "bundle").iterdir():
        assert not any(place in path.read_bytes() for place in places), path.name


def test_threads_of_training_leave_no_trace(tmp_path: Path) -> None:
    saved(tmp_path / "bundle")
    text = (tmp_path / "bundle" / "booster.txt").read_text()
    assert "[num_threads: 1]" in text


# --- damage ---------------------------------------------------------------------------------------------------------

FILES = (
    "arrays.safetensors",
    "booster.txt",
    "canary.safetensors",
    "catalogue.parquet",
    "config.json",
    "manifest.json",
    "probes.safetensors",
    "vocabulary.json",
)


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = saved(tmp_path_factory.mktemp("intact") / "bundle")
    assert sorted(path.name for path in folder.iterdir()) == list(FILES)
    return folder


@pytest.fixture
def bundle(intact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(intact, tmp_path / "bundle"))


def refused(folder: Path) -> str:
    with pytest.raises(BundleError) as caught:
        load_bundle(folder)
    assert caught.value.file is not None
    assert caught.value.file.startswith(str(folder))
    return caught.value.code


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_anywhere_is_found(name: str, bundle: Path) -> None:
    data = (bundle / name).read_bytes()
    random = np.random.default_rng(len(data))
    for place in {0, len(data) - 1, *random.integers(0, len(data), 40).tolist()}:
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(random.integers(8))
        (bundle / name).write_bytes(damaged)
        assert refused(bundle) in (
            {"bundle-manifest", "bundle-version"} if name == "manifest.json" else {"bundle-file-changed"}
        )


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", ["empty", "shorter", "longer"])
def test_a_file_of_another_size_is_refused(name: str, length: str, bundle: Path) -> None:
    data = (bundle / name).read_bytes()
    (bundle / name).write_bytes({"empty": b"", "shorter": data[:-1], "longer": data + b"\n"}[length])
    assert refused(bundle) == ("bundle-manifest" if name == "manifest.json" else "bundle-file-size")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str, bundle: Path) -> None:
    (bundle / name).unlink()
    assert refused(bundle) == ("bundle-missing" if name == "manifest.json" else "bundle-file-missing")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe"])
def test_only_files_themselves_are_read(name: str, kind: str, bundle: Path, intact: Path) -> None:
    (bundle / name).unlink()
    if kind == "folder":
        (bundle / name).mkdir()
    elif kind == "pipe":
        os.mkfifo(bundle / name)  # reading it would never end
    else:
        (bundle / name).symlink_to(intact / name if kind == "link" else bundle / "nothing")
    assert refused(bundle) == "bundle-file-linked"


@pytest.mark.parametrize("name", ["model.pkl", ".hidden", "manifest.json~"])
def test_a_file_that_is_not_listed_is_refused(name: str, bundle: Path) -> None:
    (bundle / name).write_bytes(b"")
    assert refused(bundle) == "bundle-file-unlisted"


def test_swapped_files_are_refused(bundle: Path) -> None:
    (bundle / "probes.safetensors").rename(bundle / "x")
    (bundle / "arrays.safetensors").rename(bundle / "probes.safetensors")
    (bundle / "x").rename(bundle / "arrays.safetensors")
    assert refused(bundle).startswith("bundle-file-")


def test_a_file_of_another_bundle_is_refused(bundle: Path, tmp_path: Path) -> None:
    other = saved(tmp_path / "other", boosted=False)
    shutil.copy(other / "config.json", bundle / "config.json")
    assert refused(bundle).startswith("bundle-file-")


@pytest.mark.parametrize("where", ["nowhere", "file", "empty"])
def test_what_is_no_bundle_is_called_so(where: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / where) == "bundle-missing"


# --- a manifest that agrees with files which are wrong --------------------------------------------------------------


def rewritten(bundle: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file and list it as if it had been written so."""
    files = {path.name: path.read_bytes() for path in bundle.iterdir() if path.name != "manifest.json"}
    lay(bundle, {**files, name: change(files[name])})


def lay(folder: Path, files: dict[str, bytes]) -> None:
    """Write files and their manifest, with what the one there has measured."""
    there = folder / "manifest.json"
    source = {"source": vars(contents().catalogue.source)}
    measured = json.loads(there.read_bytes())["measured"] if there.exists() else source
    for name, data in {**files, "manifest.json": make_manifest(files, CREATED, measured).to_bytes()}.items():
        (folder / name).write_bytes(data)


def in_config(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        config = json.loads(data)
        change(config)
        return json.dumps(config).encode()

    return apply


def head(config: dict[str, Any]) -> dict[str, Any]:
    return config["model"]["head"]["value"]  # type: ignore[no-any-return]


CONFIGS: dict[str, Callable[[dict[str, Any]], object]] = {
    "temperature as text": lambda c: head(c)["calibration"].update(sure="1"),
    "temperature as whole number": lambda c: head(c)["calibration"].update(sure=1),
    "temperature zero": lambda c: head(c)["calibration"].update(unsure=0.0),
    "temperature not a number": lambda c: head(c)["calibration"].update(unsure=float("nan")),
    "step upwards": lambda c: head(c)["calibration"].update(behind=-1.0),
    "field missing": lambda c: head(c).pop("level"),
    "field too many": lambda c: head(c).update(__class__="os.system"),
    "other class": lambda c: c["model"]["head"].update({"class": "Popen"}),
    "class of another shape": lambda c: c["model"]["head"].update({"class": "FlatModel"}),
    "head missing": lambda c: c["model"].update(head=None),
    "options no object": lambda c: c.update(options=["clean"]),
    "options missing": lambda c: c.pop("options"),
    "option unknown": lambda c: c["options"].update(shell="x"),
    "fewer classes": lambda c: c["model"]["classes"].pop(),
    "classes twice": lambda c: c["model"].update(classes=["Phone", "Phone", "冰箱"]),
    "trees fewer": lambda c: head(c)["booster"].update(trees=3),
    "no booster": lambda c: head(c).update(booster=None),
    "array renamed": lambda c: head(c)["evidence"].update(dense={"other": head(c)["evidence"]["dense"]["title"]}),
    "shape other": lambda c: head(c)["pool"]["weights"].update(shape=[1]),
    "role unknown": lambda c: c["schema"]["columns"][0].update(role="admin"),
    "not an object": lambda c: c.update(model=[]),
}


@pytest.mark.parametrize("change", CONFIGS.values(), ids=CONFIGS.keys())
def test_a_configuration_that_does_not_fit_is_refused(change: Callable[[dict[str, Any]], object], bundle: Path) -> None:
    rewritten(bundle, "config.json", in_config(change))
    assert refused(bundle) == "bundle-content"


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"null"])
@pytest.mark.parametrize("name", ["config.json", "vocabulary.json", "arrays.safetensors"])
def test_a_file_that_is_not_what_its_name_says_is_refused(name: str, data: bytes, bundle: Path) -> None:
    rewritten(bundle, name, lambda _: data)
    assert refused(bundle) == "bundle-content"


def test_a_booster_that_is_no_booster_is_refused(bundle: Path) -> None:
    rewritten(bundle, "booster.txt", lambda _: b"tree\nversion=v4\n")
    assert refused(bundle) == "bundle-booster"


def in_arrays(path: str, change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    def apply(data: bytes) -> bytes:
        arrays = {name: np.array(array) for name, array in load(data).items()}
        assert path in arrays
        arrays[path] = change(arrays[path])
        return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})

    return apply


WEIGHTS = "/model/head/pool/weights"
PROBE = "/model/head/evidence/dense/title/probe/weights"
IDF = "/model/head/evidence/lexical/vocabulary/idf"
LABELS = "/model/head/evidence/dense/title/neighbours/labels"

ARRAYS: dict[str, tuple[str, str, Callable[[Any], Any], str]] = {
    "other type": ("arrays.safetensors", WEIGHTS, lambda a: a.astype(np.float32), "bundle-content"),
    "shorter": ("arrays.safetensors", WEIGHTS, lambda a: a[:-1], "bundle-content"),
    "negative": ("arrays.safetensors", WEIGHTS, lambda a: -a - 1, "bundle-content"),
    "infinite": ("arrays.safetensors", WEIGHTS, lambda a: a + np.inf, "bundle-content"),
    "transposed": ("probes.safetensors", PROBE, lambda a: a.T, "bundle-content"),
    "not numbers": ("probes.safetensors", PROBE, lambda a: a * np.float32(np.nan), "bundle-content"),
    "class unknown": ("arrays.safetensors", LABELS, lambda a: a + 3, "bundle-content"),
    "class negative": ("arrays.safetensors", LABELS, lambda a: a - 3, "bundle-content"),
    "word of no weight": ("arrays.safetensors", IDF, lambda a: a * 0, "bundle-content"),
    "word beyond measure": ("arrays.safetensors", IDF, lambda a: a * 1e307, "bundle-content"),
    "other weights": ("arrays.safetensors", WEIGHTS, lambda a: a * 1.01, "bundle-canary"),
    "other canary": ("canary.safetensors", "/canary/pooled", lambda a: a + 1e-6, "bundle-canary"),
    "canary elsewhere": ("canary.safetensors", "/canary/candidates", lambda a: a + 5, "bundle-content"),
}


@pytest.mark.parametrize(("name", "path", "change", "code"), ARRAYS.values(), ids=ARRAYS.keys())
def test_arrays_that_do_not_fit_are_refused(
    name: str, path: str, change: Callable[[Any], Any], code: str, bundle: Path
) -> None:
    rewritten(bundle, name, in_arrays(path, change))
    assert refused(bundle) == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_a_configuration_it_is_refused_or_harmless(intact: Path, data: st.DataObject) -> None:
    files = dict(read_folder(intact).files)
    config = json.loads(files["config.json"])
    node: Any = config
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(node[key], dict | list) and node[key] and data.draw(st.integers(0, 5))):
            break
        node = node[key]
    node[key] = data.draw(JSON)
    files["config.json"] = json.dumps(config).encode()
    with TemporaryDirectory() as place:
        lay(Path(place), files)
        try:
            loaded = load_bundle(Path(place))
        except BundleError:
            return
    assert np.isfinite(loaded.model.probabilities(contents(boosted=True).inputs)).all()


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_an_array_of_another_shape_or_type_is_refused(intact: Path, data: st.DataObject) -> None:
    files = dict(read_folder(intact).files)
    config = json.loads(files["config.json"])
    name = data.draw(st.sampled_from(["arrays.safetensors", "probes.safetensors", "canary.safetensors"]))
    arrays = load(files[name])
    path = data.draw(st.sampled_from(sorted(arrays)))
    shape = data.draw(st.lists(st.integers(0, 4), max_size=4))
    dtype = data.draw(st.sampled_from([np.float32, np.float64, np.int64, np.bool_]))
    node = config
    for part in path.split("/")[1:]:
        node = node[part] if part in node else node["value"][part]
    if node == {"array": str(np.dtype(dtype)), "shape": shape}:
        return
    node.update({"array": str(np.dtype(dtype)), "shape": shape})  # so that only the checks of the model can tell
    files[name] = save({**arrays, path: np.ones(shape, dtype)})
    files["config.json"] = json.dumps(config).encode()
    with TemporaryDirectory() as place:
        lay(Path(place), files)
        with pytest.raises(BundleError, match=r"bundle-content|bundle-canary"):
            load_bundle(Path(place))


def test_an_array_too_many_is_refused(bundle: Path) -> None:
    rewritten(bundle, "arrays.safetensors", lambda data: save({**load(data), "/model/extra": np.zeros(1)}))
    assert refused(bundle) == "bundle-content"


def test_other_trees_than_those_that_were_saved_are_found_by_the_canaries(bundle: Path) -> None:
    def change(data: bytes) -> bytes:
        lines = data.decode().splitlines(keepends=True)
        i = next(i for i, line in enumerate(lines) if line.startswith("leaf_value="))
        values = [float(v) for v in lines[i].removeprefix("leaf_value=").split()]
        # As long as before, since LightGBM is told the length of each tree.
        room = len(lines[i]) - len("leaf_value=\n") - len(values) + 1
        digits = [room // len(values) + (k < room % len(values)) for k in range(len(values))]
        lines[i] = (
            "leaf_value=" + " ".join(f"{abs(v) + 0.25:.{d - 2}f}" for v, d in zip(values, digits, strict=True)) + "\n"
        )
        return "".join(lines).encode()

    rewritten(bundle, "booster.txt", change)
    assert refused(bundle) == "bundle-canary"


def test_the_flat_head_has_canaries_too(tmp_path: Path) -> None:
    bundle = saved(tmp_path / "bundle", "flat")
    rewritten(bundle, "canary.safetensors", in_arrays("/canary/probabilities", lambda a: a[:, ::-1]))
    assert refused(bundle) == "bundle-canary"
    rewritten(bundle, "config.json", in_config(lambda c: head(c).update(classes=4)))
    assert refused(bundle) == "bundle-content"


def test_a_damaged_catalogue_of_products_is_refused_when_it_is_asked_for(bundle: Path) -> None:
    rewritten(bundle, "catalogue.parquet", lambda data: data[:100])
    loaded = load_bundle(bundle)
    with pytest.raises(BundleError, match="bundle-content"):
        _ = loaded.products


# --- processes ------------------------------------------------------------------------------------------------------


def test_loading_needs_no_encoder_runtime(intact: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from prodcls.bundle import load_bundle
found = load_bundle(Path({str(intact)!r}))
found.products
print(found.digest, [m for m in ("torch", "onnxruntime", "matplotlib") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split(maxsplit=1) == [load_bundle(intact).digest, "[]\n"]


def test_what_the_manifest_lists_can_be_checked_with_other_tools(intact: Path) -> None:
    manifest = json.loads((intact / "manifest.json").read_bytes())
    assert manifest["format_version"] == FORMAT_VERSION == 8
    assert manifest["created"] == CREATED
    assert manifest["environment"]["python"] == sys.version.split()[0]
    assert set(manifest["files"]) == set(FILES) - {"manifest.json"}
    for name, entry in manifest["files"].items():
        data = (intact / name).read_bytes()
        assert entry == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
