"""The page on which people decide: complete, escaped, and with the lines that the import reads."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from pathlib import Path

import pytest

import prodcls
from hostile import HOSTILE
from prodcls.language import as_text, load_language
from prodcls.render import render_worklist
from prodcls.sections.worklist import (
    CLASSES,
    FilterView,
    ItemView,
    OptionView,
    WorklistContext,
    asked_because,
    worklist_context,
)
from prodcls.worklist import Item, Worklist, line_key
from prodcls.worklist_files import file_words
from report_factory import thumbnail
from review_factory import make_scored
from test_render import Page
from test_sections import attributes, names_of

EN, ZH = load_language("en"), load_language("zh")
TEMPLATE = Path(prodcls.__file__).parent / "templates" / "worklist.html.j2"
BUNDLE = "b" * 64


def make_worklist(text: str = "steel kettle", count: int = 4) -> Worklist:
    """Return a worklist with ``text`` wherever text can stand."""
    rows = [
        make_scored(
            i,
            id=f"{text} {i}",
            predicted=text,
            ranked={text: 0.6, f"{text} 2": 0.3},
            members=(text, f"{text} 2", f"{text} 3"),
            reasons=("not-one-class", "unlike-training")[: 1 + i % 2] if i else (text,),
        )
        for i in range(count)
    ]
    pictures = (None, thumbnail(1))
    items = tuple(
        Item(line_key(BUNDLE, row), row, text if i % 3 else "", f"{text} is fine", thumbnail=pictures[i % 2])
        for i, row in enumerate(rows)
    )
    return Worklist(items, 40, (text, f"{text} 2", f"{text} 3"), BUNDLE, f"{text}.parquet")


def context(found: Worklist, lang: str = "en") -> WorklistContext:
    t = load_language(lang)
    return worklist_context(found, file_words(found, "w.csv", t), t)


@pytest.mark.parametrize(
    ("kind", "variable"), [(WorklistContext, "c"), (ItemView, "item"), (OptionView, "option"), (FilterView, "filter")]
)
def test_template_and_context_agree(kind: type, variable: str) -> None:
    assert attributes([TEMPLATE], variable) == names_of(kind)


def test_items_say_why_and_offer_the_classes_of_the_set() -> None:
    found = context(make_worklist())
    assert as_text(found.intro).startswith("4 of the 40 products up for review")
    assert [as_text(f.text) for f in found.filters] == [
        "not exactly one class is likely (3)",
        "unlike anything learned from (2)",
        "\u2068steel kettle\u2069 (1)",
    ]
    assert [item.reasons for item in found.items] == [(3,), (1, 2), (1,), (1, 2)]
    assert [(o.name, o.probability) for o in found.items[1].options] == [
        ("steel kettle", "60.0%"),
        ("steel kettle 2", "30.0%"),
        ("steel kettle 3", ""),
    ]
    assert [item.title for item in found.items][:2] == ["steel kettle 0", "steel kettle"]


def test_lines_and_header_are_those_of_the_table() -> None:
    found = make_worklist("=1+1")
    shown = context(found, "zh")
    [head] = csv.reader(io.StringIO(shown.head))
    assert head == ["校验码", "编号", "预测类别", "判定类别", "判定人", "判定时间", "理由"]
    [line] = csv.reader(io.StringIO(shown.items[0].line))
    assert line == [found.items[0].key, "'=1+1 0", "'=1+1"]


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "; sure as far as Home >> Kitchen"), ("zh", "；可以确定到 Home >> Kitchen")]
)
def test_how_far_the_class_is_sure_is_told(lang: str, told: str) -> None:
    t = load_language(lang)
    row = make_scored(stopped_at="Home >> Kitchen")
    assert as_text(asked_because(row, t)).replace("\u2068", "").replace("\u2069", "").endswith(told)
    whole = make_scored(stopped_at=f"Home >> {row.predicted}")
    assert as_text(asked_because(whole, t)) == as_text(asked_because(make_scored(), t))
    quiet = make_scored(stopped_at="Home", review=False, reasons=())
    assert as_text(asked_because(quiet, t)) == t("worklist.no_reason")


def test_too_many_classes_are_not_offered() -> None:
    found = dataclasses.replace(make_worklist(), classes=tuple(str(i) for i in range(CLASSES + 1)))
    assert context(found).classes == ()


def page(text: str, lang: str = "en") -> str:
    found = make_worklist(text)
    return render_worklist(found, file_words(found, "w.csv", load_language(lang)), lang)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_nothing(text: str) -> None:
    found, calm = Page(page(text)), Page(page("plain"))
    assert found.structure == calm.structure
    assert found.raw == calm.raw


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_same_worklist_gives_the_same_page_in_both_languages(lang: str) -> None:
    text = page("kettle", lang)
    assert text == page("kettle", lang)
    assert re.search(r"<html lang=\"(\w+)", text)
    assert text.count('class="item ') + text.count('class="item"') == 4
    assert text.count("sha256-") == 4
