from __future__ import annotations

import pytest

from prodcls.spans import ends_of, one_end


@pytest.mark.parametrize(
    ("text", "end", "money"),
    [
        ("from $5", "lowest", "$5"),
        ("ab 5 €", "lowest", "5 €"),
        ("99元起", "lowest", "99元"),
        ("起价99", "lowest", "99"),
        ("$99 and up", "lowest", "$99"),
        ("99+", "lowest", "99"),
        ("up to $5", "highest", "up to $5"),
        ("99元以下", "highest", "99元以下"),
        ("< 5", "highest", "< 5"),
        ("<b>5</b>", "", "<b>5</b>"),
        ("$5", "", "$5"),
    ],
)
def test_one_end_of_a_range(text: str, end: str, money: str) -> None:
    assert one_end(text) == (end, money)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("¥99-199", ("¥99", "199")),
        ("$10 to $20", ("$10", "$20")),
        ("99~199元", ("99", "199元")),
        ("10 bis 20 €", ("10", "20 €")),
        ("2024-11-24", None),
        ("-5-10", None),
        ("10--20", None),
        ("5-", None),
        ("tomato 5", None),
        ("5", None),
    ],
)
def test_both_ends_of_a_range(text: str, ends: tuple[str, str] | None) -> None:
    assert ends_of(text) == ends
