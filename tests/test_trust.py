"""Every command that reads a bundle can be told which one is meant."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import click
import pytest

from bundle_factory import contents, saved
from prodcls.bundle import load_bundle
from prodcls.bundle_signing import new_key, sign_manifest
from prodcls.cli import COMMANDS, cli
from prodcls.console import run
from prodcls.log import log
from prodcls.training import FitOutcome

SOURCE = Path(__file__).resolve().parents[1] / "src" / "prodcls"
OPTIONS = {"--expect-sha256", "--public-key", "--signature"}


def commands() -> dict[str, click.Command]:
    found = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    told = {name: command for name, command in found.items() if command is not None}
    return told | {f"log {name}": command for name, command in log.commands.items()}


def test_the_options_are_on_every_command_that_takes_a_bundle() -> None:
    taking = {
        name: {option for param in command.params for option in param.opts}
        for name, command in commands().items()
        if any(param.name == "bundle" for param in command.params)
    }
    assert set(taking) == {
        "add-class",
        "refit",
        "drift",
        "predict",
        "why",
        "report",
        "verify",
        "review",
        "serve",
        "sign",
        "log replay",
    }
    assert {name for name, options in taking.items() if not options >= OPTIONS} == {"sign"}


def test_no_flow_reads_a_bundle_without_being_told() -> None:
    names = ("load_bundle", "open_bundle")
    loads = [
        (path.name, ast.unparse(node))
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
    ]
    assert len(loads) >= 10
    assert [name for name, call in loads if "trust" not in call] == ["sign.py"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("place")
    folder = saved(place / "bundle")
    for name in ("own", "other"):
        new_key(place / f"{name}.pem", None)
    sign_manifest(folder, (folder / "manifest.json").read_bytes(), place / "own.pem", None, None)
    (place / "log").touch()
    (place / "filled.csv").touch()
    shutil.copy(contents(boosted=True).catalogue.source.path, place / "products.csv")
    (place / "scored.parquet").touch()
    return place


ARGUMENTS = {
    "predict": ["predict", "bundle", "products.csv", "-o", "scored.csv"],
    "why": ["why", "bundle", "p001", "--no-counterfactuals"],
    "report": ["report", "bundle"],
    "drift": ["drift", "bundle", "products.csv"],
    "review": ["review", "bundle", "scored.parquet", "-o", "w.csv"],
    "review --import": ["review", "bundle", "scored.parquet", "--import", "filled.csv", "--overrides", "o.jsonl"],
}
REFUSED = {
    "bundle-not-expected": ["--expect-sha256", "0" * 64],
    "digest-form": ["--expect-sha256", "0"],
    "signature-wrong": ["--public-key", "other.pub.pem"],
    "signature-without-key": ["--signature", "bundle.sig"],
    "key-unusable": ["--public-key", "products.csv"],
}


@pytest.mark.parametrize("code", REFUSED)
@pytest.mark.parametrize("name", ARGUMENTS)
def test_another_bundle_is_refused_by_each_command(
    name: str, code: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    before = sorted(place.iterdir())
    assert run(cli, [*ARGUMENTS[name], *REFUSED[code]], "prodcls") == 2
    assert f"[{code}]" in capsys.readouterr().err
    assert sorted(place.iterdir()) == before


def test_the_bundle_that_is_meant_is_read(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    trust = ["--expect-sha256", load_bundle(place / "bundle").digest, "--public-key", "own.pub.pem"]
    assert run(cli, [*ARGUMENTS["report"], *trust], "prodcls") == 2
    assert "[bundle-report]" in capsys.readouterr().err  # it was read, and has none


def test_verify_says_whose_bundle_it_is(
    fitted_demo: FitOutcome, place: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = fitted_demo.bundle_path
    signature = tmp_path / "s"
    sign_manifest(folder, (folder / "manifest.json").read_bytes(), place / "own.pem", None, signature)
    told = ["verify", str(folder), "--signature", str(signature), "--expect-sha256", fitted_demo.digest]
    assert run(cli, [*told, "--public-key", str(place / "own.pub.pem")], "prodcls") == 0
    out = capsys.readouterr().out
    assert "OK          bundle origin: the digest is the one expected\n            signed by the key own.pub.pem" in out
    assert f"digest {fitted_demo.digest}" in out
    assert run(cli, [*told, "--public-key", str(place / "other.pub.pem")], "prodcls") == 3
    assert "DIFFERS     bundle origin" in capsys.readouterr().out


def test_an_earlier_audit_must_be_signed_too(
    fitted_demo: FitOutcome, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = Path(shutil.copytree(fitted_demo.bundle_path, tmp_path / "earlier"))
    new = Path(shutil.copytree(fitted_demo.bundle_path, tmp_path / "new"))
    manifest = (new / "manifest.json").read_bytes()
    sign_manifest(new, manifest, place / "own.pem", None, None)
    words = ["report", str(new), "--compare", str(earlier), "--out", str(tmp_path / "out")]
    trust = ["--public-key", str(place / "own.pub.pem"), "--expect-sha256", fitted_demo.digest]
    assert run(cli, [*words, *trust], "prodcls") == 2
    assert "earlier.sig: the bundle's signature cannot be read" in capsys.readouterr().err
    sign_manifest(earlier, manifest, place / "own.pem", None, None)
    assert run(cli, [*words, *trust], "prodcls") == 0
