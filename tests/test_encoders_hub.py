"""Encoders fetched from a hub: one commit, only the files that are read, and never unless it is allowed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from encoder_factory import write_bert
from photo_factory import write_torchvision
from prodcls.encoder_list import encoders
from prodcls.encoders import text_encoder
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.hub import download
from prodcls.encoders.model_folder import read_folder
from prodcls.errors import InputError

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """A model hub with the repositories below a folder, each of one commit."""

    def __init__(self, root: Path) -> None:
        hub = self
        self.root = root
        self.asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.answer(self, body=True)

            def do_HEAD(self) -> None:
                hub.answer(self, body=False)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request: BaseHTTPRequestHandler, *, body: bool) -> None:
        parts = request.path.partition("?")[0].strip("/").split("/")
        api = parts[:2] == ["api", "models"]
        repository, rest = "/".join(parts[2:4] if api else parts[:2]), parts[4:] if api else parts[2:]
        folder = self.root / repository
        path = folder / "/".join(rest[2:])
        data, kind = b"{}", "application/json"
        if rest[1:2] != [REVISION] or not folder.is_dir() or not (api or path.is_file()):
            request.send_response(404)
        elif api and "tree" in rest:
            data = json.dumps([self._entry(folder, one) for one in self._files(folder)]).encode()
            request.send_response(200)
        elif api:
            names = [{"rfilename": one.relative_to(folder).as_posix()} for one in self._files(folder)]
            data = json.dumps({"id": repository, "sha": REVISION, "siblings": names}).encode()
            request.send_response(200)
        else:
            data, kind = path.read_bytes(), "application/octet-stream"
            self.asked.append(path.relative_to(folder).as_posix())
            request.send_response(200)
            request.send_header("ETag", f'"{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"')
            request.send_header("X-Repo-Commit", REVISION)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        if body:
            request.wfile.write(data)

    @staticmethod
    def _files(folder: Path) -> list[Path]:
        return sorted(path for path in folder.rglob("*") if path.is_file())

    @staticmethod
    def _entry(folder: Path, path: Path) -> dict[str, object]:
        name, size = path.relative_to(folder).as_posix(), path.stat().st_size
        return {"type": "file", "path": name, "size": size, "oid": hashlib.sha1(path.read_bytes()).hexdigest()}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    root = tmp_path_factory.mktemp("hub")
    bert = write_bert(root / "org" / "small-bert")
    for name in ("pytorch_model.bin", "modeling_evil.py", "tf_model.h5", "onnx/model.onnx", "model.onnx"):
        (bert / name).parent.mkdir(exist_ok=True)
        (bert / name).write_bytes(b"not to be fetched")
    write_torchvision(root / "org" / "small-vgg", "vgg11")
    pickled = root / "org" / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text("{}")
    (pickled / "pytorch_model.bin").write_bytes(b"not to be fetched")
    hub = Hub(root)
    thread = threading.Thread(target=hub.server.serve_forever, daemon=True)
    thread.start()
    yield hub
    hub.server.shutdown()
    hub.server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def place(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where encoders are fetched to."""
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv(SEARCH_VARIABLE, str(tmp_path / "encoders"))
    hub.asked.clear()
    return tmp_path / "encoders"


def test_what_is_fetched_is_what_is_read_and_no_more(hub: Hub, place: Path) -> None:
    done = CliRunner().invoke(encoders, ["--download", f"org/small-bert@{REVISION}", "--allow-download"])
    assert done.exit_code == 0, done.output
    assert done.stdout == f"encoder: {place / 'small-bert'}\n"
    there = {path.relative_to(place / "small-bert").as_posix() for path in (place / "small-bert").rglob("*")}
    names = {"config.json", "model.safetensors", "tokenizer.json", "modules.json", "README.md"}
    assert there == names | {"1_Pooling", "1_Pooling/config.json"}
    assert set(hub.asked) == there - {"1_Pooling"}
    assert [path.name for path in place.iterdir()] == ["small-bert"]
    assert text_encoder("small-bert").name == read_folder(place / "small-bert").name


@pytest.mark.parametrize(
    "reference", ["org/small-bert", "org/small-bert@main", f"small-bert@{REVISION}", f"a/..@{REVISION}"]
)
def test_only_one_commit_of_a_repository_is_a_name(hub: Hub, place: Path, reference: str) -> None:
    with pytest.raises(InputError, match=r"REVISION|no name") as caught:
        download(reference, allowed=True)
    assert caught.value.code == "download-unnamed"
    assert (hub.asked, place.exists()) == ([], False)


def test_nothing_is_fetched_unless_it_is_allowed_and_the_command_is_told(hub: Hub, place: Path) -> None:
    reference = f"org/small-bert@{REVISION}"
    with pytest.raises(InputError, match=f"prodcls encoders --download {reference} --allow-download") as caught:
        download(reference, allowed=False)
    assert caught.value.code == "download-not-allowed"
    assert (hub.asked, place.exists()) == ([], False)


def test_an_encoder_that_is_there_is_not_replaced(hub: Hub, place: Path) -> None:
    first = download(f"org/small-vgg@{REVISION}", allowed=True)
    before = (first / "model.safetensors").stat()
    hub.asked.clear()
    with pytest.raises(InputError) as caught:
        download(f"org/small-vgg@{REVISION}", allowed=True)
    assert caught.value.code == "encoder-there"
    assert hub.asked == []
    assert (place / "small-vgg" / "model.safetensors").stat() == before


@pytest.mark.parametrize(("name", "revision"), [("pickled", REVISION), ("absent", REVISION), ("small-vgg", "f" * 40)])
def test_what_cannot_be_used_or_found_leaves_nothing_behind(place: Path, name: str, revision: str) -> None:
    with pytest.raises(InputError) as caught:
        download(f"org/{name}@{revision}", allowed=True)
    assert caught.value.code == "download-failed"
    assert list(place.iterdir()) == []


def test_an_encoder_that_is_missing_is_told_with_the_command_that_fetches_it() -> None:
    with pytest.raises(InputError, match=r"prodcls encoders --download org/other@REVISION --allow-download"):
        text_encoder("org/other")


def test_without_the_library_the_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match=r"prodcls\[hub\]") as caught:
        download(f"org/small-vgg@{REVISION}", allowed=True)
    assert caught.value.code == "extra-missing"
