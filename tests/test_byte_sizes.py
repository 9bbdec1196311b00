"""Sizes are read as written, and what is none is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.byte_sizes import parse_size, shown_size
from prodcls.errors import InputError


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("12", 12), ("1 b", 1), ("2k", 2000), ("2KB", 2000), ("2KiB", 2048), ("1.5GB", 1_500_000_000),
     (" 3 mb ", 3_000_000), ("1TiB", 1 << 40)],
)  # fmt: skip
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1GB", "1,5GB", "1e9", "4 GBs", "nan", "1 1MB", "four"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no size: write a number and a unit") as caught:
        parse_size(text)
    assert caught.value.code == "size-invalid"


@given(st.integers(0, 10**15))
def test_what_is_shown_is_near_what_is_meant(size: int) -> None:
    assert abs(parse_size(shown_size(size)) - size) <= max(size * 0.06, 0.5)
