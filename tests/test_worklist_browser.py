"""The page on which people decide, in a real browser: from a press on a class to a recorded decision."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from prodcls.language import load_language
from prodcls.render import render_worklist
from prodcls.worklist import Worklist, line_key
from prodcls.worklist_checks import Against, check_filled
from prodcls.worklist_files import file_words, read_filled
from test_report_browser import AXE, REQUIRED, WIDTHS, browser, open_page, pytestmark  # noqa: F401 - a fixture and a mark
from test_sections_worklist import BUNDLE, make_worklist

HARD = '=1+1 "a", \u202e水壶\n\'x'
"""A name with all that a table can break on."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("worklists")
    for name, text, lang in (("en", "Steel kettle", "en"), ("zh", "不锈钢电水壶 " * 9, "zh"), ("hard", HARD, "en")):
        found = make_worklist(text, 12)
        words = file_words(found, "decided.csv", load_language(lang))
        (root / f"{name}.html").write_text(render_worklist(found, words, lang), encoding="utf-8")
    return root


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:  # noqa: F811 - the fixture that is imported
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    yield browser
    browser.execute_script("document.querySelectorAll('[name=decision]').forEach((e) => { e.value = ''; })")
    browser.execute_script("document.querySelector('[name=decision]')?.dispatchEvent(new Event('input'))")
    browser.get("about:blank")  # with nothing decided it asks no question


def downloaded(folder: Path) -> Path:
    """Wait for the table; the browser writes it under another name first."""
    until = time.monotonic() + 60
    while not (folder / "decided.csv").exists():
        assert time.monotonic() < until, "nothing was downloaded"
        time.sleep(0.05)
    return folder / "decided.csv"


def against(found: Worklist) -> Against:
    rows = {line_key(BUNDLE, item.scored): item.scored for item in found.items}
    return Against(rows, found.classes, (), BUNDLE, "5" * 64, datetime.now(UTC))


@pytest.mark.parametrize(("name", "text"), [("en", "Steel kettle"), ("hard", HARD)])
def test_a_decision_is_taken_saved_and_imported(opened: Any, site: Path, tmp_path: Path, name: str, text: str) -> None:
    open_page(opened, site / f"{name}.html", 768)
    first, second, *_ = opened.find_elements("css selector", ".item")
    told, download = (opened.find_element("css selector", f"#{name}") for name in ("told", "download"))
    options = first.find_elements("css selector", "[data-class]")
    options[1].click()
    assert [o.get_attribute("aria-pressed") for o in options] == ["false", "true", "false"]
    assert told.text == "1 of 12 decided, without a reason: 1"
    download.click()
    assert told.text == "Say first who decides."
    opened.find_element("css selector", "#who").send_keys("J.D.")
    download.click()
    assert told.text == "This decision lacks a reason."
    assert opened.switch_to.active_element == first.find_element("css selector", "[name=reason]")
    opened.switch_to.active_element.send_keys('=it "rings", 真的')
    second.find_element("css selector", "[name=decision]").send_keys("Sofa")
    assert "--new-class" in second.find_element("css selector", ".fault").text
    second.find_element("css selector", "[name=decision]").clear()
    assert "done" in first.get_attribute("class")
    download.click()
    assert told.text == "1 decisions saved to decided.csv"
    found = make_worklist(text, 12)
    good, bad = check_filled(read_filled(downloaded(tmp_path)), against(found), "decided.csv")
    assert bad == []
    [decision] = good
    assert (decision.id, decision.who, decision.reason) == (found.items[0].scored.id, "J.D.", '=it "rings", 真的')
    assert decision.decision == options[1].get_attribute("data-class")
    assert opened.get_log("browser") == []


def test_it_is_narrowed_to_a_reason_and_read_without_the_script(opened: Any, site: Path) -> None:
    def shown() -> int:
        return sum(item.is_displayed() for item in opened.find_elements("css selector", ".item"))

    opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        open_page(opened, site / "en.html")
        assert shown() == 12
        opened.find_element("css selector", "#f-2").click()
        assert shown() == 6
        assert not any(
            e.is_displayed() for e in opened.find_elements("css selector", "input:not([type=radio]), button")
        )
        assert "Steel kettle 2 30.0%" in opened.find_element("css selector", ".items").text
        assert "runs its script" in opened.find_element("css selector", "main").text
    finally:
        opened.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["en", "zh", "hard"])
def test_nothing_overflows_and_nothing_is_requested(opened: Any, site: Path, name: str, width: int) -> None:
    opened.get_log("performance")
    opened.get_log("browser")
    open_page(opened, site / f"{name}.html", width)
    wide, seen = opened.execute_script("const e = document.documentElement; return [e.scrollWidth, e.clientWidth]")
    assert wide <= seen
    messages = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert [u for u in urls if not u.startswith((site.as_uri(), "data:"))] == []
    assert opened.get_log("browser") == []


@pytest.mark.skipif(not (AXE.is_file() or REQUIRED), reason="axe-core is not installed (see test_report_browser)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["en", "zh"])
def test_accessible(opened: Any, site: Path, name: str, scheme: str) -> None:
    open_page(opened, site / f"{name}.html", 768, scheme)
    opened.find_element("css selector", ".item [data-class]").click()
    opened.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found = opened.execute_async_script("axe.run(document).then(arguments[0])")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
