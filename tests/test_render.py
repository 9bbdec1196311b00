"""The pages are whole, closed, the same every time, and no text of a catalogue becomes part of their structure."""

from __future__ import annotations

import base64
import dataclasses
import re
from collections import Counter
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prodcls.render
from hostile import HOSTILE
from prodcls.audit import AuditReport
from prodcls.audit_json import from_json, to_json
from prodcls.language import LANGUAGES
from prodcls.render import dossier_filename, render_audit, render_dossier
from report_factory import make_report, with_thresholds, without_accounts

VOID = frozenset({"meta", "link", "img", "br", "input", "hr"})
URLS = re.compile(
    r"#[a-z0-9-_]+|data:,|data:image/jpeg;base64,[A-Za-z0-9+/=]*|(\.\./audit\.html#|products/)[A-Za-z0-9_.~-]+|index\.html"
)


class Page(HTMLParser):
    """Start tags with the names of their attributes, links, identifiers, and whether all is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.structure: list[tuple[str, tuple[str, ...]]] = []
        self.urls: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.raw: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.structure.append((tag, tuple(name for name, _ in attrs)))
        given = dict(attrs)
        self.urls += [given[name] or "" for name in ("href", "src", "action", "data", "srcset") if name in given]
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("style", "script"):
            self.raw[self.open[-1]] = self.raw.get(self.open[-1], "") + data
        else:
            self.words.append(data)


def with_texts(item: Any, texts: Any) -> Any:
    """Return the report with every string, keys of dicts too, replaced by the next of ``texts``."""
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        hints = get_type_hints(type(item))
        open_fields = [f.name for f in dataclasses.fields(item) if get_origin(hints[f.name]) is not Literal]
        changes = {name: with_texts(getattr(item, name), texts) for name in open_fields}
        return dataclasses.replace(item, **changes)
    if isinstance(item, tuple):
        return tuple(with_texts(x, texts) for x in item)
    if isinstance(item, dict):
        return {with_texts(k, texts): with_texts(v, texts) for k, v in item.items()}
    return next(texts) if isinstance(item, str) else item


def numbered(prefix: str) -> Any:
    """Yield distinct texts that are otherwise alike."""
    number = 0
    while True:
        number += 1
        yield f"{prefix}.{number:06d}"


def pages(report: AuditReport, lang: str = "en") -> list[str]:
    return [render_audit(report, lang), *(render_dossier(d, report, lang) for d in report.dossiers[:2])]


def filled(text: str) -> AuditReport:
    """Return a small report with the text in every field."""
    report = make_report(4, sampled=5)
    report = dataclasses.replace(report, dossiers=report.dossiers[1:3])
    found = with_texts(report, numbered(text))
    # What stands before the blank is the mode of the ablation, not text of a catalogue.
    ablation = {f"only {key}": figures for key, figures in found.evaluation.ablation.items()}
    return dataclasses.replace(found, evaluation=dataclasses.replace(found.evaluation, ablation=ablation))


@cache
def benign() -> list[Page]:
    return [Page(p) for p in pages(filled("plain"))]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_field_adds_nothing(text: str) -> None:
    for page, calm in zip(pages(filled(text)), benign(), strict=True):
        found = Page(page)
        assert found.structure == calm.structure
        assert all(URLS.fullmatch(url) for url in found.urls), found.urls
        assert found.raw == calm.raw
        page.encode("utf-8")


def test_there_are_enough_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 120


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=40))
def test_a_title_of_any_text_is_shown_as_it_is(title: str) -> None:
    report = dataclasses.replace(make_report(3, sampled=4), title=title)
    words = "".join(Page(render_audit(report)).words)
    assert re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\ufffd", title) in words


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "report",
    [
        make_report(),
        with_thresholds(make_report(8, chinese=True)),
        make_report(2),
        make_report(100, long=True),
        make_report(200),
        without_accounts(make_report()),
    ],
    ids=["shop", "thresholds", "two", "hundred", "many", "flat"],
)
def test_pages_are_whole(report: AuditReport, lang: str) -> None:
    for page in pages(report, lang):
        found = Page(page)
        assert found.open == []
        assert [i for i, n in Counter(found.ids).items() if n > 1] == []
        inside = [url[1:] for url in found.urls if url.startswith("#")]
        assert set(inside) <= set(found.ids)
        assert all(URLS.fullmatch(url) for url in found.urls)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert pages(make_report(30)) == pages(make_report(30))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_json_alone_is_enough(lang: str) -> None:
    report = with_thresholds(make_report(12))
    assert pages(from_json(to_json(report)), lang) == pages(report, lang)


def test_policy_admits_only_the_inline_style_and_script() -> None:
    found = Page(render_audit(make_report(3, sampled=4)))
    page = render_audit(make_report(3, sampled=4))
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    policy = policy.replace("&#39;", "'")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    for kind in ("style", "script"):
        digest = base64.b64encode(sha256(found.raw[kind].encode()).digest()).decode()
        assert rules[f"{kind}-src"] == f"'sha256-{digest}'"
    assert not any("style" in names or any(n.startswith("on") for n in names) for _, names in found.structure)


def test_size_stays_small() -> None:
    assert len(render_audit(make_report(7)).encode()) < 400_000
    assert len(render_audit(make_report(100, long=True, sampled=1000)).encode()) < 1_500_000


def test_no_template_marks_text_as_safe() -> None:
    templates = list((Path(prodcls.render.__file__).parent / "templates").rglob("*.j2"))
    assert len(templates) > 8
    for path in templates:
        assert not re.search(r"\|\s*safe|autoescape|Markup", path.read_text(encoding="utf-8")), path
    for path in Path(prodcls.render.__file__).parent.rglob("*.py"):
        if not path.name.startswith("charts"):
            assert "Markup(" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("name", ["55b85ea15a1536d46b7190ad6fff8ce7", "SKU-1_2.3", "A", "0"])
def test_plain_ids_are_file_names(name: str) -> None:
    assert dossier_filename(name) == f"{name}.html"


@given(st.text(max_size=120) | st.sampled_from(HOSTILE))
def test_any_id_makes_a_safe_file_name(identifier: str) -> None:
    name = dossier_filename(identifier)
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.~-]*\.html|~[0-9a-f]{16}\.html", name)
    assert len(name) <= 90
    assert ".." not in name.removesuffix(".html") or identifier + ".html" == name
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}


@given(st.lists(st.text(max_size=30) | st.sampled_from(HOSTILE), unique=True, max_size=30))
def test_file_names_of_different_ids_differ(identifiers: list[str]) -> None:
    assert len({dossier_filename(i) for i in identifiers}) == len(identifiers)


def test_photo_that_is_no_base64_is_left_out() -> None:
    report = make_report(3, sampled=4)
    dossier = dataclasses.replace(report.dossiers[1], picture='x" onerror="alert(1)')
    assert "<image" not in render_dossier(dossier, report)
    assert "<image" in render_dossier(report.dossiers[1], report)


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no language"):
        render_audit(make_report(3, sampled=4), "fr")
