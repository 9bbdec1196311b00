"""The report made again from a bundle is the one that the fit wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bundle_factory import saved
from prodcls.console import run
from prodcls.pages import PAGE
from prodcls.report import report
from prodcls.training import FitOutcome


def files(folder: Path) -> dict[str, bytes]:
    found = [folder / "audit.json", folder / "audit.html", *(folder / "products").iterdir()]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def command(*arguments: object) -> int:
    return run(report, [str(a) for a in arguments], "prodcls report")


def test_it_is_the_fits_report_byte_by_byte(fitted_demo: FitOutcome, tmp_path: Path) -> None:
    shutil.copytree(fitted_demo.bundle_path, tmp_path / "elsewhere" / "bundle")
    assert command(tmp_path / "elsewhere" / "bundle") == 0
    written = files(tmp_path / "elsewhere")
    assert written == files(fitted_demo.report_path.parent)
    assert len(written) == 3 + len(fitted_demo.report.dossiers)


def test_the_other_language_differs_in_words_alone(
    fitted_demo: FitOutcome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(fitted_demo.bundle_path, "--out", tmp_path, "--lang", "zh") == 0
    assert capsys.readouterr().out == f"report: {tmp_path / PAGE} ({4 + len(fitted_demo.report.dossiers)} files)\n"
    told, again = files(fitted_demo.report_path.parent), files(tmp_path)
    assert told["audit.json"] == again["audit.json"]
    assert 'lang="zh' in again["audit.html"].decode()
    assert told.keys() == again.keys()


def test_a_bundle_without_a_report_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(saved(tmp_path / "bundle")) == 2
    assert "bundle-report" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_of_a_fit_that_did_not_finish_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved(tmp_path / "bundle")
    (tmp_path / "outputs.json").write_text('{"complete": false, "bundle": "", "files": {}}')
    assert command(tmp_path / "bundle") == 2
    assert "run it again, its bundle is whole [fit-unfinished]" in capsys.readouterr().err
    assert {p.name for p in tmp_path.iterdir()} == {"bundle", "outputs.json"}
