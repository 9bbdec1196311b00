"""The lookup pages of a real service, asked without a browser: places, languages, hostile texts, forms."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from hostile import HOSTILE
from prodcls.atomic import cache_root
from prodcls.training import FitOutcome
from service_factory import Answer, Running, form


class Elements(HTMLParser):
    """Counts elements and attributes by name, and collects addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def page(answer: Answer, status: int = 200) -> str:
    assert answer.status == status, answer.text[-2000:]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "form-action 'self'" in html.unescape(answer.text)
    return answer.text


def test_a_product_is_found_by_its_words_and_leads_to_its_account(service: Running, demo_row: dict[str, str]) -> None:
    found = page(service.get("/", q=demo_row["title"], lang="en"))
    assert f"/product?id={quote(demo_row['id'])}&amp;lang=en" in found
    account = page(service.get("/product", id=demo_row["id"], lang="en"))
    assert html.escape(demo_row["title"], quote=False) in html.unescape(account) or demo_row["title"] in html.unescape(
        account
    )
    assert "Why not" in account


def test_any_class_can_be_held_against_it(service: Running, demo_row: dict[str, str]) -> None:
    first = page(service.get("/product", id=demo_row["id"], lang="en"))
    rivals = [html.unescape(name) for name in re.findall(r'<option value="([^"]*)"', first)]
    assert len(rivals) == len(service.get("/v1/model").json()["classes"])  # all but its own, and all others together
    for rival in rivals:
        shown = page(service.get("/product", id=demo_row["id"], versus=rival, lang="en"))
        (chosen,) = re.findall(r'<option value="([^"]*)" selected>', shown)
        assert html.unescape(chosen) == rival


def test_changes_are_looked_for_when_asked(service: Running, demo_row: dict[str, str]) -> None:
    plain = page(service.get("/product", id=demo_row["id"], lang="en"))
    changed = page(service.get("/product", id=demo_row["id"], lang="en", changes="1"))
    assert 'id="changes"' not in plain
    assert len(changed) > len(plain)


def test_a_price_and_a_title_can_be_changed(service: Running, demo_row: dict[str, str]) -> None:
    began = page(service.get("/try", origin=demo_row["id"], lang="en"))
    fields = dict(re.findall(r'<input name="(cell-\d)" value="([^"]*)"', began))
    assert html.unescape(fields["cell-0"]) == demo_row["title"]
    assert 'class="answer"' in began
    assert "Before the change" not in began
    body, headers = form({"origin": demo_row["id"], "keep": "1", "cell-0": "滚筒洗衣机 10 kg", "cell-2": "cheap"})
    tried = page(service.ask("POST", "/try?lang=en", body, headers))
    assert "Before the change" in tried
    assert "cheap" in tried
    assert re.search(r'<li><bdi>Washing machines 洗衣机</bdi> <span class="p">', tried)


def test_a_photo_can_be_swapped(service: Running, demo_row: dict[str, str]) -> None:
    photos = sorted((cache_root() / "demo").rglob("*.jpg")) or sorted((cache_root() / "demo").rglob("*.png"))
    own = (cache_root() / "demo" / demo_row["image"]).read_bytes()
    other = next(path.read_bytes() for path in photos if path.read_bytes() != own)
    asked = {"origin": demo_row["id"], "cell-0": demo_row["title"], "keep": "1"}
    shown = []
    for files in ({}, {"photo": other}):
        body, headers = form(asked, files)
        found = page(service.ask("POST", "/try?lang=en", body, headers))
        shown.append(re.search(r'href="data:image/jpeg;base64,([^"]+)"|src="data:image/jpeg;base64,([^"]+)"', found))
    assert shown[0] is not None
    assert shown[1] is not None
    assert shown[0][0] != shown[1][0]


def test_what_cannot_be_taken_is_told_in_the_page_and_kept_in_the_form(service: Running) -> None:
    body, headers = form({"origin": "", "cell-0": "a\x00b"})
    told = page(service.ask("POST", "/try?lang=en", body, headers))
    assert 'role="alert"' in told
    assert "nul-character" in told
    body, headers = form({"cell-0": "camera"}, {"photo": b"no picture"})
    told = page(service.ask("POST", "/try?lang=en", body, headers))
    assert "<bdi>image</bdi>: not a whole picture in a known format" in told


@pytest.mark.parametrize(("path", "status"), [("/product?id=none", 404), ("/try?origin=none", 404)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_product_that_there_is_not_has_a_page_too(service: Running, path: str, status: int, lang: str) -> None:
    told = page(service.get(f"{path}&lang={lang}"), status)
    assert "product-unknown" in told


def test_the_language_is_that_of_the_address_else_of_the_browser(service: Running) -> None:
    tag = {lang: re.search(r'<html lang="([^"]+)"', page(service.get("/", lang=lang))) for lang in ("en", "zh")}
    assert tag["en"] is not None
    assert tag["zh"] is not None
    assert tag["zh"][1] != tag["en"][1]
    for header, lang in (("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de, en;q=0.5", "en"), ("fr", "en"), ("", "en")):
        told = page(service.ask("GET", "/", headers={"accept-language": header}))
        assert tag[lang] is not None
        assert f'<html lang="{tag[lang][1]}"' in told  # type: ignore[index]
    other = re.search(r'class="tongue" href="([^"]+)"', page(service.get("/", q="a&b", lang="en")))
    assert other is not None
    assert html.unescape(other[1]) == "/?q=a%26b&lang=zh"


def test_model_and_audit(service: Running, fitted_demo: FitOutcome) -> None:
    told = page(service.get("/model", lang="en"))
    assert "/audit?lang=en" in told
    assert service.get("/v1/model").json()["bundle"] in told
    audit = service.get("/audit", lang="en")
    assert audit.text == fitted_demo.report_path.read_text(encoding="utf-8")


def test_hostile_texts_add_nothing_to_any_page(service: Running) -> None:
    usual = {*Elements(page(service.get("/", q="harmless words"))).found, *Elements(page(service.get("/"))).found}
    body, headers = form({"cell-0": "harmless words", "cell-4": "harmless words"})
    tried = Elements(page(service.ask("POST", "/try?lang=en", body, headers))).found
    kinds = {
        one for one in tried if one[0] in ("script", "iframe", "object", "form", "a", "img", "style", "link", "base")
    }
    for text in HOSTILE:
        if "\0" in text or re.search("[\ud800-\udfff\r\n]", text):
            continue
        assert set(Elements(page(service.get("/", q=text[:400]))).found) <= usual
        told = page(service.get("/product", id=text[:400], lang="en"), 404)
        assert len(re.findall("<script", told)) == 2
    for text in HOSTILE[:12]:
        if "\0" in text or re.search("[\ud800-\udfff\r\n]", text):
            continue
        body, headers = form({"cell-0": text, "cell-4": text})
        found = Elements(page(service.ask("POST", "/try?lang=en", body, headers))).found
        assert {
            one for one in found if one[0] in ("script", "iframe", "object", "form", "style", "link", "base")
        } <= kinds
        assert not [one for one in found if any(name.startswith("on") for name in one[1])]


def test_pages_are_not_kept_by_browsers_and_ask_for_nothing(service: Running) -> None:
    answer = service.get("/", lang="en")
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r'(src|href)="(https?:)?//', answer.text)
