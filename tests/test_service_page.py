"""Where a page stands: its language, the way to the other one, and what is shown where something is wrong."""

from __future__ import annotations

import html
import re

import pytest
from fastapi import Request

from prodcls.service.lookups import Lookups
from prodcls.service.page import Page
from service_factory import served


def request(path: str = "/", query: str = "", accepts: str = "") -> Request:
    headers = [(b"accept-language", accepts.encode())]
    return Request({"type": "http", "path": path, "query_string": query.encode(), "headers": headers, "method": "GET"})


def page(lang: str | None = None, **of: str) -> Page:
    return Page(request(**of), Lookups(served()), lang, "search")


@pytest.mark.parametrize(
    ("asked", "accepts", "lang"),
    [
        ("zh", "en", "zh"),
        ("en", "zh", "en"),
        ("xx", "zh-CN, en;q=0.5", "zh"),
        (None, "de, en-GB;q=0.9, zh;q=0.1", "en"),
        (None, "ZH", "zh"),
        (None, "", "en"),
        (None, ";;,,-", "en"),
        ("../en", "", "en"),
    ],
)
def test_the_language_is_asked_for_or_that_of_the_browser(asked: str | None, accepts: str, lang: str) -> None:
    assert page(asked, accepts=accepts).lang == lang


def test_the_other_language_shows_the_same() -> None:
    other = page("en", path="/product", query="id=a%26b&lang=en&versus=%E5%86%B0").other
    assert other["path"] == "/product?id=a%26b&versus=%E5%86%B0&lang=zh"
    assert (other["tag"], other["name"]) == ("zh-Hans", "中文")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_frame_names_the_place_and_the_pages_that_there_are(lang: str) -> None:
    found = page(lang)
    told = found.text("fault", fault=())
    assert re.findall(r'aria-current="page">([^<]+)<', told) == [found.t("serve.search")]
    assert found.t("serve.review_place") not in re.findall(r"<li><a [^>]*>([^<]+)</a>", told)
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', told)[0])
    assert "connect-src 'self'; form-action 'self'" in policy
    assert "unsafe" not in policy
