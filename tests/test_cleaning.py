"""Cleaning takes away what is no text, leaves text of any script alone, and keeps every original."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile import HOSTILE
from prodcls.catalogue import Cleaned
from prodcls.cleaning import ROUNDS, STEPS, clean, clean_cells, clean_columns, counted, told, trace
from prodcls.ledger import plain
from scripts import GOOD, SCRIPTS

PIECES = (
    *("<b>", "</b>", "<br>", "<p ", "<!--", "-->", "<script>", "</script>", "<", ">", "/", "=", "'", '"', "a", "b"),
    *("&", "amp;", "&lt;", "&gt;", "&#60;", "&nbsp", "&#8203;", "＜", "＆", "ｂ", "：", "中", "e\u0301", "\u0301"),
    *("\u200b", "\u200c", "\u200d", "\u202e", "\ufeff", "\U0001f3f4\U000e0067\U000e007f", "😀", "क्", " ", "\n", "\r"),
    *("\u3000", "\u2028", "Ã©", "â€™", "Ã\x83Â©", "\x85", "\ufffd", "\x00"),
)
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))


@given(TEXTS)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert plain(clean(text)) == clean(text)


@given(TEXTS)
def test_the_steps_lead_from_the_original_to_the_text(text: str) -> None:
    at = text
    for change in trace(text):
        assert change.before == at != change.after
        assert change.step in STEPS
        at = change.after
    assert at == clean(text)


@given(st.lists(TEXTS, max_size=6))
def test_every_original_is_kept_and_nothing_else(cells: list[str]) -> None:
    texts, changed = clean_cells(cells)
    assert [changed[i].original if i in changed else text for i, text in enumerate(texts)] == cells
    assert all(cells[i] != texts[i] and cell.steps for i, cell in changed.items())


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="<&"), max_size=200))
def test_ascii_without_markup_loses_white_space_and_control_characters_only(text: str) -> None:
    seen = [word for word in re.split(r"[\s]+", re.sub(r"[\x00-\x08\x0e-\x1b\x7f]", "", text)) if word]
    assert clean(text).split() == seen


@pytest.mark.parametrize(("name", "text"), [*SCRIPTS.items(), *GOOD.items()])
def test_good_text_is_not_touched(name: str, text: str) -> None:
    assert trace(unicodedata.normalize("NFC", text)) == (), name


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ("windproofâ€™s", "windproof’s", {"mojibake"}),
        ("cafÃ© crÃ¨me", "café crème", {"mojibake"}),
        ("ç”µæ°´å£¶", "电水壶", {"mojibake"}),
        ("ASAP\x99 Charge", "ASAP™ Charge", {"mojibake"}),
        ("AT&amp;T, R&amp;D", "AT&T, R&D", {"html"}),
        ("Women&#39;s &quot;5&quot; &lt;3", 'Women\'s "5" <3', {"html"}),
        ("&amp;amp;amp;lt;br&amp;gt;Tea", "Tea", {"html", "white_space"}),
        ("<p>Soft <b>cotton</b></p><ul><li>red<li>blue</ul>", "Soft cotton\nred\nblue", {"html", "white_space"}),
        ("<td>size</td><td>XL</td>", "size XL", {"html", "white_space"}),
        ("a<SCRIPT>alert('<b>')</SCRIPT >b<style>p{}</style>c<!-- <b> -->d", "a\nb\nc d", {"html"}),
        ("<p title='a > b'>Tea</p>", "Tea", {"html", "white_space"}),
        ('Tea<br/>for two<span style="colo', "Tea\nfor two", {"html"}),
        ("＜br＞", "＜br＞", set()),
        ("ＵＳＢ－Ｃ　１２Ｖ：ＯＫ！", "USB-C 12V:OK!", {"full_width"}),
        ("价格：１００元，全新！（ＵＳＢ）", "价格：100元，全新！（USB）", {"full_width"}),
        ("e\u0301", "é", {"nfc"}),
        ("Å \u212b", "Å Å", {"nfc"}),
        ("gnp\u202e.exe\u200b\ufeff soft\u00adly", "gnp.exe softly", {"invisible"}),
        ("smuggled\U000e0041\U000e0042", "smuggled", {"invisible"}),
        ("a\u200db, x\u200c", "ab, x", {"invisible"}),
        (" two  blanks\t\r\n\r\n and\u00a0lines ", "two blanks\nand lines", {"white_space"}),
        (" ", "", {"white_space"}),
    ],
)
def test_each_step_does_what_it_says(before: str, after: str, steps: set[str]) -> None:
    assert clean(before) == after
    assert {change.step for change in trace(before)} == steps


def test_a_character_that_is_lost_already_is_left() -> None:
    assert clean("Copper Repouss\ufffd\ufffd - Man") == "Copper Repouss\ufffd\ufffd - Man"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_to_rest(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_what_never_comes_to_rest_only_loses_its_outer_blanks() -> None:
    few, many = ("Tea" + "<a href=x" * n for n in (ROUNDS - 1, ROUNDS + 1))  # each round takes the last one
    assert clean(f" {few} ") == "Tea"
    assert clean(f" {many} ") == clean(many) == many


@pytest.mark.parametrize(
    "unit",
    ["<script>", "<!--", '<p "', "<p '\"", "<a b=c ", "&#38;am&#112;;", "&amp;", "<b><i>", "\u200d", " \n", "Ã©", "＆"],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        started = time.thread_time()  # what else the machine does costs this thread nothing
        clean(text)
        return time.thread_time() - started

    # Four times the text takes about four times as long; by the square of the length it would be sixteen.
    short = min(seconds(100_000) for _ in range(3))
    assert min(seconds(400_000) for _ in range(3)) < 11 * short + 0.05


def test_only_what_is_changed_is_on_record() -> None:
    columns = {"title": ("Tea", "Tea &amp; more ", "x"), "description": ("a", "b", "c\n\nd")}
    texts, cleaned = clean_columns(columns)
    assert texts == {"title": ("Tea", "Tea & more", "x"), "description": ("a", "b", "c\nd")}
    assert cleaned == {
        "title": {1: Cleaned("Tea &amp; more ", ("html", "white_space"))},
        "description": {2: Cleaned("c\n\nd", ("white_space",))},
    }
    assert counted(cleaned) == {"html": {"title": 1}, "white_space": {"title": 1, "description": 1}}
    assert told(cleaned) == ("cleaned: 2 cells (html 1, white space 2)",)


def test_no_record_without_cleaning() -> None:
    texts, cleaned = clean_columns({"title": (" <br>e\u0301 ",)}, wanted=False)
    assert texts == {"title": ("<br>é",)}
    assert cleaned is None
    assert told(cleaned) == told({}) == ()
