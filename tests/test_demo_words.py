from __future__ import annotations

import pytest

from prodcls.demo_words import BRANDS, CLASSES, COLOURS, LANGUAGES, LEAK, MODIFIERS, SHARED, VAGUE, Kind


def test_eight_classes_in_two_groups() -> None:
    assert len({kind.name for kind in CLASSES}) == 8
    assert sorted([kind.group for kind in CLASSES].count(group) for group in {kind.group for kind in CLASSES}) == [4, 4]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_say_equally_much(language: str) -> None:
    for table in (COLOURS, MODIFIERS, VAGUE, SHARED):
        assert len(table[language]) == len(table["en"])
        assert len(set(table[language])) == len(table[language])


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.shape)
def test_classes_say_the_same_in_both_languages(kind: Kind) -> None:
    english, chinese = kind.words["en"], kind.words["zh"]
    for part in ("nouns", "specs", "lines"):
        assert len(getattr(english, part)) == len(getattr(chinese, part))
    assert all(ord(char) < 128 for line in english.lines for char in line)
    assert all(any("\u4e00" <= char <= "\u9fff" for char in line) for line in chinese.lines)


def test_classes_share_words() -> None:
    lines = [line for kind in CLASSES for line in kind.words["zh"].lines]
    assert len(set(lines)) < len(lines)
    assert len(set(BRANDS)) == len(BRANDS)
    assert not set(LEAK.values()) & {line for table in SHARED.values() for line in table}
