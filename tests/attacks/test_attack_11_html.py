"""HTML and scripts in any field of a product, in class names, in file names: stored cross-site scripting (CWE-79).

A template named ``.html.j2`` is not escaped by Jinja's ``select_autoescape()``. Here 120 payloads go the whole way,
from the cells of a file through fit and check into pages. These have no kind of element or attribute that harmless ones
do not have, no more scripts, and lead nowhere. (`test_render` fills every field of the report itself.)
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from attacks import rounds
from hostile import HOSTILE
from prodcls.checking import check_catalogue
from prodcls.config import FitConfig
from prodcls.progress import SilentProgress
from prodcls.render import render_check
from prodcls.training import fit_catalogue
from synthetic import catalogue_rows, use_fake_encoders, write_csv

CLASSES = 3
EXAMPLES = Path(__file__).resolve().parents[2] / "reports"
URL = re.compile(
    r"#[\w.%~-]*|data:,|data:image/(?:png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=]*|(?:\.\./)?[\w.%~/-]+\.html(?:#[\w.%-]*)?"
)
PAYLOADS = [text for text in HOSTILE if not re.search("[\0\ud800-\udfff]", text)]


class Page(HTMLParser):
    """The kinds of elements of a page, with their attributes, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.kinds: set[tuple[str, str]] = set()
        self.urls: set[str] = set()
        self.scripts = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.kinds |= {(tag, "")} | {(tag, name) for name, _ in attrs}
        self.urls |= {value or "" for name, value in attrs if name in {"href", "src", "action", "data", "srcset"}}


def written(folder: Path, names: list[str], texts: list[str]) -> list[Page]:
    """Fit a catalogue with ``texts`` in every cell that takes text; return all of its pages."""
    rows = catalogue_rows(dict.fromkeys(names, 45), seed=11)
    for i, row in enumerate(rows):
        one = texts[i % len(texts)]
        row |= {"id": f"{one} {i}", "title": f"{row['title']} {one}", "brand": one, "image": f"{one[:40]}.jpg"}
        row |= {"description": f"{one} {texts[(i + 1) % len(texts)]}", one.replace("\r", " ").strip() or "more": one}
    header = list(dict.fromkeys(key for row in rows[:1] for key in row))
    rows = [{key: row.get(key, texts[i % len(texts)]) for key in header} for i, row in enumerate(rows)]
    folder.mkdir()
    path = write_csv(folder / f"{re.sub('[/.]', '', texts[0])[:40] or 'x'}.csv", rows)
    clean = names == sorted(names)
    options = {"catalogue": path, "out": folder / "out", "cache_dir": folder / "cache", "clean": clean}
    fit_catalogue(
        FitConfig(**options, baselines=False, witnesses=0, robustness=0, dossiers=5, folds=2), SilentProgress()
    )
    pages = [page.read_text(encoding="utf-8") for page in sorted((folder / "out").rglob("*.html"))]
    assert len(pages) >= 6
    return [
        Page(page) for page in (*pages, render_check(check_catalogue(FitConfig(**options), SilentProgress()), "zh"))
    ]


def test_hostile_cells_add_no_element_attribute_or_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    calm = written(
        tmp_path / "calm", ["cup", "pan", "pot"], [f"plain{i}  <b>&amp;</b>ＡＢ" for i in range(len(PAYLOADS))]
    )
    calm += [Page(page.read_text(encoding="utf-8")) for page in EXAMPLES.rglob("*.html")]
    kinds = set().union(*(page.kinds for page in calm))
    assert not any(name.startswith("on") for _, name in kinds)
    scripts = max(page.scripts for page in calm)
    for turn in range(rounds(2, len(PAYLOADS) // CLASSES)):
        texts = PAYLOADS[turn * CLASSES :] + PAYLOADS[: turn * CLASSES]
        for page in written(tmp_path / str(turn), [f"{text} {k}" for k, text in enumerate(texts[:CLASSES])], texts):
            assert page.kinds <= kinds
            assert page.scripts <= scripts
            assert [url for url in page.urls if not URL.fullmatch(url)] == []
