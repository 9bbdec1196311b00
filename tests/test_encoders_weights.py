"""Weights are the pinned ones or are refused before anything parses them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from prodcls.encoders.weights import LITE0, MINILM, MINILM_TOKENIZER, USE, USE_TOKENIZER, WeightFile
from prodcls.errors import InputError


@pytest.mark.parametrize("weights", [MINILM, MINILM_TOKENIZER, USE, USE_TOKENIZER, LITE0], ids=lambda w: w.path)
def test_the_installed_files_are_the_pinned_ones(weights: WeightFile) -> None:
    assert hashlib.sha256(weights.read()).hexdigest() == weights.sha256


@pytest.fixture
def own_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with one file, whose code must never run."""
    package = tmp_path / "prodcls_test_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "model.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    return package


def weights_of(package: Path, path: str = "model.bin") -> WeightFile:
    return WeightFile("own==1.0", package.name, path, hashlib.sha256(b"weights").hexdigest())


def test_a_file_is_read_without_importing_its_package(own_package: Path) -> None:
    assert weights_of(own_package).read() == b"weights"


def test_a_changed_file_is_refused_with_the_way_to_mend_it(own_package: Path) -> None:
    (own_package / "model.bin").write_bytes(b"weightz")
    with pytest.raises(InputError, match=r"SHA-256 .*pip install --force-reinstall own==1\.0") as caught:
        weights_of(own_package).read()
    assert caught.value.code == "weights-differ"


def test_a_missing_file_is_told(own_package: Path) -> None:
    with pytest.raises(InputError, match="No such file") as caught:
        weights_of(own_package, "gone.bin").read()
    assert caught.value.code == "weights-missing"


def test_a_missing_package_is_told() -> None:
    with pytest.raises(InputError, match=r"pip install absent==1\.0") as caught:
        WeightFile("absent==1.0", "prodcls_absent_package", "x", "0" * 64).read()
    assert caught.value.code == "weights-missing"
