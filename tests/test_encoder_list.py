"""The list of encoders, and one tried: as a user types it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from encoder_factory import write_bert
from photo_factory import write_torchvision
from prodcls.byte_sizes import shown_size
from prodcls.encoder_list import encoders
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.model_folder import read_folder
from prodcls.encoders.photo_folder import read_photo_folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    write_bert(root / "small-bert")
    write_torchvision(root / "small-vgg", "vgg11")
    shutil.copytree(root / "small-bert", root / "pickled")
    (root / "pickled" / "model.safetensors").rename(root / "pickled" / "pytorch_model.bin")
    return root


def told(*arguments: str) -> tuple[int, list[str]]:
    done = CliRunner().invoke(encoders, arguments)
    return done.exit_code, done.output.splitlines()


def test_all_there_are_are_listed(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))
    code, lines = told()
    assert code == 0
    by_name = {line.partition(":")[0]: line for line in lines}
    told_folder = read_folder(models / "small-bert")
    name = told_folder.name
    assert {"minilm", "use", "use-pooled", "lite0", name, "pickled"} <= set(by_name)
    assert by_name["minilm"].startswith("minilm: text, 384 numbers, English, 256 tokens, 90.9 MB")
    assert by_name[name] == f"{name}: text, 32 numbers, zh en, 66 tokens, {shown_size(told_folder.size)}, mit"
    assert "safe_serialization" in by_name["pickled"]
    photo = read_photo_folder(models / "small-vgg")
    size = shown_size(photo.size)
    assert by_name[photo.name] == f"{photo.name}: image, 8 numbers, 224 x 224 pixels, {size}, bsd-3-clause"
    assert by_name["lite0"].endswith(", Apache Software License 2.0")
    assert not any(line.endswith("licence not told") for line in by_name.values())


def test_one_is_tried(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))
    code, lines = told("--test", "use-pooled")
    assert code == 0
    assert all(line.startswith("holds ") for line in lines)


def test_an_unknown_one_is_refused_with_those_there_are() -> None:
    done = CliRunner().invoke(encoders, ["--test", "bge"])
    assert done.exit_code != 0
    assert "minilm" in str(done.exception)
