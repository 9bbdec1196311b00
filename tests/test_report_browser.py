"""The pages in a real browser: nothing overlaps or overflows, nothing is requested, all works without JavaScript."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from case_factory import make_case
from hostile import HOSTILE
from prodcls.render import dossier_filename, render_audit, render_dossier, render_index, render_why
from report_factory import make_report, with_thresholds
from test_render import filled

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
REQUIRED = bool(os.environ.get("PRODCLS_REQUIRE_BROWSER"))
"""Whether a missing browser or axe-core is a failure and no reason to skip."""
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and not REQUIRED,
    reason="chromium or chromedriver is not installed (Debian: chromium, chromium-driver)",
)

AXE = Path(os.environ.get("AXE_CORE", "node_modules/axe-core/axe.min.js"))
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDTHS = (360, 768, 1440)
REPORTS = {
    "en": (make_report(), "en"),
    "zh": (with_thresholds(make_report(8, chinese=True)), "zh"),
    "judged": (with_thresholds(make_report()), "en"),
    "long": (make_report(100, long=True), "en"),
    "heat": (make_report(25, long=True), "zh"),
    "hostile": (filled('"><img src=//evil.example/x.png onerror=alert(1)>'), "en"),
    "plain": (filled("plain"), "en"),
}

ATTACK = '"><img src=//evil.example/x.png onerror=alert(1)>'
CASES = {
    "en": (make_case(methods=("chain", "lime")), "en"),
    "zh": (make_case("不锈钢电水壶 1.5L", "泡茶 包邮 " * 40, predicted="水壶", versus="手机"), "zh"),
    "long": (make_case("Steel kettle " * 60, "W" * 400, name="p" * 200, predicted="K" * 90, versus="P" * 90), "en"),
    "hostile": (make_case(f"kettle {ATTACK}", f"tea {ATTACK}", name=ATTACK, cell=ATTACK, predicted=ATTACK), "en"),
    "harmless": (make_case("kettle plain", "tea plain", name="plain", cell="plain", predicted="plain"), "en"),
    "every": (make_case(" ".join(HOSTILE), " ".join(HOSTILE[::-1]), name="".join(HOSTILE)[:300]), "zh"),
}
"""Pages that say why one product is in its class, beside the reports."""

OVERLAPS = """
const past = (a, b) => a.right <= b.left + 1 || a.bottom <= b.top + 1;
const apart = (a, b) => past(a, b) || past(b, a);
const shown = (e) => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0; };
const bad = [];
for (const row of document.querySelectorAll(".r")) {
  const cells = [...row.children].filter(shown);
  const texts = [...row.querySelectorAll("text")].filter(shown);
  for (const group of [cells, texts]) for (let i = 0; i < group.length; i++) for (let j = i + 1; j < group.length; j++)
    if (!apart(group[i].getBoundingClientRect(), group[j].getBoundingClientRect()))
      bad.push([row.className, group[i].textContent, group[j].textContent]);
}
const numbers = [...document.querySelectorAll(".map > text")].map((e) => e.getBoundingClientRect());
for (const [i, a] of numbers.entries())
  for (const b of numbers.slice(i + 1)) if (!apart(a, b)) bad.push(["map", a.left, b.left]);
return bad.slice(0, 5);
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    for name, (report, lang) in REPORTS.items():
        (root / name / "products").mkdir(parents=True)
        (root / name / "audit.html").write_text(render_audit(report, lang), encoding="utf-8")
        for dossier in report.dossiers:
            page = root / name / "products" / dossier_filename(dossier.id)
            page.write_text(render_dossier(dossier, report, lang), encoding="utf-8")
        index = render_index([d.entry for d in report.dossiers], report, lang)
        (root / name / "products" / "index.html").write_text(index, encoding="utf-8")
    (root / "why").mkdir()
    for name, (case, lang) in CASES.items():
        (root / "why" / f"{name}.html").write_text(render_why(case, lang), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(600)  # axe-core on a page of 100 classes, beside other jobs
    yield driver
    driver.quit()


def open_page(browser: Any, path: Path, width: int = 1440, scheme: str = "light", media: str = "") -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    browser.get(path.as_uri())


def unfold(browser: Any) -> None:
    browser.execute_script("document.querySelectorAll('details').forEach((e) => { e.open = true; })")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["en", "zh", "long", "heat"])
def test_nothing_overflows_or_overlaps(browser: Any, site: Path, name: str, width: int) -> None:
    dossier = REPORTS[name][0].dossiers[1]
    products = site / name / "products"
    for page in (site / name / "audit.html", products / dossier_filename(dossier.id), products / "index.html"):
        open_page(browser, page, width)
        for _ in range(2):
            wide, seen = browser.execute_script(
                "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]"
            )
            assert wide <= seen
            assert browser.execute_script(OVERLAPS) == []
            unfold(browser)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["en", "zh", "long", "every"])
def test_the_page_of_one_product_neither_overflows_nor_overlaps(
    browser: Any, site: Path, name: str, width: int
) -> None:
    open_page(browser, site / "why" / f"{name}.html", width)
    for _ in range(2):
        wide, seen = browser.execute_script("const e = document.documentElement; return [e.scrollWidth, e.clientWidth]")
        assert wide <= seen
        assert browser.execute_script(OVERLAPS) == []
        unfold(browser)


