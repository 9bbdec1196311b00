"""Scripts are told apart, and no catalogue gets an encoder that cannot read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.encoders.scripts import ENGLISH, MULTILINGUAL, OTHER_SCRIPT_SHARE, choose_text_encoders, script_shares


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("abc 12 -", {"latin": 1.0}),
        ("手机abcdef", {"latin": 0.75, "cjk": 0.25}),
        ("ｆｕｌｌ", {"latin": 1.0}),
        ("éÅß", {"latin": 1.0}),
        ("カメラ", {"katakana": 1.0}),
        ("телефон", {"cyrillic": 1.0}),
        ("12.5 € ★", {}),
    ],
)
def test_letters_are_counted_by_script(text: str, shares: dict[str, float]) -> None:
    assert script_shares([text]) == shares


@given(st.lists(st.text()))
def test_shares_sum_to_one_and_fall(texts: list[str]) -> None:
    shares = list(script_shares(texts).values())
    assert shares == sorted(shares, reverse=True)
    assert not shares or sum(shares) == pytest.approx(1)


@pytest.mark.parametrize(
    ("texts", "encoders"),
    [
        (["Red cotton shirt", "Steel pan, 24 cm"], (ENGLISH, MULTILINGUAL)),
        (["三星 手机 黑色", "纯棉四件套", "TCL 电视"], (MULTILINGUAL,)),
        (["Телефон с большим экраном"], (MULTILINGUAL,)),
        (["Red cotton shirt with long sleeves", "纯棉四件套"], (MULTILINGUAL, ENGLISH)),
        (["Red cotton shirt with long sleeves"] * 100 + ["纯棉四件套"], (ENGLISH, MULTILINGUAL)),
        (["", "123"], (ENGLISH, MULTILINGUAL)),
        ([], (ENGLISH, MULTILINGUAL)),
    ],
)
def test_encoders_follow_the_scripts(texts: list[str], encoders: tuple[str, ...]) -> None:
    assert choose_text_encoders(texts).encoders == encoders


@given(st.lists(st.text(alphabet=st.characters(categories=["L"]), min_size=1), min_size=1))
def test_the_english_encoder_is_never_alone_and_never_first_for_other_scripts(texts: list[str]) -> None:
    choice = choose_text_encoders(texts)
    assert MULTILINGUAL in choice.encoders
    if 1 - choice.shares.get("latin", 0) > OTHER_SCRIPT_SHARE:
        assert choice.encoders[0] == MULTILINGUAL


def test_the_reason_names_the_scripts() -> None:
    reason = choose_text_encoders(["手机手机手机手机 abcd"]).reason
    assert "cjk 67%" in reason
    assert "33% Latin" in reason
