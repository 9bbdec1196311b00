"""Sounds in words and as a figure, in each language and with hostile labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hostile import HOSTILE
from prodcls.explain.attribution import Part
from prodcls.language import LANGUAGES, as_text, load_language
from prodcls.sections.heard import sound_figure, stretch_label


def segment(start: float, end: float, value: float = 0.0) -> Part:
    return Part("audio", "segment", f"{start:.4g}\u2013{end:.4g} s", value, box=(start / 2, 0.0, end / 2, 1.0))


def test_neighbouring_segments_are_one_stretch() -> None:
    assert stretch_label([segment(0.5, 0.75), segment(0.25, 0.5)]) == "0.25\u20130.75 s"
    assert stretch_label([segment(0.0, 0.25)]) == "0\u20130.25 s"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_figure_names_the_strongest_stretch_and_has_all_in_its_table(lang: str) -> None:
    t = load_language(lang)
    parts = [segment(1.0, 2.0, -0.75), segment(0.0, 1.0, 0.5), Part("price", "column", "9", 3.0, "price")]
    found = sound_figure(parts, "Horns", t)
    assert found is not None
    told = as_text(found.see)
    assert "Horns" in told
    assert "1\u20132" in told
    assert t.signed(-0.75) in told
    assert t.signed(-0.25) in told
    assert [as_text(row[0])[:3] for row in found.table.rows] == ["0\u20131", "1\u20132"]
    assert 'aria-label="' in found.picture
    assert found.picture.count("<rect") == 2


def test_without_segments_there_is_no_figure() -> None:
    t = load_language("en")
    assert sound_figure([Part("price", "column", "9", 3.0, "price")], "Horns", t) is None
    unreadable = [replace(segment(0.0, 1.0), label=label) for label in ("", "first", "2\u20131 s", "1\u20131 s")]
    assert sound_figure(unreadable, "Horns", t) is None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_written_and_not_obeyed(text: str) -> None:
    t = load_language("en")
    parts = [segment(0.0, 1.0, 0.5), replace(segment(1.0, 2.0), label=text)]
    found, calm = sound_figure(parts, text, t), sound_figure(parts, "Horns", t)
    assert found is not None
    assert calm is not None
    assert found.picture.count("<") == calm.picture.count("<")
