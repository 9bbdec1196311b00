"""Harms keep what they do not touch, in any script, and do as much harm as they say."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.explain.disturb import NOISE, TYPO_RATE, cropped, darkened, halved, noisy, rotated, shuffled, with_typos
from prodcls.explain.segments import words
from prodcls.sound_wav import Recording

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


def test_half_of_a_recording_is_its_beginning() -> None:
    whole = Recording(np.linspace(0.0, 1.0, 800, dtype=np.float32), 800, 1.0)
    half = halved(whole, np.random.default_rng(0))
    assert (half.samples.tolist(), half.seconds) == (whole.samples[:400].tolist(), 0.5)


@pytest.mark.parametrize("level", [0.01, 0.3, 1.0])
def test_noise_is_as_loud_against_the_sound_however_loud_that_is(level: float) -> None:
    tone = (level * np.sin(np.arange(20_000))).astype(np.float32)
    added = noisy(Recording(tone, 8_000, 2.5), np.random.default_rng(0)).samples
    assert np.abs(added).max() <= 1.0
    if level < 1.0:  # else it is cut off
        assert np.std(added - tone) == pytest.approx(NOISE * np.std(tone), rel=0.05)
    assert added.tobytes() == noisy(Recording(tone, 8_000, 2.5), np.random.default_rng(0)).samples.tobytes()
