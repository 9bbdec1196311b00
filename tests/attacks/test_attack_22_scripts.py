"""Attack 22: titles in thirty scripts, and the characters by which a title can pass for another.

Reason: text in Thai, Persian, Hindi or emoji breaks where a program takes invisible characters for noise, or a code
unit for a letter; and where it does not, direction controls turn what stands beside a title (``gnp.exe`` shown as
``exe.png``: CVE-2021-42574, "Trojan Source", and CVE-2009-3376 for file names), and zero-width characters hide words
from a classifier that a reader sees. Pass line: no title of the thirty scripts is changed by cleaning; whatever is
planted in one is gone after it; ids and titles come back from the scored file and from the page of a real browser
character for character, and none of them turns the words around it.
"""

from __future__ import annotations

import dataclasses
import json
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from attacks import rounds
from bundle_factory import COLUMNS, product_rows, saved, stand_in, write_catalogue
from case_factory import make_case
from prodcls import scoring_rows
from prodcls.catalogue import Catalogue
from prodcls.cleaning import clean, trace
from prodcls.inputs import Inputs
from prodcls.progress import SilentProgress
from prodcls.render import render_audit, render_why
from prodcls.scoring import PredictOptions, predict_catalogue
from report_factory import make_report
from scripts import SCRIPTS
from test_report_browser import browser, open_page, unfold
from test_report_browser import pytestmark as in_browser

__all__ = ["browser"]

TITLES = {name: unicodedata.normalize("NFC", text) for name, text in SCRIPTS.items()}
EMOJI = "👩\u200d👩\u200d👧\u200d👦 🏴\u200d☠️ ❤️\u200d🔥 👍🏽 🇨🇭 1️⃣"
PLANTED = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u2060\ufeff\u00ad"
"""Direction controls, and what hides words: zero-width space, word joiner, byte-order mark, soft hyphen."""

SPOOFS = ("\u202eexe.gnp", "\u2067invoice\u2066\u202d", "pay\u202e\u2066lap", "\u2069\u2069\u202cout of the isolate")


def test_thirty_scripts_are_there_and_none_is_changed() -> None:
    changed = {name: trace(text) for name, text in {**TITLES, "emoji": EMOJI}.items() if trace(text)}
    assert changed == {}
    assert len(TITLES) >= 30


def test_what_is_planted_in_a_title_is_gone_and_nothing_else() -> None:
    rng = random.Random(22)
    wrong, n = [], 0
    for _ in range(rounds(20, 1000)):
        for name, text in TITLES.items():
            spots = [i for i in range(len(text) + 1) if not joined(text, i)]
            at, planted = rng.choice(spots), "".join(rng.choices(PLANTED, k=rng.randint(1, 4)))
            wrong += [(name, at, planted)] if clean(text[:at] + planted + text[at:]) != text else []
            n += 1
    assert wrong == [], f"{len(wrong)} of {n}"


def joined(text: str, at: int) -> bool:
    """Whether a joiner stands at either side, whose neighbours decide of it."""
    return any(c in "\u200c\u200d" for c in text[max(0, at - 1) : at + 1])


def test_ids_and_titles_pass_through_a_prediction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def read(catalogue: Catalogue, *rest: object, **options: object) -> Inputs:
        seen.extend(catalogue.texts["title"])
        return stand_in(catalogue, *rest, **options)

    monkeypatch.setattr(scoring_rows, "prepare", read)
    bundle = saved(tmp_path / "bundle")
    names = list(TITLES)
    made = zip(product_rows(tmp_path), names, strict=False)
    rows = [{**row, "id": TITLES[name][:20].strip(), "title": TITLES[name]} for row, name in made]
    ids = [row["id"] for row in rows]
    for kind in (".parquet", ".jsonl"):
        path, out = write_catalogue(tmp_path / "new.csv", rows, COLUMNS), tmp_path / f"scored{kind}"
        predict_catalogue(bundle, path, out, PredictOptions(batch_size=7, top_k=1), progress=SilentProgress())
        if kind == ".parquet":
            found = pq.read_table(out)["id"].to_pylist()
        else:
            found = [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()]
        assert found == ids
    assert seen == [TITLES[n] for n in names] * 2


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("scripts")
    titles = [*TITLES.values(), EMOJI, *SPOOFS]
    report = make_report(3)
    dossiers = tuple(
        dataclasses.replace(report.dossiers[0], id=f"p{i}", fields={**report.dossiers[0].fields, "title": title})
        for i, title in enumerate(titles)
    )
    page = render_audit(dataclasses.replace(report, dossiers=dossiers))
    (root / "audit.html").write_text(page, encoding="utf-8")
    for i, title in enumerate(titles[:: rounds(6, 1)]):
        case = make_case(title, title, name=title[:30], cell=title, predicted=title)
        (root / f"why-{i}.html").write_text(render_why(case, "zh"), encoding="utf-8")
        (root / f"why-{i}.txt").write_text(title, encoding="utf-8")
    return root


WORDS = """
return [...document.querySelectorAll(arguments[0])].map((e) => {
  const copy = e.cloneNode(true);
  for (const figure of copy.querySelectorAll("sup")) figure.remove();
  return copy.textContent;
});
"""

OUTSIDE = """
const bare = [], told = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const strong = /[\\u0590-\\u08ff\\u202a-\\u202e\\u2066-\\u2069\\ufb1d-\\ufdff\\ufe70-\\ufefc]|\\ud83a/;
const isolated = "bdi, [dir='auto'], svg text, svg title, script, style";
while (told.nextNode()) {
  const text = told.currentNode.textContent.replace(/\\u2068[^\\u2068\\u2069]*\\u2069/g, "");
  if (strong.test(text) && !told.currentNode.parentElement.closest(isolated)) bare.push(text);
}
return bare;
"""
"""Texts with right-to-left letters or controls in them that nothing keeps apart from the words around them."""


def views(browser: Any, page: Path) -> Iterator[int]:
    for width in (360, 1440):
        open_page(browser, page, width)
        unfold(browser)
        yield width


@in_browser
def test_a_browser_shows_every_title_of_a_report_as_it_is(browser: Any, pages: Path) -> None:
    for width in views(browser, pages / "audit.html"):
        shown = browser.execute_script(WORDS, "article.card h3.written")
        assert shown == [*TITLES.values(), EMOJI, *SPOOFS]
        assert browser.execute_script(OUTSIDE) == []
        assert browser.execute_script(OUTSIDE.replace("bdi, [dir='auto'], ", "")) != []  # it would see them
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@in_browser
def test_a_browser_shows_every_title_of_a_product_as_it_is(browser: Any, pages: Path) -> None:
    for page in sorted(pages.glob("why-*.html")):
        title = page.with_suffix(".txt").read_text(encoding="utf-8")
        for width in views(browser, page):
            assert browser.execute_script(WORDS, "h1")[0] == title
            assert title in browser.execute_script(WORDS, ".written")
            assert browser.execute_script(OUTSIDE) == []
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
