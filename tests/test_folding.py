"""Words are compared without case, width and form of Chinese characters, and places in a text stay what they are."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.folding import TABLE, folded, simplified

ROOT = Path(__file__).resolve().parents[1]
LINES = TABLE.read_text(encoding="utf-8").splitlines()
HAN = st.sampled_from("".join(LINES) + "著乾隆豈\uf902")


@pytest.mark.parametrize(
    ("traditional", "expected"),
    [
        ("手機 128GB 藍色", "手机 128GB 蓝色"),
        ("電冰箱，變頻靜音", "电冰箱，变频静音"),
        ("乾燥的頭髮", "干燥的头发"),
        ("\uf902", "车"),  # a compatibility form of 車
        ("筆記型電腦 Café №5 ティー", "笔记型电脑 Café №5 ティー"),
        ("already 简体", "already 简体"),
        ("", ""),
    ],
)
def test_traditional_characters_are_folded_and_all_else_stays(traditional: str, expected: str) -> None:
    assert simplified(traditional) == expected


@given(st.text(HAN | st.characters()))
def test_folding_is_one_for_one_and_done_once(text: str) -> None:
    assert len(simplified(text)) == len(text)
    assert simplified(simplified(text)) == simplified(text)
    assert all(simplified(character) == one for character, one in zip(text, simplified(text), strict=True))


@given(st.text(HAN | st.sampled_from("Aaé①ｶﾞ２ ")))
def test_it_does_not_matter_whether_width_or_form_is_folded_first(text: str) -> None:
    assert unicodedata.normalize("NFKC", simplified(text)).casefold() == folded(text) == folded(folded(text))


def test_each_character_is_folded_to_one_other_that_stays() -> None:
    sources = [written for line in LINES for written in line[1:]]
    targets = [line[0] for line in LINES]
    assert len(set(sources)) == len(sources) > 4000
    assert targets == sorted(set(targets) - set(sources))


def test_the_table_is_what_opencc_says_of_each_character() -> None:
    assert version("opencc") == "1.4.2"
    made = subprocess.run([sys.executable, ROOT / "tools" / "simplified_table.py"], capture_output=True, check=True)
    assert made.stdout == TABLE.read_bytes()
