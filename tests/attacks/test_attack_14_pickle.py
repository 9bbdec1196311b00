"""Pickle: a file that runs code when it is read.

``pickle.load``, ``torch.load`` without ``weights_only``, ``numpy.load`` with ``allow_pickle`` and their like call what
a file names (CVE-2019-6446, CVE-2025-32434; CVE-2023-47248 for types inside of Parquet). The product uses none of them,
and files that would run code when unpickled are put wherever it reads one: none of them runs.
"""

from __future__ import annotations

import ast
import hashlib
import io
import pickle
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors import SafetensorError

from bundle_factory import saved
from prodcls.bundle import load_bundle
from prodcls.bundle_layout import make_manifest, read_folder
from prodcls.encoders import lite0_net, minilm_net, use_net, weights
from prodcls.encoders.weights import WeightFile
from prodcls.errors import ImageError, InputError
from prodcls.images import load_photo
from prodcls.photo_guard import decode_apart
from prodcls.readers import read_table

SOURCE = Path(__file__).resolve().parents[2] / "src" / "prodcls"
FORBIDDEN = {"pickle", "cPickle", "_pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal", "yaml", "code"}
CALLS = {"eval", "exec", "compile", "__import__"}
METHODS = {"read_pickle", "to_pickle", "load_module", "run_path", "run_module"}


def offences(source: str) -> list[str]:
    """Return what in a module can run code out of data."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in FORBIDDEN]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] if node.module.split(".")[0] in FORBIDDEN else []
        elif isinstance(node, ast.Call):
            found += _of_call(node)
    return found


def _of_call(node: ast.Call) -> list[str]:
    told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    name = ast.unparse(node.func)
    if name in CALLS or name.split(".")[-1] in METHODS:
        return [name]
    if name == "torch.load" and told.get("weights_only") != "True":
        return [name]
    if name in ("np.load", "numpy.load") and told.get("allow_pickle") != "False":
        return [name]
    return [f"{name} with allow_pickle"] if told.get("allow_pickle", "False") != "False" else []


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_module_can_run_code_out_of_data(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import torch\ntorch.load(f)",
        "torch.load(f, weights_only=False)",
        "np.load(f)",
        "np.load(f, allow_pickle=True)",
        "pd.read_pickle(f)",
        "eval(text)",
        "def f():\n import shelve",
    ],
)
def test_the_audit_would_find_them(source: str) -> None:
    assert offences(source)


class Payload:
    """Touches a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.mark,)


def as_torch(data: bytes) -> bytes:
    """Return a file such as torch.save writes, with this pickle in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


def as_numpy(data: bytes) -> bytes:
    """Return an array of objects, which NumPy keeps as a pickle."""
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (), }"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def as_parquet(data: bytes) -> bytes:
    """Return a table whose column names a type by a pickle, as pyarrow before 14.0.1 unpickled it."""
    told = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": data}
    names = ("id", "label", "title", "price")
    sink = io.BytesIO()
    schema = pa.schema([pa.field(name, pa.string(), metadata=told) for name in names])
    pq.write_table(pa.table([["a"]] * len(names), schema=schema), sink)
    return sink.getvalue()


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "pickle": lambda data: data,
    "torch": as_torch,
    "numpy": as_numpy,
    "parquet": as_parquet,
}


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("intact") / "bundle")


@pytest.fixture(params=[0, 4])
def payload(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[bytes, Path]:
    """A pickle, in letters or in bytes, and the file that it would touch."""
    mark = tmp_path / "run"
    data = pickle.dumps(Payload(mark), protocol=request.param)
    pickle.loads(data)
    assert mark.exists(), "it does run where it is unpickled"
    mark.unlink()
    return data, mark


@pytest.mark.parametrize("form", FORMS)
def test_no_file_of_a_bundle_runs(form: str, payload: tuple[bytes, Path], intact: Path, tmp_path: Path) -> None:
    data, mark = FORMS[form](payload[0]), payload[1]
    stored = read_folder(intact)
    for name in (*stored.files, "report.json", "model.pkl"):
        folder = Path(shutil.copytree(intact, tmp_path / name))
        files = {**stored.files, name: data}
        manifest = make_manifest(files, stored.manifest.created, stored.manifest.measured)
        for other, content in {**files, "manifest.json": manifest.to_bytes()}.items():
            (folder / other).write_bytes(content)
        try:
            _ = load_bundle(folder).products
        except InputError:
            pass
        else:
            assert name == "report.json"  # read when a report is asked for, as JSON
        assert not mark.exists(), name
    (tmp_path / "config.json" / "manifest.json").write_bytes(data)
    with pytest.raises(InputError, match="bundle-manifest"):
        load_bundle(tmp_path / "config.json")
    assert not mark.exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "xlsx", "ods"])
def test_no_catalogue_runs(form: str, ending: str, payload: tuple[bytes, Path], tmp_path: Path) -> None:
    path = tmp_path / f"catalogue.{ending}"
    path.write_bytes(FORMS[form](payload[0]))
    with suppress(InputError):
        read_table(path)
    assert not payload[1].exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "pkl"])
def test_no_photo_runs(form: str, ending: str, payload: tuple[bytes, Path], tmp_path: Path) -> None:
    path = tmp_path / f"photo.{ending}"
    path.write_bytes(FORMS[form](payload[0]))
    with pytest.raises(ImageError):
        load_photo(path)
    with pytest.raises(ImageError):
        decode_apart(path.read_bytes())
    assert not payload[1].exists()


@pytest.mark.parametrize("form", FORMS)
def test_no_file_of_weights_runs(
    form: str, payload: tuple[bytes, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights"
    path.write_bytes(FORMS[form](payload[0]))
    monkeypatch.setattr(WeightFile, "locate", lambda _: path)
    for file in (weights.LITE0, weights.MINILM, weights.MINILM_TOKENIZER, weights.USE, weights.USE_TOKENIZER):
        with pytest.raises(InputError, match="weights-differ"):
            file.read()
    assert not payload[1].exists()


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch, of the protocol
@pytest.mark.parametrize("form", FORMS)
def test_weights_do_not_run_even_where_their_digest_is_the_pinned_one(
    form: str, payload: tuple[bytes, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = FORMS[form](payload[0])
    path = tmp_path / "weights"
    path.write_bytes(data)
    monkeypatch.setattr(WeightFile, "locate", lambda _: path)
    pinned = WeightFile("x", "x", "x", hashlib.sha256(data).hexdigest())
    loads: list[Callable[[], object]] = [
        lambda: lite0_net.load(pinned),
        lambda: use_net.load(data),
        lambda: minilm_net.load(data, 8),
    ]
    refusals = (pickle.UnpicklingError, RuntimeError, ValueError, LookupError, SafetensorError, zipfile.BadZipFile)
    for load in loads:
        with pytest.raises(refusals):
            load()
        assert not payload[1].exists()