@pytest.mark.parametrize("name", ["en", "zh", "judged"])
def test_verdict_fits_one_screen(browser: Any, site: Path, name: str) -> None:
    open_page(browser, site / name / "audit.html", 1440)
    assert (
        browser.execute_script("return document.querySelector('#verdict .pair').getBoundingClientRect().bottom") <= 900
    )


def test_nothing_is_requested_and_nothing_complains(browser: Any, site: Path) -> None:
    browser.get_log("performance")
    browser.get_log("browser")
    for page in sorted(site.rglob("*.html")):
        open_page(browser, page)
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert len(urls) >= len(REPORTS)
    assert [u for u in urls if not u.startswith((site.as_uri(), "data:"))] == []
    assert browser.get_log("browser") == []


def test_hostile_text_adds_no_element_in_a_real_parser(browser: Any, site: Path) -> None:
    script = "return [...document.querySelectorAll('*')].map((e) => e.tagName + ' ' + e.getAttributeNames().join(' '))"
    found = []
    for name in ("hostile", "plain"):
        open_page(browser, site / name / "audit.html")
        found.append(browser.execute_script(script))
    assert found[0] == found[1]
    found = []
    for name in ("hostile", "harmless"):
        open_page(browser, site / "why" / f"{name}.html")
        found.append({*browser.execute_script(script)})
    assert found[0] == found[1]


def test_reads_without_javascript(browser: Any, site: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        open_page(browser, site / "en" / "audit.html")
        text = browser.find_element("css selector", "body").text
        assert browser.find_elements("css selector", "th button") == []
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    for words in ("Verdict", "Confusion matrix", "Contribution of each piece of evidence", "Glossary", "Runner-up"):
        assert words in text


def test_keyboard_reaches_contents_tables_and_products(browser: Any, site: Path) -> None:
    keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
    open_page(browser, site / "en" / "audit.html")
    reached = []
    for _ in range(140):
        browser.switch_to.active_element.send_keys(keys.TAB)
        reached.append(
            browser.execute_script(
                "const e = document.activeElement; return e.className + ' ' + e.tagName + ' ' + (e.hash || '')"
            )
        )
    assert reached[0] == "skip A #main"
    assert " A #verdict" in reached[1]
    assert any(entry.startswith("scroll DIV") for entry in reached)
    assert any("SUMMARY" in entry for entry in reached)


def test_the_index_is_searched_by_all_words(browser: Any, site: Path) -> None:
    open_page(browser, site / "en" / "products" / "index.html")
    box, told = (browser.find_element("css selector", f".search {tag}") for tag in ("input", "output"))
    rows = browser.find_elements("css selector", ".index tbody tr")
    assert len(rows) == 12
    box.send_keys("door Baby")
    found = [row.text for row in rows if row.is_displayed()]
    assert 0 < len(found) < 12
    assert all("door" in text.lower() and "baby" in text.lower() for text in found)
    assert told.text == f"{len(found)} of 12 rows"
    box.clear()
    box.send_keys(" ")
    assert all(row.is_displayed() for row in rows)
    assert told.text == ""


def test_the_index_is_complete_without_javascript(browser: Any, site: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        open_page(browser, site / "en" / "products" / "index.html")
        assert browser.find_elements("css selector", "input") == []
        links = [a.get_attribute("href") for a in browser.find_elements("css selector", ".index a")]
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert links == [(site / "en" / "products" / f"SKU{i:05d}.html").as_uri() for i in range(12)]


def test_tables_sort_by_a_click_on_the_head(browser: Any, site: Path) -> None:
    open_page(browser, site / "en" / "audit.html")
    unfold(browser)
    column = "return [...document.querySelectorAll('#perclass tbody tr')].map((r) => +r.cells[1].textContent)"
    browser.execute_script("document.querySelectorAll('#perclass th button')[1].click()")
    values = browser.execute_script(column)
    assert values == sorted(values)
    browser.execute_script("document.querySelectorAll('#perclass th button')[1].click()")
    assert browser.execute_script(column) == sorted(values, reverse=True)


def test_print_is_light_and_unfolded(browser: Any, site: Path) -> None:
    open_page(browser, site / "en" / "audit.html", 800, "dark", "print")
    style = "getComputedStyle(document.querySelector('{}')).{}"
    script = f"return [{style.format('body', 'backgroundColor')}, {style.format('.toc', 'display')}]"
    assert browser.execute_script(script) == ["rgb(255, 255, 255)", "none"]
    tables = "document.querySelectorAll('#performance details table')"
    heights = f"return [...{tables}].map((e) => e.getBoundingClientRect().height)"
    assert min(browser.execute_script(heights)) > 20


@pytest.mark.skipif(
    not (AXE.is_file() or REQUIRED),
    reason="axe-core is not installed (npm install --no-save axe-core, or set AXE_CORE)",
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["en", "zh", "long"])
def test_accessible(browser: Any, site: Path, name: str, scheme: str) -> None:
    dossier = REPORTS[name][0].dossiers[1]
    pages = (site / name / "audit.html", site / name / "products" / dossier_filename(dossier.id))
    for page in (*pages, site / name / "products" / "index.html", site / "why" / f"{name}.html"):
        open_page(browser, page, 768, scheme)
        unfold(browser)
        browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        found = browser.execute_async_script("axe.run(document).then(arguments[0])")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
