"""The command prints a line a check and leaves with a code that a pipeline can use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from prodcls.console import run
from prodcls.training import FitOutcome
from prodcls.verify import verify


def command(*arguments: object) -> int:
    return run(verify, [str(a) for a in arguments], "prodcls verify")


def test_what_is_intact_passes_with_a_line_a_check(fitted_demo: FitOutcome, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(fitted_demo.report_path.parent) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:12].strip() for line in lines[:-1]] == ["OK"] * 12
    assert fitted_demo.report.lineage.bundle_sha256 in lines[0]
    assert lines[-1] == "verified: 12 checks, all OK"


def test_what_differs_is_named_with_code_3(
    fitted_demo: FitOutcome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path(shutil.copy(fitted_demo.report_path, tmp_path / "audit.html"))
    page.write_bytes(page.read_bytes().replace(b"<main", b"<main hidden\x1b[2J", 1))
    assert command(page, "--bundle", fitted_demo.bundle_path) == 3
    out = capsys.readouterr().out
    assert "DIFFERS     audit.html: line " in out
    assert "NOT as it was written: audit.html" in out
    assert "\x1b" not in out


def test_json_says_the_same(fitted_demo: FitOutcome, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = Path(shutil.copytree(fitted_demo.bundle_path, tmp_path / "bundle"))
    assert command(bundle, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    names = ["bundle files", "bundle scores", "bundle encoders", "bundle report"]
    assert found["passed"] is True
    assert [c["name"] for c in found["checks"]] == names
    (bundle / "config.json").write_text("{}")
    assert command(bundle, "--json") == 3
    found = json.loads(capsys.readouterr().out)
    assert (found["passed"], [c["passed"] for c in found["checks"]]) == (False, [False, None])
    assert "config.json" in found["checks"][0]["details"][0]


@pytest.mark.parametrize("name", ["absent", "."])
def test_a_path_that_is_nothing_of_ours_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path / name) == 2
    assert capsys.readouterr().err.count("\n") == 1
