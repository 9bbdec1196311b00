"""The documentation is built without a warning, leads nowhere wrong, fetches nothing, and names all there is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import click
import pytest

from prodcls.cli import COMMANDS, cli
from test_report_browser import AXE, REQUIRED, browser, open_page  # noqa: F401 - a fixture
from test_report_browser import pytestmark as in_a_browser

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

FETCHING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "audio": "src"}
"""Elements that make a browser load something, and where they say what."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; tests of the suite have no network, and neither has this process."""
    out = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", str(DOCS), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return out


class _Page(HTMLParser):
    """Ids of a page, its links, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        # Of <link>, rel=index, search and the like are links and load nothing.
        if tag in FETCHING and (tag != "link" or set(given.get("rel", "").split()) & {"stylesheet", "icon", "preload"}):
            self.loads.append(given.get(FETCHING[tag], ""))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, _Page]:
    return {path.resolve(): _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_link_leads_somewhere(site: Path, pages: dict[Path, _Page]) -> None:
    lost = []
    for path, page in pages.items():
        for link in page.links + page.loads:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages[target].ids | {""} if target in pages else None
            if not target.is_file() or (known is not None and unquote(parts.fragment) not in known):
                lost.append(f"{path.relative_to(site.resolve())}: {link}")
    assert lost == []


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, _Page]) -> None:
    assert {link for page in pages.values() for link in page.loads if urlsplit(link).netloc} == set()
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^)\"']+", styles) == []


def test_every_page_is_reached(site: Path, pages: dict[Path, _Page]) -> None:
    found = {path.relative_to(site.resolve()).with_suffix("").as_posix() for path in pages}
    written = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")}
    assert written - found == {"adr/README"}


@in_a_browser
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("page", ["index", "reference/cli"])
def test_pages_are_accessible_and_fetch_nothing(browser: Any, site: Path, page: str, width: int) -> None:  # noqa: F811
    if not AXE.is_file():
        (pytest.fail if REQUIRED else pytest.skip)(f"axe-core is not at {AXE}: npm install --no-save axe-core")
    browser.get_log("performance")
    open_page(browser, site / f"{page}.html", width)
    asked = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
    assert sent
    assert [url for url in sent if url.startswith("http")] == []
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(wide) == 0
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script("axe.run(document).then(arguments[0])")
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_every_option_is_on_the_page_of_the_command_line(pages: dict[Path, _Page], site: Path) -> None:
    ids = pages[(site / "reference" / "cli.html").resolve()].ids
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        subs = command.commands.items() if isinstance(command, click.Group) else [("", command)]
        for sub, one in subs:
            words = "-".join(filter(None, ("prodcls", name, sub)))
            long = [o for p in one.params if isinstance(p, click.Option) for o in p.opts if o.startswith("--")]
            assert [o for o in long if f"cmdoption-{words}-{o.strip('-')}" not in ids] == []


def test_every_code_of_the_source_is_on_the_page_of_codes(site: Path) -> None:
    shown = (site / "reference" / "codes.html").read_text(encoding="utf-8")
    rows = dict(
        re.findall(r"<tr[^>]*><td><p><code[^>]*><span class=\"pre\">([a-z0-9-]+)</span></code>(.*?)</tr>", shown, re.S)
    )
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    literal = set(re.findall(r"code=\"([a-z0-9-]+)\"", source))
    literal |= set(re.findall(r"Problem\(\s*\d+,\s*\"([a-z0-9-]+)\"", source))
    literal |= {
        key[9:] for key in json.loads((ROOT / "src/prodcls/strings/en.json").read_text()) if key[:9] == "rejected."
    }
    assert len(literal) > 150
    assert literal - rows.keys() == set()
    assert [name for name, rest in rows.items() if not re.sub(r"<[^>]+>|\d+", "", rest).strip()] == []
