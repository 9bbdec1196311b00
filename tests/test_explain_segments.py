"""Words of any script, and how spans fall on them."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.explain.segments import bounds, overlaps, words


def cut(text: str) -> list[str]:
    return [text[w.start : w.end] for w in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Steel kettle, 1.5L (new!)", ["Steel", "kettle", "1.5L", "new"]),
        ("don't 3,000mAh A-B", ["don't", "3,000mAh", "A", "B"]),
        ("cafe\u0301 naïve", ["cafe\u0301", "naïve"]),
        ("不锈钢电水壶四件套", ["不锈钢", "电水壶", "四件套"]),
        ("不鏽鋼電水壺四件套", ["不鏽鋼", "電水壺", "四件套"]),
        ("三星(SAMSUNG)55英寸", ["三星", "SAMSUNG", "55", "英寸"]),
        ("𠮷野家 🙂 iPhone手机", ["𠮷", "野家", "🙂", "iPhone", "手机"]),
        ("日本語の単語です", ["日本語", "の", "単語", "です"]),
        ("สวัสดีครับผมชอบกินข้าว", ["สวัสดี", "ครับ", "ผม", "ชอบ", "กิน", "ข้าว"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("غلاية كهربائية، جديدة", ["غلاية", "كهربائية", "جديدة"]),
        ("👩‍👩‍👧 ₹500 ™", ["👩‍👩‍👧", "₹", "500", "™"]),
        ("", []),
        (" .,;!? – ()[] \t\n", []),
        ("a\x00b", ["a", "b"]),
        ("kettle \ud83d x", ["kettle", "x"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@given(st.text(max_size=60))
def test_words_are_in_order_and_apart(text: str) -> None:
    found = words(text)
    edges = [edge for word in found for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert all(word.start < word.end <= len(text) for word in found)
    covered = set().union(*(range(w.start, w.end) for w in found)) if found else set()
    assert all(i in covered for i, c in enumerate(text) if c.isalnum() and not "\ud800" <= c <= "\udfff")


@given(st.lists(st.sampled_from(["水壶", "kettle", "🙂", "ตู้เย็น", "שלום", "\U0001d54f", "e\u0301"]), max_size=8))
def test_places_are_counted_in_characters(pieces: list[str]) -> None:
    assert cut(" . ".join(pieces)) == [word for piece in pieces for word in cut(piece)]


def test_long_texts_are_no_burden() -> None:
    assert len(words("kettle 水壶 " * 10_000)) == 20_000


@pytest.mark.parametrize("quiet", ["import warnings; warnings.simplefilter('error')"])
def test_chinese_is_cut_in_silence_and_leaves_nothing_behind(tmp_path: Path, quiet: str) -> None:
    code = f"{quiet}; import tempfile; tempfile.tempdir = {str(tmp_path)!r}"
    code += "; from prodcls.explain.segments import words; print(len(words('不锈钢水壶')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("2\n", "")
    assert list(tmp_path.iterdir()) == []


def test_the_dictionary_is_not_told_of() -> None:
    words("不锈钢")
    assert logging.getLogger("jieba").level >= logging.WARNING


def test_spans_are_shared_by_characters() -> None:
    found = np.array([0, 3]), np.array([2, 5])  # "ab cd"
    spans = np.array([[0, 0], [0, 1], [1, 4], [2, 3], [3, 5]])
    spread = overlaps(found, spans)
    assert spread.to_words(np.array([9.0, 1.0, 4.0, 9.0, 2.0])).tolist() == [3.0, 4.0]
    assert spread.placed.tolist() == [False, True, True, False, True]


def test_without_words_nothing_is_placed() -> None:
    spread = overlaps(bounds(""), np.array([[0, 3]]))
    assert spread.to_words(np.ones(1)).tolist() == []
    assert spread.placed.tolist() == [False]
    assert overlaps(bounds("a"), np.empty((0, 2), dtype=np.int64)).to_words(np.empty(0)).tolist() == [0.0]


@given(st.text(max_size=30), st.data())
def test_what_is_placed_keeps_its_sum(text: str, data: st.DataObject) -> None:
    edges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    spans = np.array(data.draw(st.lists(edges, max_size=6)), dtype=np.int64).reshape(-1, 2)
    values = np.arange(1.0, len(spans) + 1)
    found = words(text)
    spread = overlaps(bounds(text), spans)
    assert spread.to_words(values).sum() == pytest.approx(values[spread.placed].sum())
    touches = [any(max(a, w.start) < min(b, w.end) for w in found) for a, b in spans.tolist()]
    assert spread.placed.tolist() == touches
