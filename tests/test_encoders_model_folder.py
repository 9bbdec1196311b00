"""A folder of a text encoder: found by name, known by the digest of what its vectors depend on, refused with advice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from encoder_factory import write_bert
from prodcls.encoders.folder_files import SEARCH_VARIABLE, find_path, model_folders, search_path
from prodcls.encoders.model_folder import read_folder
from prodcls.errors import InputError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("models") / "small-bert", prompt="query: ")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    import shutil

    return Path(shutil.copytree(made, tmp_path / made.name))


def test_it_tells_what_the_encoder_is(made: Path) -> None:
    found = read_folder(made)
    assert (found.dimension, found.pooling, found.prompt, found.max_tokens) == (32, "mean", "query: ", 66)
    assert (found.licence, found.languages) == ("mit", ("zh", "en"))
    assert found.size == (made / "model.safetensors").stat().st_size
    assert found.name == f"small-bert@{found.digest[:12]}"


def test_it_is_found_by_either_name_in_the_first_of_several_places(
    made: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, os.pathsep.join([str(folder.parent), str(made.parent)]))
    assert search_path()[:2] == (folder.parent, made.parent)
    assert [path for path in model_folders() if path.name == made.name] == [folder]
    assert find_path("small-bert") == folder
    assert find_path(read_folder(folder).name) == folder
    assert find_path("large-bert") is None


@pytest.mark.parametrize(
    "file", ["config.json", "model.safetensors", "tokenizer.json", "1_Pooling/config.json", "modules.json"]
)
def test_the_digest_is_of_everything_that_vectors_depend_on(
    folder: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(folder.parent))
    before = read_folder(folder)
    with (folder / file).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(InputError, match="other weights") as caught:
        find_path(before.name)
    assert caught.value.code == "encoder-differs"


def test_what_vectors_do_not_depend_on_is_not_in_the_digest(folder: Path) -> None:
    before = read_folder(folder).digest
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    assert read_folder(folder).digest == before


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_told_with_what_to_do(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(InputError, match=file) as caught:
        read_folder(folder)
    assert caught.value.code == "encoder-incomplete"


def _pool(folder: Path) -> None:
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_max_tokens": True}))


def _dense(folder: Path) -> None:
    (folder / "modules.json").write_text(json.dumps([{"type": "sentence_transformers.models.Dense"}]))


def _broken(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _list(folder: Path) -> None:
    (folder / "config.json").write_text("[]")


def _nothing(folder: Path) -> None:
    (folder / "config.json").write_text("{}")


@pytest.mark.parametrize("spoil", [_pool, _dense, _broken, _list, _nothing])
def test_what_cannot_be_read_is_refused(folder: Path, spoil: Callable[[Path], None]) -> None:
    spoil(folder)
    with pytest.raises(InputError) as caught:
        read_folder(folder)
    assert caught.value.code == "encoder-unusable"


def test_weights_are_read_once_while_they_stay_as_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_folder(folder)
    with monkeypatch.context() as patched:
        patched.setattr("prodcls.encoders.folder_files.hashlib.file_digest", None)
        assert read_folder(folder) == before
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[::-1])  # as long as before
    assert read_folder(folder).digest != before.digest
