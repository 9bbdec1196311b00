"""Parts of a notebook in a real browser: the page around them looks as before, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from case_factory import make_case
from prodcls.description import describe
from prodcls.notebook import account_part, bundle_part
from real_bundle import real
from test_notebook import ATTACK, account_with
from test_report_browser import AXE, browser, open_page, pytestmark, unfold

__all__ = ["browser", "pytestmark"]

HOST = """<!DOCTYPE html><html lang="en"><head><title>A notebook</title><style>
body {{ font: 14px Georgia, serif; margin: 20px; }} table, td, tr {{ border: 3px solid red; background: yellow; }}
h2 {{ font: 40px monospace; color: green; }} section {{ padding: 99px; }}</style></head>
<body{mark}><main><h1>Mine</h1><h2 class="see">Own</h2><table class="scroll"><tr><td>cell</td></tr></table>
<a class="term" href="#x" id="x">link</a><p class="product why">text</p>{parts}</main></body></html>"""
OWN = "main > h2, main > table, main > table td, main > a, main > p, body, html"
LOOKS = """return [...document.querySelectorAll(arguments[0])].map((e) => {
  const s = getComputedStyle(e);
  const kept = [...s].filter((n) => !/^(width|height|(block|inline)-size|.*-origin)$/.test(n));
  return kept.map((n) => n + s.getPropertyValue(n)).join();
});"""


def notebook(folder: Path, parts: str, mark: str = "") -> Path:
    path = folder / "notebook.html"
    path.write_text(HOST.format(parts=parts, mark=mark), encoding="utf-8")
    return path


def test_the_rest_of_the_page_looks_as_before(browser: Any, tmp_path: Path) -> None:
    parts = account_with(ATTACK) + bundle_part(describe(real().bundle))
    open_page(browser, notebook(tmp_path, ""))
    before = browser.execute_script(LOOKS, OWN)
    open_page(browser, notebook(tmp_path, parts))
    assert browser.execute_script(LOOKS, OWN) == before
    assert len(before) == 7
    inner = "return getComputedStyle(document.querySelector(arguments[0])).getPropertyValue(arguments[1])"
    assert browser.execute_script(inner, ".prodcls h2", "font-size") == "20px"
    assert browser.execute_script(inner, ".prodcls section", "padding-top") == "0px"
    assert browser.execute_script(inner, ".prodcls td", "background-color") == "rgba(0, 0, 0, 0)"


PAPER = "return getComputedStyle(document.querySelector('.prodcls')).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(17, 20, 26)"


@pytest.mark.parametrize(
    ("mark", "scheme", "paper"),
    [
        ("", "light", LIGHT),
        ("", "dark", DARK),
        (' data-jp-theme-light="true"', "dark", LIGHT),
        (' data-jp-theme-light="false"', "light", DARK),
        (' class="vscode-dark"', "light", DARK),
        (' class="vscode-light"', "dark", LIGHT),
    ],
)
def test_the_tones_are_those_of_the_notebook(browser: Any, tmp_path: Path, mark: str, scheme: str, paper: str) -> None:
    open_page(browser, notebook(tmp_path, account_part(make_case()), mark), scheme=scheme)
    assert browser.execute_script(PAPER) == paper


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_part_is_accessible(browser: Any, tmp_path: Path, scheme: str) -> None:
    parts = account_part(make_case(methods=("chain", "lime"))) + bundle_part(describe(real().bundle), "zh")
    open_page(browser, notebook(tmp_path, parts), scheme=scheme)
    unfold(browser)
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    script = "axe.run('.prodcls', {resultTypes: ['violations']}).then(arguments[0])"
    found = browser.execute_async_script(script)["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found] == []
