"""A bundle of other versions is opened with a warning that says what the canaries show, or refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from prodcls.bundle import load_bundle
from prodcls.bundle_layout import MANIFEST, make_manifest, read_folder
from prodcls.bundle_opening import check_encoders, open_bundle
from prodcls.console import run
from prodcls.errors import BundleError
from prodcls.predict import predict
from prodcls.progress import SilentProgress
from prodcls.report import report
from prodcls.verification import locate, verify_place
from prodcls.why import why
from real_bundle import real

VECTORS = "/model/head/evidence/dense/title/neighbours/vectors"


class Notes(SilentProgress):
    """Keeps what the user is told."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return Path(shutil.copytree(real().folder, tmp_path / "bundle"))


def written_with(folder: Path, **versions: str) -> Path:
    """Give the bundle a manifest, whole in itself, of an environment with other versions."""
    manifest = read_folder(folder).manifest
    other = replace(manifest, environment=manifest.environment | versions)
    (folder / MANIFEST).write_bytes(other.to_bytes())
    return folder


def moved(folder: Path, amount: float) -> None:
    """Add noise to the kept vectors of texts, as if the encoder had given others."""
    found = read_folder(folder)
    files = dict(found.files)
    arrays = {name: np.array(values) for name, values in load(files["arrays.safetensors"]).items()}
    noise = np.random.default_rng(0).normal(0, amount, arrays[VECTORS].shape)
    arrays[VECTORS] = (arrays[VECTORS] + noise).astype(np.float32)
    files["arrays.safetensors"] = save(arrays)
    (folder / "arrays.safetensors").write_bytes(files["arrays.safetensors"])
    (folder / MANIFEST).write_bytes(
        make_manifest(files, "2024-05-01T12:00:00+00:00", found.manifest.measured).to_bytes()
    )


def test_nothing_is_said_and_no_encoder_loaded_where_nothing_has_changed(bundle: Path) -> None:
    notes = Notes()
    found = open_bundle(bundle, notes)
    assert notes.lines == []
    assert (found.findings.changed, found.findings.scores, found.findings.encoders) == ((), 0.0, None)
    assert list(notes.seconds) == ["load"]


def test_another_version_is_told_once_with_what_the_canaries_show(bundle: Path) -> None:
    notes = Notes()
    found = open_bundle(written_with(bundle, lightgbm="4.0.9", cpu="SSE2"), notes)
    (line,) = notes.lines
    assert line.startswith("bundle was written with lightgbm 4.0.9 (now ")
    assert "cpu SSE2 (now " in line
    assert line.endswith("the same scores to the last bit, and their texts the same vectors to the last bit")
    assert found.findings.encoders is not None
    assert found.findings.encoders.texts == 5
    assert found.digest == load_bundle(real().folder).digest


def test_a_command_that_encodes_nothing_tries_no_encoder(bundle: Path) -> None:
    notes = Notes()
    moved(bundle, 1.0)
    found = open_bundle(written_with(bundle, numpy="1.0"), notes, encodes=False)
    assert found.findings.encoders is None
    assert notes.lines[0].endswith("its canary products get the same scores to the last bit")


def test_vectors_that_differ_in_their_last_digits_are_told(bundle: Path) -> None:
    moved(bundle, 1e-6)
    found = check_encoders(load_bundle(bundle), bundle).encoders
    assert found is not None
    assert 1e-7 < found.largest < 1e-5
    assert found.cosine > 0.999999


@pytest.mark.parametrize("amount", [0.02, 1.0])
def test_encoders_that_read_texts_otherwise_are_refused(bundle: Path, amount: float) -> None:
    moved(bundle, amount)
    with pytest.raises(BundleError, match=r"onnxruntime 1\.0.*fit it again \[bundle-encoder\]") as caught:
        open_bundle(written_with(bundle, onnxruntime="1.0"), Notes())
    assert caught.value.file == str(bundle)


@pytest.mark.parametrize("command", ["predict", "why", "report"])
def test_commands_warn_on_standard_error_once(
    command: str, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written_with(bundle, scipy="1.0")
    if command == "predict":
        assert run(predict, [str(bundle), str(real().catalogue), "-o", str(tmp_path / "out.csv")], "predict") == 0
    elif command == "why":
        assert run(why, [str(bundle), "p001", "--no-counterfactuals"], "why") == 0
    else:
        assert run(report, [str(bundle)], "report") == 2  # the bundle holds no report
    told = capsys.readouterr()
    assert told.err.count("bundle was written with scipy 1.0 (now ") == 1
    assert "bundle was written" not in told.out


def test_verify_tells_what_changed_and_what_the_encoders_make_of_kept_texts(bundle: Path) -> None:
    found = {result.name: result for result in verify_place(locate(written_with(bundle, lightgbm="4.0.9")))}
    scores, *changed = found["bundle scores"].details
    assert scores == "the kept products get the same scores to the last bit"
    assert changed[0].startswith("written with lightgbm 4.0.9 (now ")
    assert found["bundle encoders"].passed
    moved(bundle, 1.0)
    found = {result.name: result for result in verify_place(locate(bundle))}
    assert found["bundle encoders"].passed is False
    assert "bundle-encoder" in found["bundle encoders"].details[0]
