"""HTML and scripts in whatever the service's pages show (CWE-79): stored in a bundle or a scored file, or sent.

A lookup page shows ids, titles, labels, classes, columns, values known from training, and what people typed, in texts,
in values of fields, in lists of choices and in addresses. 120 payloads stand in every one of these fields at once. The
pages then have no kind of element or attribute that harmless ones do not have, no more of them, and lead nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import Request

from hostile import HOSTILE
from prodcls.catalogue import Rejection
from prodcls.description import Column, describe
from prodcls.language import quoted
from prodcls.sections.model import model_tables
from prodcls.service.engine import Decision
from prodcls.service.lookups import Lookups
from prodcls.service.page import Page
from prodcls.service.review_views import decide_view, queue_view
from prodcls.service.reviews import Queue, Waiting
from prodcls.service.searching import Hit, Hits
from prodcls.service.views import Field, FileField, TryView, decision_view, search_view
from real_bundle import real
from review_factory import make_scored
from service_factory import served

CALM = "harmless words"
PAYLOADS = [
    text for text in HOSTILE if text and not re.search("[\0\ud800-\udfff]", text)
]  # which no catalogue is read with


class Shown(HTMLParser):
    """How many elements of each kind, with their attributes, and where they lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.kinds: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.leads: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds[tag, tuple(name for name, _ in attrs)] += 1
        self.leads += [(value or "").partition("?")[0] for name, value in attrs if name in ("href", "src", "action")]


def pages(text: str, lang: str) -> list[Shown]:
    """Return all pages with ``text`` in every field that takes one."""
    query = {"type": "http", "path": "/", "query_string": b"", "headers": [], "method": "GET"}
    page = Page(Request(query), Lookups(served()), lang, "search")
    t = page.t
    classes = (text, f"{text} 2")
    waiting = Waiting(text, make_scored(id=text, predicted=text, ranked={text: 0.6, "b": 0.3}, members=(text,)), text)
    note = Rejection(1, text, text, text, text, "note")
    decision = Decision(text, ((text, 0.5),), None, False, (), None, None, (note,))
    form = {"decision": text, "other": text, "who": text, "reason": text}
    columns = (Column(text, "text"),)
    described = replace(describe(real().bundle), classes=classes, columns=columns, catalogue=text)
    fields = (Field(text, "cell-0", text, True, True), Field(text, "cell-1", text, False, False, classes))
    shown: list[tuple[str, dict[str, Any]]] = [
        ("search", {"v": search_view(text, Hits((Hit(text, text, text, text, 0.5),), 1), t)}),
        ("review", {"v": queue_view(Queue((waiting,), 1, 0), text, t)}),
        ("decide", {"v": decide_view(waiting, classes, form, quoted(text), t), "why": None}),
        ("model", {"v": model_tables(described, t), "audit": True}),
        ("fault", {"fault": quoted(text)}),
        (
            "try",
            {
                "v": TryView(text, fields, (FileField("photo", "image/*", text, text, "keep"),), quoted(text)),
                "said": decision_view(decision, (text, 0.5), t),
                "why": None,
            },
        ),
    ]
    return [Shown(page.text(name, **context)) for name, context in shown]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_text_adds_an_element_an_attribute_or_a_way_out(lang: str) -> None:
    calm = pages(CALM, lang)
    assert sum(len(one.kinds) for one in calm) > 60
    assert not any(name.startswith("on") for one in calm for _, names in one.kinds for name in names)
    for text in PAYLOADS:
        for harmless, hostile in zip(calm, pages(text, lang), strict=True):
            assert (hostile.kinds, hostile.leads) == (harmless.kinds, harmless.leads), text
