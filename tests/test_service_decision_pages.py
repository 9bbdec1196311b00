"""The pages on which people decide, asked without a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from prodcls.language import load_language
from prodcls.overrides import read_overrides
from prodcls.service.app import make_app
from prodcls.service.holder import Holder
from prodcls.service.settings import ServiceSettings
from real_bundle import real
from service_factory import Answer, ask_app, form, reviewed

GOOD = {"decision": "Phone", "other": "", "who": "J.D.", "reason": "a screen"}


class Desk:
    """A service with a queue of three, and what was decided."""

    def __init__(self, folder: Path) -> None:
        self.files = reviewed(folder)
        self.app: Any = make_app(Holder(real().folder, ServiceSettings(reviewed=self.files)))

    def keys(self) -> list[str]:
        return re.findall(r'/decide\?key=([^&"]+)', ask_app(self.app, "GET", "/review", lang="en").text)

    def post(self, lang: str = "en", **fields: str) -> Answer:
        body, headers = form(fields)
        return ask_app(self.app, "POST", "/decide", body, headers, lang=lang)

    def decided(self) -> int:
        return len(read_overrides(self.files.overrides).records) if self.files.overrides.exists() else 0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_decisions_lead_from_product_to_product_and_back_to_the_queue(desk: Desk) -> None:
    key = desk.keys()[0]
    for left in (2, 1, 0):
        answer = desk.post(key=key, **GOOD)
        assert answer.status == 303
        there = urlsplit(answer.headers["location"])
        query = {name: values[0] for name, values in parse_qs(there.query).items()}
        assert (query["who"], query["lang"]) == ("J.D.", "en")
        assert there.path == ("/decide" if left else "/review")
        key = query.get("key", "")
        assert len(desk.keys()) == left
    assert desk.decided() == 3


def test_another_class_counts_before_the_one_that_is_ticked(desk: Desk) -> None:
    desk.post(key=desk.keys()[0], **GOOD | {"other": "冰箱"})
    assert [one.decision for one in read_overrides(desk.files.overrides).records] == ["冰箱"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"who": ""}, "who-missing"),
        ({"reason": ""}, "reason-missing"),
        ({"other": "Teapot"}, "decision-unknown"),
        ({"decision": ""}, "decision-missing"),
    ],
)
def test_what_is_missing_is_said_in_the_page_and_the_rest_is_kept(
    desk: Desk, changed: dict[str, str], code: str, lang: str
) -> None:
    answer = desk.post(lang, key=desk.keys()[0], **GOOD | changed)
    assert (answer.status, desk.decided()) == (200, 0)
    alert = re.findall(r'role="alert">(.*?)</p>', answer.text)
    assert len(alert) == 1
    assert load_language(lang)(f"refused.{code}") in alert[0]
    kept = GOOD["who"] if "who" not in changed else GOOD["reason"]
    assert f'value="{kept}"' in answer.text


def test_a_key_that_there_is_not_has_a_page_too(desk: Desk) -> None:
    assert desk.post(key="k0.0", **GOOD).status == 404
    assert ask_app(desk.app, "GET", "/decide", key="k0.0").status == 404
    assert desk.decided() == 0


def test_a_page_of_another_site_decides_nothing(desk: Desk) -> None:
    body, headers = form({"key": desk.keys()[0], **GOOD})
    answer = ask_app(desk.app, "POST", "/decide", body, headers | {"origin": "http://shop.example"})
    assert (answer.status, answer.json()["code"], desk.decided()) == (403, "origin-foreign", 0)
