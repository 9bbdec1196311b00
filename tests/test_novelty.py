"""What is new is told from what merely occurs once: training products are held against the others."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prodcls.novelty import new_values, new_words

TEXTS = st.lists(st.text("ab 水壶", max_size=8), min_size=1, max_size=8)


def test_words_that_no_training_product_has_are_named() -> None:
    found = new_words(["red kettle", "blue kettle", ""], ["Steel kettle", "red", "", "不锈钢 red"])
    assert found.before[:2].tolist() == [0.5, 0.5]
    assert np.isnan(found.before[2])
    assert found.after[:2].tolist() == [0.5, 0.0]
    assert np.isnan(found.after[2])
    assert found.after[3] == 0.75  # three characters and a word
    assert found.words == (("Steel",), (), (), ("不锈钢",))


def test_a_word_in_the_other_form_of_chinese_is_not_new() -> None:
    assert new_words(["电冰箱 白色"], ["電冰箱 藍色"]).words == (("藍",),)


@given(TEXTS)
def test_a_product_trained_on_twice_has_nothing_of_its_own(texts: list[str]) -> None:
    found = new_words([*texts, *texts], texts)
    assert np.nansum(found.before) == 0
    assert np.nansum(found.after) == 0
    assert not any(found.words)


@given(TEXTS)
def test_what_a_product_alone_has_would_be_new_without_it(texts: list[str]) -> None:
    whole = new_words(texts, texts)
    for i, text in enumerate(texts):
        rest = [*texts[:i], *texts[i + 1 :]] or [""]
        alone = new_words(rest, [text]).after[0]
        assert alone == whole.before[i] or (np.isnan(alone) and np.isnan(whole.before[i]))


def test_values_that_occur_once_foretell_those_that_come_new() -> None:
    found = new_values(["a", "a", "b", ""], ["a", "c", "c", "", "d"])
    assert found.before.tolist() == [False, False, True, False]
    assert found.after.tolist() == [False, True, True, False, True]
    assert found.counts == {"c": 2, "d": 1}
    assert list(found.counts) == ["c", "d"]
