"""Harms keep what they do not touch, in any script, and do as much harm as they say."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.explain.disturb import TYPO_RATE, cropped, darkened, rotated, shuffled, with_typos
from prodcls.explain.segments import words

TEXTS = st.text(max_size=60) | st.sampled_from(
    ["小米 Redmi 笔记本电脑，14 英寸", "ساعة يد رجالية", "Cotton Bath Towel (3 pieces), red/blue", "กาน้ำชาสแตนเลส"]
)


@given(TEXTS, st.integers(0, 9))
def test_typos_touch_letters_alone(text: str, seed: int) -> None:
    harmed = with_typos(text, np.random.default_rng(seed))
    kept, were = (Counter(c for c in t if not c.isalpha()) for t in (harmed, text))
    assert kept == were
    assert set(harmed) <= set(text)
    assert harmed == with_typos(text, np.random.default_rng(seed))


def test_one_letter_in_twenty_is_mistyped_each_way_as_often() -> None:
    text = "".join(chr(0x4E00 + i) for i in range(20_000))  # no letter twice
    harmed = with_typos(text, np.random.default_rng(3))
    counts = Counter(harmed)
    dropped = len(text) - len(counts)
    doubled = sum(n == 2 for n in counts.values())
    swapped = sum(a > b for a, b in itertools.pairwise(harmed))
    assert dropped + doubled + swapped == pytest.approx(len(text) * TYPO_RATE, rel=0.1)
    assert min(dropped, doubled, swapped) > 0.25 * len(text) * TYPO_RATE


@settings(deadline=None)  # the first words load dictionaries
@given(TEXTS, st.integers(0, 9))
def test_shuffled_words_are_the_same_characters(text: str, seed: int) -> None:
    harmed = shuffled(text, np.random.default_rng(seed))
    assert Counter(harmed) == Counter(text)
    if len(words(text)) < 2:
        assert harmed == text


def test_words_are_shuffled_whole() -> None:
    text = "one two three four five six seven"
    harmed = shuffled(text, np.random.default_rng(1))
    assert harmed != text
    assert sorted(harmed.split()) == sorted(text.split())
    assert shuffled("一个 红色 水壶", np.random.default_rng(0)).count(" ") == 2


def test_photos_keep_their_form_but_for_the_crop() -> None:
    pixels = np.random.default_rng(0).integers(256, size=(50, 40, 3)).astype(np.uint8)
    assert cropped(pixels).shape == (30, 24, 3)
    np.testing.assert_array_equal(cropped(pixels), pixels[10:40, 8:32])
    assert darkened(pixels).shape == rotated(pixels).shape == pixels.shape
    assert darkened(pixels).mean() == pytest.approx(pixels.mean() / 2, abs=0.5)
    assert (rotated(pixels)[0, 0] == 255).all()
    assert cropped(pixels[:1, :1]).shape == (1, 1, 3)
