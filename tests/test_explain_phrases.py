"""Phrases that products share are found whole, wherever they stand and whatever the script."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prodcls.explain.phrases import Phrases, mine_phrases
from prodcls.folding import folded

LEAK = "Orders placed before noon leave our warehouse the same day."


def mine(*cells: str, groups: list[int] | None = None) -> Phrases:
    return mine_phrases({"text": cells}, np.array(groups or range(len(cells)), dtype=np.int64))


def test_a_sentence_is_found_whole_with_other_words_around_it() -> None:
    cells = [
        f"{word} kettle number {i}. {LEAK} {tail}" for i, (word, tail) in enumerate(zip("abcd", "efgh", strict=True))
    ]
    found = mine(*cells, "Something else altogether, with no word of it.")
    (phrase,) = found.phrases
    assert phrase.text == LEAK[:-1]
    assert (phrase.rows, phrase.groups) == ((0, 1, 2, 3), 4)
    start, end, number = found.places["text", 2][0]
    assert (cells[2][start:end], number) == (phrase.text, 0)


def test_words_that_change_part_two_phrases() -> None:
    cells = [f"Buy the {word} online at the best price of the year" for word in ("mug", "red hat", "lamp")]
    assert [p.text for p in mine(*cells).phrases] == ["online at the best price of the year"]


def test_case_and_width_of_letters_do_not_matter() -> None:
    assert [p.groups for p in mine(LEAK, LEAK.upper(), LEAK.replace("day", "ｄａｙ")).phrases] == [3]


def test_chinese_is_counted_by_characters() -> None:
    leak = "中午前下单，当日由蒂尔堡仓库发出"
    found = mine(*(f"{word}。{leak}。" for word in ("红色水壶", "蓝色毛巾", "手机")))
    assert [p.text for p in found.phrases] == [leak]
    assert mine(*("好用耐看",) * 3).phrases == ()


def test_copies_of_one_product_are_no_phrase() -> None:
    assert mine(LEAK, LEAK, LEAK, groups=[5, 5, 5]).phrases == ()
    assert mine(LEAK, LEAK, LEAK, LEAK, groups=[5, 5, 1, 2]).phrases[0].groups == 3


def test_two_columns_are_two_texts() -> None:
    found = mine_phrases({"a": (LEAK, "", LEAK), "b": ("", LEAK, LEAK)}, np.arange(3))
    assert found.phrases[0].rows == (0, 1, 2)
    assert set(found.places) == {("a", 0), ("b", 1), ("a", 2), ("b", 2)}


@given(st.lists(st.text(alphabet="ab c.水壶好用\n", max_size=60), max_size=8), st.integers(2, 4))
def test_places_hold_their_phrase_and_none_overlap(cells: list[str], least: int) -> None:
    found = mine_phrases({"text": cells}, np.arange(len(cells)), least=least)
    rows = [set() for _ in found.phrases]
    for (_, row), places in found.places.items():
        after = 0
        for start, end, number in places:
            assert after <= start < end
            after = end
            rows[number].add(row)
            said, text = folded(cells[row][start:end]), folded(found.phrases[number].text)
            assert [c for c in said if c.isalnum()] == [c for c in text if c.isalnum()]
    assert [sorted(r) for r in rows] == [list(p.rows) for p in found.phrases]
    assert all(p.groups >= least for p in found.phrases)
