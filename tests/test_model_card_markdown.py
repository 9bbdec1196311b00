"""The markdown card holds the figures and what people wrote, and no text becomes markup or leaves the front matter."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from hostile import HOSTILE
from prodcls.audit import AuditReport
from prodcls.language import LANGUAGES
from prodcls.model_card_markdown import markdown_card, markdown_text, yaml_text
from report_factory import make_report, with_thresholds, without_accounts
from test_render import filled

READER = MarkdownIt("commonmark").enable("table")
REPORT = make_report(8, sampled=4)
MARKUP = {"link_open", "html_inline", "html_block", "image", "em_open", "code_inline", "fence", "code_block"}


def flat(tokens: list[Token]) -> list[Token]:
    return [t for token in tokens for t in (token, *flat(token.children or []))]


def parts(card: str) -> tuple[dict[str, Any], str]:
    start, front, body = card.split("---\n", 2)
    assert start == ""
    return yaml.safe_load(front), body


def shown(text: str) -> str:
    """What a reader of the paragraph sees."""
    [paragraph] = [t for t in READER.parse(text) if t.type == "inline"]
    assert {t.type for t in paragraph.children or []} <= {"text", "text_special"}
    return "".join(t.content for t in paragraph.children or [])


@given(st.text(max_size=40) | st.sampled_from(HOSTILE))
def test_text_is_shown_as_it_is(text: str) -> None:
    escaped = markdown_text(text)
    assert "\n" not in escaped
    escaped.encode("utf-8")
    if escaped:
        for before in ("", "- ", "## "):
            tokens = flat(READER.parse(before + escaped))
            kinds = {t.type for t in tokens}
            assert not kinds & MARKUP
        assert shown(escaped).split() == markdown_text_plain(text).split()


def markdown_text_plain(text: str) -> str:
    """The text with what no document may hold replaced, as the card does it."""
    return "".join("\ufffd" if is_no_character(c) else c for c in text)


def is_no_character(c: str) -> bool:
    n = ord(c)
    return (
        (n < 32 and c not in "\t\n\x0b\x0c\r")
        or 127 <= n < 160
        or 0xD800 <= n < 0xE000
        or (0xFDD0 <= n < 0xFDF0 or n in (0xFFFE, 0xFFFF))
    )


@pytest.mark.parametrize(
    "text",
    ["https://evil.example", "see www.evil.example", "a@b.example", "1. one", "- x", "+ x", "# x", "| x |", "~~x~~"],
)
def test_bare_links_lists_and_headings_are_broken_up(text: str) -> None:
    assert markdown_text(text).count("\\") >= 1
    assert shown(markdown_text(text)) == text


@given(st.text(max_size=40) | st.sampled_from(HOSTILE))
def test_front_matter_restores_any_text(text: str) -> None:
    scalar = yaml_text(text)
    assert "\n" not in scalar
    found = yaml.safe_load(f"a: {scalar}\nb: 1\n")
    assert found == {"a": "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text), "b": 1}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("report", [REPORT, with_thresholds(REPORT), without_accounts(make_report(60, sampled=4))])
def test_the_card_is_whole(report: AuditReport, lang: str) -> None:
    front, body = parts(markdown_card(report, lang))
    [index] = front["model-index"]
    figures = {m["type"]: m["value"] for m in index["results"][0]["metrics"]}
    assert figures["accuracy"] == pytest.approx(report.evaluation.accuracy.value, abs=1e-6)
    assert figures["f1"] == pytest.approx(report.evaluation.macro_f1.value, abs=1e-6)
    tokens = READER.parse(body)
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h1", *["h2"] * 7]
    rows = sum(t.type == "tr_open" for t in tokens)
    assert rows == 2 + len(report.verdict) + min(50, len(report.evaluation.per_class))


def test_the_licence_is_one_that_hubs_know_or_another() -> None:
    def front(licence: str) -> dict[str, Any]:
        assert REPORT.card is not None
        card = dataclasses.replace(REPORT.card, licence=(licence,))
        return parts(markdown_card(dataclasses.replace(REPORT, card=card)))[0]

    assert front("Apache-2.0")["license"] == "apache-2.0"
    assert front("house: rules")["license"] == "other"
    assert front("house: rules")["license_name"] == "house: rules"
    assert "license" not in parts(markdown_card(REPORT))[0]


def test_missing_fields_say_so() -> None:
    bare = markdown_card(dataclasses.replace(REPORT, card=None))
    assert bare.count("*not provided*") == 20
    assert markdown_card(REPORT).count("*not provided*") == 14


def test_hostile_text_in_every_field_adds_no_structure() -> None:
    calm = markdown_card(filled("plain"))
    expected = [t.type for t in flat(READER.parse(parts(calm)[1]))]
    for text in HOSTILE[:: max(1, len(HOSTILE) // 40)]:
        front, body = parts(markdown_card(filled(text)))
        assert json.dumps(front)
        found = [t.type for t in flat(READER.parse(body))]
        kept = [[k for k in kinds if not k.startswith("text")] for kinds in (found, expected)]
        assert kept[0] == kept[1], text


def test_the_same_report_gives_the_same_card() -> None:
    assert markdown_card(make_report(5, sampled=4)) == markdown_card(make_report(5, sampled=4))
