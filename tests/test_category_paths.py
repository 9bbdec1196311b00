"""Paths are taken apart without losing a name, and plain names with a slash are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.category_paths import SEPARATORS, name_key, separator_of, split_path

NAMES = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters="<>/＞／»›\"'[]"),
    min_size=1,
    max_size=8,
)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map(tuple)


@given(path=PATHS, separator=st.sampled_from(SEPARATORS), blanks=st.sampled_from(["", " ", "  ", "\u3000"]))
def test_no_name_is_lost(path: tuple[str, ...], separator: str, blanks: str) -> None:
    written = f"{blanks}{separator}{blanks}".join(path)
    for around in ("{}", " {} ", '["{}"]', "['{}']", "[ '{}' ]", f"{{}} {separator}", f"{separator}{{}}"):
        assert split_path(around.format(written), separator) == path


@given(path=PATHS)
def test_separators_are_known_in_their_full_width_form(path: tuple[str, ...]) -> None:
    for separator, wide in ((">>", "＞＞"), (">", "＞"), ("/", "／")):
        assert split_path(wide.join(path), separator) == path


@given(text=st.text(max_size=40), separator=st.sampled_from(SEPARATORS))
def test_any_text_can_be_taken_apart(text: str, separator: str) -> None:
    found = split_path(text, separator)
    assert all(name and name == name.strip() for name in found)
    assert split_path(f" {separator} ".join(found), separator) == found or any(c in text for c in "[]'\"")


def test_what_is_part_of_a_name_stays() -> None:
    assert split_path("Size > 5 >> [new] >> Men's", ">>") == ("Size > 5", "[new]", "Men's")
    assert split_path("[A] >> [B]", ">>") == ("[A]", "[B]")
    assert split_path('["A >> B', ">>") == ('["A', "B")
    assert split_path("[new]", ">>") == ("[new]",)


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (("A >> x", "A >> y", "B"), ">>"),
        (("A>x", "A>y>z", "B"), ">"),
        (("A＞x", "A＞y"), ">"),
        (('["A >> x"]', '["A >> y >> "]'), ">>"),
        (("A/x", "A/y"), "/"),
        (("", "A >> x", "a >> y"), ">>"),
        (("TV/Audio", "TV/Audio/Cables"), None),
        (("A > B", "C > D"), None),
        (("A", "B", "C", "C > D"), None),
        (("Pans", "Cups"), None),
        ((), None),
    ],
)
def test_the_separator_is_told_with_care(cells: tuple[str, ...], separator: str | None) -> None:
    assert separator_of(cells) == separator


def test_names_are_compared_without_width_case_and_blanks() -> None:
    assert name_key(" Kitchen \u3000& Dining ") == name_key("ＫＩＴＣＨＥＮ & dining")
    assert name_key("Pans") != name_key("Pan")
