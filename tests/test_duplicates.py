"""Near-duplicates: against a plain pairwise search, on edge cases, and on the real catalogues."""

from __future__ import annotations

import csv
import math
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.duplicates import PLACEHOLDER_ROWS, THRESHOLD, mostly_unspaced, near_duplicate_groups, same_text_groups

BOILERPLATE = "free shipping on all orders cash on delivery only genuine products thirty days replacement guarantee"


def searched_pairwise(texts: list[str], threshold: float) -> list[int]:
    """Return groups by comparing all pairs of texts of lower-case words parted by blanks, the slow way."""
    words = [text.split() for text in texts]
    shingles = [{tuple(w[i : i + 2]) for i in range(max(1, len(w) - 1))} if w else set() for w in words]
    different = {tuple(w): s for w, s in zip(words, shingles, strict=True) if w}
    weight = {x: math.log1p(len(different) / sum(x in s for s in different.values())) for s in shingles for x in s}
    group = list(range(len(texts)))
    for i, j in combinations(range(len(texts)), 2):
        either = sum(weight[x] for x in shingles[i] | shingles[j])
        common = sum(weight[x] for x in shingles[i] & shingles[j])
        if either and (words[i] == words[j] or common >= threshold * either):
            group = [group[i] if g == group[j] else g for g in group]
    order = list(dict.fromkeys(group))
    return [order.index(g) for g in group]


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=9).map(" ".join), max_size=25),
    st.sampled_from([0.311, 0.507, 0.601, 0.803, 1.0]),
)
def test_finds_what_a_comparison_of_all_pairs_finds(texts: list[str], threshold: float) -> None:
    assert near_duplicate_groups(texts, threshold=threshold).tolist() == searched_pairwise(texts, threshold)


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=20), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_rows(texts: list[str], random: Random) -> None:
    order = random.sample(range(len(texts)), len(texts))
    groups = near_duplicate_groups(texts)
    shuffled = near_duplicate_groups([texts[i] for i in order])
    assert np.array_equal(groups[order][:, None] == groups[order], shuffled[:, None] == shuffled)


def test_equal_texts_are_one_group_whatever_case_width_punctuation_and_blanks() -> None:
    texts = ["Kettle, 1.7 L", "kettle  1.7 l", "ＫＥＴＴＬＥ １.７ Ｌ!", "kettle 1.8 L"]
    assert near_duplicate_groups(texts).tolist() == [0, 0, 0, 1]


def test_a_changed_word_keeps_a_text_near_and_other_words_do_not() -> None:
    texts = [
        "Rama floral single quilt and comforter with soft cotton filling for winter in pink",
        "Rama floral single quilt and comforter with soft cotton filling for winter in yellow",
        "Skmei analog digital sports watch for men and boys with stopwatch and alarm in pink",
    ]
    assert near_duplicate_groups(texts).tolist() == [0, 0, 1]


def test_chinese_texts_are_compared_by_characters() -> None:
    texts = [
        "华为 G660 白色 移动4G手机 精品旗舰更轻更薄",
        "华为 G660 深灰色 移动4G手机 精品旗舰更轻更薄",
        "新年礼盒手工蚕丝被",
    ]
    assert near_duplicate_groups(texts).tolist() == [0, 0, 1]


def test_traditional_and_simplified_characters_are_the_same() -> None:
    texts = ["華為 G660 白色 手機 精品旗艦更輕更薄", "华为 G660 白色 手机 精品旗舰更轻更薄", "新年礼盒手工蚕丝被"]
    assert near_duplicate_groups(texts).tolist() == same_text_groups(texts).tolist() == [0, 0, 1]


def test_boilerplate_does_not_tie_products_together() -> None:
    texts = [f"model{i} colour{i % 7} size{i % 11} {BOILERPLATE}" for i in range(300)]
    assert len(set(near_duplicate_groups(texts).tolist())) == 300


def test_blank_texts_and_texts_without_words_are_alone() -> None:
    assert near_duplicate_groups(["", " ", "★★★", "★★★", ""]).tolist() == [0, 1, 2, 3, 4]
    assert near_duplicate_groups([]).tolist() == []


def test_equal_photos_tie_products_also_through_texts() -> None:
    texts = ["red mug", "blue bowl", "red mug", "green plate", ""]
    photos = ["x", "x", None, None, "y"]
    assert near_duplicate_groups(texts, photos).tolist() == [0, 0, 0, 1, 2]
    assert near_duplicate_groups(texts).tolist() == [0, 1, 0, 2, 3]


def test_equal_sounds_tie_products_as_equal_photos_do() -> None:
    texts = ["red mug", "blue bowl", "green plate", "tin cup", "oak chair"]
    photos, sounds = ["x", "x", None, "y", None], [None, "x", "x", "s", "y"]  # a photo is no sound
    assert near_duplicate_groups(texts, photos, sound_keys=sounds).tolist() == [0, 0, 0, 1, 2]
    assert near_duplicate_groups(texts, sound_keys=sounds).tolist() == [0, 1, 1, 2, 3]
    many = [f"product{i}" for i in range(PLACEHOLDER_ROWS + 1)]
    assert len(set(near_duplicate_groups(many, sound_keys=["hall"] * len(many)).tolist())) == len(many)


@pytest.mark.parametrize(("rows", "groups"), [(PLACEHOLDER_ROWS, 1), (PLACEHOLDER_ROWS + 1, PLACEHOLDER_ROWS + 1)])
def test_a_photo_under_many_products_is_a_placeholder(rows: int, groups: int) -> None:
    found = near_duplicate_groups([f"product{i}" for i in range(rows)], ["none.png"] * rows)
    assert len(set(found.tolist())) == groups


def test_pairs_are_compared_over_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [" ".join(f"word{j}of{i // 5}" for j in range(12)) + f" number{i}" for i in range(200)]
    expected = near_duplicate_groups(texts).tolist()
    monkeypatch.setattr("prodcls.duplicates.CANDIDATES_AT_ONCE", 7)
    monkeypatch.setattr("prodcls.duplicates.PAIRS_AT_ONCE", 3)
    assert near_duplicate_groups(texts).tolist() == expected
    assert expected == [i // 5 for i in range(200)]


@pytest.mark.parametrize(
    ("text", "unspaced"),
    [("苹果 iPhone Plus 手机", False), ("苹果手机 iPhone", True), ("กระเป๋า", True), ("लाल केतली", False), ("", False)],
)
def test_mostly_unspaced(text: str, unspaced: bool) -> None:
    assert mostly_unspaced(text) is unspaced


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "columns", "largest"), [("flipkart1050", ("title", "description"), 25), ("amazon_in11k", ("title",), 20)]
)
def test_real_catalogues_fall_into_small_groups(
    shared_data: Path, name: str, columns: tuple[str, ...], largest: int
) -> None:
    with (shared_data / name / "products.csv").open(encoding="utf-8", newline="") as file:
        texts = ["\n".join(row[c] for c in columns) for row in csv.DictReader(file)]
    sizes = np.bincount(near_duplicate_groups(texts))
    assert 1 < sizes.max() <= largest
    loose = np.bincount(near_duplicate_groups(texts, threshold=THRESHOLD - 0.2))
    assert len(loose) < len(sizes)
