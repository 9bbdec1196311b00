"""A page becomes a PDF where a browser is installed; otherwise one line says how to get it."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from prodcls.console import run
from prodcls.errors import InputError
from prodcls.pdf import find_browser, print_page
from prodcls.render import render_audit
from prodcls.report import report
from prodcls.training import FitOutcome
from report_factory import make_report

needs_chromium = pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")


@needs_chromium
def test_a_page_is_printed_on_pages_of_paper(tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    page.write_text(render_audit(make_report(4, chinese=True), "zh"), encoding="utf-8")
    print_page(find_browser(), page, tmp_path / "audit.pdf")
    data = (tmp_path / "audit.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) > 3
    assert sorted(p.name for p in tmp_path.iterdir()) == ["audit.html", "audit.pdf"]


@needs_chromium
def test_the_command_prints_the_report(
    fitted_demo: FitOutcome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(report, [str(fitted_demo.bundle_path), "--out", str(tmp_path), "--pdf"], "prodcls report") == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"pdf: {tmp_path / 'audit.pdf'}"
    assert (tmp_path / "audit.pdf").stat().st_size > 50_000


def test_without_a_browser_one_line_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "bundle").mkdir()
    assert run(report, [str(tmp_path / "bundle"), "--pdf"], "prodcls report") == 2
    said = capsys.readouterr().err
    assert "apt install chromium" in said
    assert said.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize("browser", [sys.executable, "/nowhere/chromium"])
def test_a_browser_that_fails_is_told(browser: str, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    page.write_text("<p>x", encoding="utf-8")
    with pytest.raises(InputError, match="pdf-failed"):
        print_page(browser, page, tmp_path / "audit.pdf")
    assert [p.name for p in tmp_path.iterdir()] == ["audit.html"]
