"""The lookup pages in a real browser: a product is found, explained, held against another class, and changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import Select, WebDriverWait

from prodcls.atomic import cache_root
from prodcls.overrides import read_overrides
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.training import FitOutcome
from service_factory import Running, form, running
from test_report_browser import AXE, REQUIRED, WIDTHS, browser, pytestmark  # noqa: F401 - a fixture and a mark

NO_AXE = "axe-core is not installed (npm install --no-save axe-core, or set AXE_CORE)"
WASHER = "washing machine 洗衣机 10 kg"


def at(service: Running, path: str) -> str:
    return f"http://127.0.0.1:{service.port}{path}"


@contextmanager
def leaving(browser: Any) -> Iterator[None]:  # noqa: F811
    """Wait for the page that what is done in the block leads to."""
    page = browser.find_element(By.TAG_NAME, "html")
    yield
    # The driver may ask for the old page at the very moment when it goes, which is no more than what is waited for.
    WebDriverWait(browser, 60, ignored_exceptions=[WebDriverException]).until(staleness_of(page))
    WebDriverWait(browser, 60).until(lambda b: b.execute_script("return document.readyState") == "complete")


def text(browser: Any, css: str) -> str:  # noqa: F811 - the fixture that is imported
    return str(browser.find_element(By.CSS_SELECTOR, css).text)


@pytest.fixture(params=["script", "no script"])
def scripted(request: pytest.FixtureRequest, browser: Any) -> Iterator[bool]:  # noqa: F811
    """Whether the pages' scripts run."""
    found = request.param == "script"
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not found})
    yield found
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize(("lang", "ask", "tried"), [("en", "Classify", "Before"), ("zh", "分类", "修改前")])
def test_from_words_to_why_to_what_if(
    browser: Any,  # noqa: F811
    service: Running,
    demo_row: dict[str, str],
    lang: str,
    ask: str,
    tried: str,
    scripted: bool,
) -> None:
    browser.get(at(service, f"/?lang={lang}"))
    field = browser.find_element(By.NAME, "q")
    field.send_keys(demo_row["title"])
    with leaving(browser):
        field.send_keys(Keys.ENTER)
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, f'.hits a[href*="id={demo_row["id"]}&"]').click()
    assert demo_row["title"] in text(browser, "h1")
    before = text(browser, ".outcomes")
    choice = Select(browser.find_element(By.NAME, "versus"))
    other = next(o.get_attribute("value") for o in choice.options if not o.is_selected())
    choice.select_by_value(other)
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, ".ask button").click()
    assert other in text(browser, ".outcomes")
    assert text(browser, ".outcomes") != before
    with leaving(browser):
        browser.find_element(By.CSS_SELECTOR, "a.second").click()
    title = browser.find_element(By.NAME, "cell-0")
    title.clear()
    title.send_keys(WASHER)
    for name in ("cell-1", "cell-2", "cell-4"):
        browser.find_element(By.NAME, name).clear()
    browser.find_element(By.NAME, "keep").click()
    button = browser.find_element(By.CSS_SELECTOR, ".edit button")
    assert ask in button.text
    assert browser.find_element(By.CSS_SELECTOR, ".do .see").is_displayed() == scripted
    with leaving(browser):
        button.click()
    assert tried in text(browser, ".answer")
    assert text(browser, ".answer li:first-child bdi") == "Washing machines 洗衣机"
    assert browser.find_element(By.NAME, "cell-0").get_attribute("value") == WASHER
    with leaving(browser):  # the other language keeps the product
        browser.find_element(By.CSS_SELECTOR, ".tongue").click()
    assert text(browser, "h1 + .sub code") == demo_row["id"]
    told = [one for one in browser.get_log("browser") if one["level"] in ("SEVERE", "WARNING")]
    assert told == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_answers_follow_what_is_typed(
    browser: Any,  # noqa: F811
    service: Running,
    demo_row: dict[str, str],
    lang: str,
) -> None:
    browser.get(at(service, f"/try?origin={demo_row['id']}&lang={lang}"))
    page = browser.find_element(By.TAG_NAME, "html")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".answer")) == 1  # of the product as it is
    for name in ("cell-0", "cell-1", "cell-2", "cell-4"):
        browser.find_element(By.NAME, name).clear()
    browser.find_element(By.NAME, "keep").click()
    title = browser.find_element(By.NAME, "cell-0")
    title.send_keys(WASHER)
    wait = WebDriverWait(browser, 60, ignored_exceptions=[StaleElementReferenceException, NoSuchElementException])
    wait.until(lambda b: text(b, ".answer li:first-child bdi") == "Washing machines 洗衣机")
    assert WASHER.split(maxsplit=1)[0] in text(browser, "#reasons")
    title.clear()
    title.send_keys("headphones 耳机")
    wait.until(lambda b: text(b, ".answer li:first-child bdi") == "Headphones 耳机")
    assert title.get_attribute("value") == "headphones 耳机"  # the field was not replaced under the hands
    assert page.is_displayed()
    browser.get(at(service, f"/?lang={lang}"))
    all_of_them = text(browser, "#found .see")
    browser.find_element(By.NAME, "q").send_keys(demo_row["title"])
    wait.until(lambda b: text(b, "#found .see") != all_of_them)
    assert browser.find_elements(By.CSS_SELECTOR, f'.hits a[href*="id={demo_row["id"]}&"]')
    browser.refresh()  # the address is that of what is shown
    assert browser.find_element(By.NAME, "q").get_attribute("value") == demo_row["title"]
    told = [one for one in browser.get_log("browser") if one["level"] in ("SEVERE", "WARNING")]
    assert told == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(browser: Any, service: Running, demo_row: dict[str, str], width: int) -> None:  # noqa: F811
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for path in ("/?q=", f"/product?id={demo_row['id']}", f"/try?origin={demo_row['id']}", "/model"):
        browser.get(at(service, f"{path}{'&' if '?' in path else '?'}lang=en"))
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(wide) <= 0, path


