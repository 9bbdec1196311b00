"""Days and times as people write them; none is guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.moments import MomentError, as_instant, read_moment

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-24", "2026-11-24"),
        (" 2026/1/2 ", "2026-01-02"),
        ("2026.01.02", "2026-01-02"),
        ("2026年1月2日", "2026-01-02"),
        ("2026-11-24 9:30", "2026-11-24T09:30:00"),
        ("2026-11-24T09:30:15.250Z", "2026-11-24T09:30:15.250000+00:00"),
        ("2026-11-24T09:30:15+0800", "2026-11-24T09:30:15+08:00"),
        ("2026-11-25", "2026-11-25"),  # it is already tomorrow in the east
    ],
)
def test_what_is_a_moment(written: str, read: str) -> None:
    assert read_moment(written, NOW) == read


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("03/04/2026", "when-order"),
        ("24.11.2026", "when-order"),
        ("11/24/26 09:30", "when-order"),
        ("yesterday", "when-unreadable"),
        ("", "when-unreadable"),
        ("46350", "when-unreadable"),  # a spreadsheet's number of a day
        ("2026-02-30", "when-unreadable"),
        ("2026-11-24T25:00", "when-unreadable"),
        ("٢٠٢٦-١١-٢٤", "when-unreadable"),
        ("2026-11-26", "when-future"),
        ("2026-11-24T12:06Z", "when-future"),
        ("9999-12-31", "when-future"),
    ],
)
def test_what_is_none(written: str, code: str) -> None:
    with pytest.raises(MomentError) as caught:
        read_moment(written, NOW)
    assert caught.value.code == code


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 23)),  # noqa: DTZ001 - without a zone on purpose
    st.one_of(st.none(), st.integers(-720, 840)),
)
def test_what_was_read_is_read_again_as_the_same(moment: datetime, minutes: int | None) -> None:
    zone = None if minutes is None else timezone(timedelta(minutes=minutes))
    text = moment.replace(tzinfo=zone).isoformat()
    assert as_instant(read_moment(text, NOW)) == as_instant(text)
    assert read_moment(read_moment(text, NOW), NOW) == read_moment(text, NOW)


def test_a_day_counts_from_its_beginning() -> None:
    assert as_instant("2026-11-24") < as_instant("2026-11-24T00:00:01Z") < as_instant("2026-11-25")
