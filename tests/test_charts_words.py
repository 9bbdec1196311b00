"""Bars of words: sign by colour, size by length, what stands out by its class."""

from __future__ import annotations

from prodcls.charts_words import WordBar, word_bars

BARS = (WordBar("kettle", 2.0, "+0.50", "in 4", marked=True), WordBar("phone", -1.0, "-0.2", "in 5", marked=False))


def test_the_longest_bar_is_as_wide_as_the_chart() -> None:
    picture = word_bars(BARS, alt="x")
    assert 'class="f-a" width="100%"' in picture
    assert 'class="f-b" width="50%"' in picture
    assert picture.count("marked") == 1


def test_without_words_there_is_an_empty_chart() -> None:
    assert "<rect" not in word_bars((), alt="x")


def test_text_is_escaped() -> None:
    assert "<i>" not in word_bars((WordBar("<i>", 1.0, "<i>", "<i>", marked=False),), alt="<i>").replace("<i class", "")