def faults(browser: Any) -> list[tuple[str, str]]:  # noqa: F811
    """Return what axe-core finds on the page that is open."""
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    found = browser.execute_async_script("axe.run(document).then(arguments[0])")
    return [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]]


@pytest.mark.skipif(not (AXE.is_file() or REQUIRED), reason=NO_AXE)
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(browser: Any, service: Running, demo_row: dict[str, str], lang: str, scheme: str) -> None:  # noqa: F811
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    for path in (
        "/?q=camera",
        f"/product?id={demo_row['id']}",
        f"/try?origin={demo_row['id']}",
        "/model?",
        "/product?id=none",
    ):
        browser.get(at(service, f"{path}&lang={lang}"))
        if path.startswith("/try"):
            with leaving(browser):
                browser.find_element(By.CSS_SELECTOR, ".edit button").click()
            assert browser.find_elements(By.CSS_SELECTOR, ".answer")
        assert faults(browser) == [], path


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
    assert len(browser.find_elements(By.CSS_SELECTOR, ".outcomes")) == 1  # why it was decided so
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


def test_numbers_choose_a_class_while_a_choice_has_the_focus(browser: Any, deciding: tuple[Running, Path]) -> None:  # noqa: F811
    service, _ = deciding
    keys = re.findall(r'/decide\?key=([^&"]+)', service.get("/review", lang="en").text)
    for key in keys[:30]:
        browser.get(at(service, f"/decide?key={key}&lang=en"))
        options = browser.find_elements(By.NAME, "decision")
        if len(options) > 1:
            break
    assert len(options) > 1
    browser.switch_to.active_element.send_keys("2")
    assert [one.is_selected() for one in options[:2]] == [False, True]
    reason = browser.find_element(By.NAME, "reason")
    reason.send_keys("1 of 2")
    assert reason.get_attribute("value") == "1 of 2"
    assert [one.is_selected() for one in options[:2]] == [False, True]


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


@pytest.mark.skipif(not (AXE.is_file() or REQUIRED), reason=NO_AXE)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_of_decisions_are_accessible(browser: Any, deciding: tuple[Running, Path], lang: str) -> None:  # noqa: F811
    service, _ = deciding
    key = re.findall(r'/decide\?key=([^&"]+)', service.get("/review", lang=lang).text)[0]
    for path in ("/review?", f"/decide?key={key}"):
        browser.get(at(service, f"{path}&lang={lang}"))
        assert faults(browser) == [], path
