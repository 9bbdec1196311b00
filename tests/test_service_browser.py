"""The lookup pages in a real browser: a product is found, explained, held against another class, and changed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import Select, WebDriverWait

from prodcls.atomic import cache_root
from prodcls.overrides import read_overrides
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.training import FitOutcome
from service_factory import Running, form, running
from test_report_browser import AXE, REQUIRED, WIDTHS, browser, pytestmark  # noqa: F401 - a fixture and a mark


@pytest.fixture(scope="module")
def service(fitted_demo: FitOutcome) -> Iterator[Running]:
    with running(fitted_demo.bundle_path, "--image-root", str(cache_root() / "demo")) as found:
        yield found


@pytest.fixture(scope="module")
def row() -> dict[str, str]:
    with (cache_root() / "demo" / "products.csv").open(encoding="utf-8", newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["image"] and row["price"] and row["title"])


def at(service: Running, path: str) -> str:
    return f"http://127.0.0.1:{service.port}{path}"


@contextmanager
def leaving(browser: Any) -> Iterator[None]:  # noqa: F811
    """Wait for the page that what is done in the block leads to."""
    page = browser.find_element(By.TAG_NAME, "html")
    yield
    WebDriverWait(browser, 60).until(staleness_of(page))
    WebDriverWait(browser, 60).until(lambda b: b.execute_script("return document.readyState") == "complete")


def text(browser: Any, css: str) -> str:  # noqa: F811 - the fixture that is imported
    return str(browser.find_element(By.CSS_SELECTOR, css).text)


@pytest.mark.parametrize(("lang", "ask", "tried"), [("en", "Classify", "Before"), ("zh", "分类", "修改前")])
def test_from_words_to_why_to_what_if(
    browser: Any,  # noqa: F811
    service: Running,
    row: dict[str, str],
    lang: str,
    ask: str,
    tried: str,
) -> None:
    browser.get(at(service, f"/?lang={lang}"))
    field = browser.find_element(By.NAME, "q")
    field.send_keys(row["title"])
    with leaving(browser):
        field.submit()
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, f'.hits a[href*="id={row["id"]}&"]').click()
    assert row["title"] in text(browser, "h1")
    before = text(browser, ".outcomes")
    choice = Select(browser.find_element(By.NAME, "versus"))
    other = next(o.get_attribute("value") for o in choice.options if not o.is_selected())
    choice.select_by_value(other)
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, ".ask button").click()
    assert other in text(browser, ".outcomes")
    assert text(browser, ".outcomes") != before
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, ".ask .button").click()
    title = browser.find_element(By.NAME, "cell-0")
    title.clear()
    title.send_keys("washing machine 洗衣机 10 kg")
    for name in ("cell-1", "cell-2", "cell-4"):
        browser.find_element(By.NAME, name).clear()
    browser.find_element(By.NAME, "keep").click()
    button = browser.find_element(By.CSS_SELECTOR, ".edit button")
    assert ask in button.text
    with leaving(browser):
        button.click()
    assert tried in text(browser, ".answer")
    assert text(browser, ".answer li:first-child bdi") == "Washing machines 洗衣机"
    assert browser.find_element(By.NAME, "cell-0").get_attribute("value") == "washing machine 洗衣机 10 kg"
    told = [one for one in browser.get_log("browser") if one["level"] in ("SEVERE", "WARNING")]
    assert told == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(browser: Any, service: Running, row: dict[str, str], width: int) -> None:  # noqa: F811
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for path in ("/?q=", f"/product?id={row['id']}", f"/try?origin={row['id']}", "/model"):
        browser.get(at(service, f"{path}{'&' if '?' in path else '?'}lang=en"))
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(wide) <= 0, path


@pytest.mark.skipif(
    not (AXE.is_file() or REQUIRED),
    reason="axe-core is not installed (npm install --no-save axe-core, or set AXE_CORE)",
)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(browser: Any, service: Running, row: dict[str, str], lang: str, scheme: str) -> None:  # noqa: F811
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    axe = Path(AXE).read_text(encoding="utf-8")
    for path in ("/?q=camera", f"/product?id={row['id']}", f"/try?origin={row['id']}", "/model?", "/product?id=none"):
        browser.get(at(service, f"{path}&lang={lang}"))
        browser.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
        found = browser.execute_async_script("axe.run(document).then(arguments[0])")
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == [], path


@pytest.fixture(scope="module")
def deciding(fitted_demo: FitOutcome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    folder = tmp_path_factory.mktemp("deciding")
    catalogue, scored, overrides = cache_root() / "demo" / "products.csv", folder / "s.parquet", folder / "o.jsonl"
    predict_catalogue(fitted_demo.bundle_path, catalogue, scored, PredictOptions(), progress=SilentProgress())
    given = ("--review", str(scored), "--overrides", str(overrides), "--catalogue", str(catalogue))
    with running(fitted_demo.bundle_path, *given) as found:
        yield found, overrides


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_people_accept_and_override(browser: Any, deciding: tuple[Running, Path], lang: str) -> None:  # noqa: F811
    service, overrides = deciding
    before = len(read_overrides(overrides).records) if overrides.exists() else 0
    browser.get(at(service, f"/review?lang={lang}"))
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, ".hits tbody a").click()
    first = text(browser, "h1 + .sub code")
    predicted = browser.find_element(By.CSS_SELECTOR, "[name=decision]:checked").get_attribute("value")
    browser.find_element(By.NAME, "who").send_keys("J.D.")
    browser.find_element(By.NAME, "reason").send_keys("it says so")
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, ".edit button").click()
    second = text(browser, "h1 + .sub code")
    assert browser.find_element(By.NAME, "who").get_attribute("value") == "J.D."
    browser.find_element(By.NAME, "other").send_keys("Cameras 相机")
    browser.find_element(By.NAME, "reason").send_keys("a lens is to be seen")
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, ".edit button").click()
    made = read_overrides(overrides).records[before:]
    assert [(o.id, o.decision, o.reason) for o in made] == [
        (first, predicted, "it says so"),
        (second, "Cameras 相机", "a lens is to be seen"),
    ]
    assert {o.who for o in made} == {"J.D."}
    assert text(browser, "h1 + .sub code") not in (first, second)


def test_a_decision_that_lacks_something_is_not_recorded(browser: Any, deciding: tuple[Running, Path]) -> None:  # noqa: F811
    service, overrides = deciding
    before = read_overrides(overrides).records
    key = str(service.get("/review", lang="en").text.split("decide?key=")[1].split("&")[0])
    for fields in (
        {"key": key, "decision": "Cameras 相机", "who": "J.D.", "reason": ""},
        {"key": key, "decision": "", "other": "No class", "who": "J.D.", "reason": "so"},
        {"key": key, "decision": "Cameras 相机", "who": "", "reason": "so"},
    ):
        body, headers = form(fields)
        answer = service.ask("POST", "/decide?lang=en", body, headers)
        assert (answer.status, 'role="alert"' in answer.text) == (200, True)
    assert service.get("/decide", key="k000000000000.0000000000000000").status == 404
    assert read_overrides(overrides).records == before
    browser.get(at(service, f"/decide?key={key}&lang=en"))
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": Path(AXE).read_text(encoding="utf-8")})
    found = browser.execute_async_script("axe.run(document).then(arguments[0])")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
