"""When something was decided, as people and spreadsheets write it: a day, or a day and a time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

__all__ = ["MomentError", "as_instant", "read_moment"]

_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?P<mark>[-/.]|\u5e74)(?P<month>\d{1,2})(?:[-/.]|\u6708)(?P<day>\d{1,2})\u65e5?"
    r"(?:[T ]\s*(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE | re.ASCII,
)
_TURNED = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:\D.*)?")

AHEAD = timedelta(hours=14)
"""How far the most eastern time zone is ahead of UTC: what is said without a zone may be that far from now."""

SLACK = timedelta(minutes=5)
"""By which clocks may differ."""


class MomentError(ValueError):
    """Raised for what is no moment, or one that has not come yet; the message says what to write.

    Parameters
    ----------
    message : str
    code : str
        Stable identifier.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def read_moment(written: str, now: datetime) -> str:
    """Return a moment in ISO 8601: a day, or a day and a time with its zone where one was given.

    Parameters
    ----------
    written : str
        The year first: ``2026-11-24``, ``2026/11/24 9:30``, ``2026-11-24T09:30:00+08:00``, ``2026年11月24日``.
    now : datetime
        With time zone.

    Returns
    -------
    str

    Raises
    ------
    MomentError
        Codes ``when-order`` (which number is the day is not said), ``when-unreadable``, ``when-future``.

    Examples
    --------
    >>> now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> read_moment("2026/1/2", now), read_moment("2026-01-02 9:30", now)
    ('2026-01-02', '2026-01-02T09:30:00')
    """
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        if _TURNED.fullmatch(written.strip()):
            message = "which number is the day is not said: write the year first, 2026-11-24, in a cell of text"
            raise MomentError(message, "when-order")
        message = "is neither a day such as 2026-11-24 nor a day and a time such as 2026-11-24T09:30+01:00"
        raise MomentError(message, "when-unreadable")
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        if found["time"] is None:
            text = day.isoformat()
        else:
            zone = (found["zone"] or "").upper()
            text = datetime.fromisoformat(f"{day.isoformat()}T{_padded(found['time'])}{zone}").isoformat()
    except ValueError:
        raise MomentError("there is no such day or time", "when-unreadable") from None
    if as_instant(text) > now + (SLACK if _aware(text) else AHEAD):
        raise MomentError("lies in the future", "when-future")
    return text


def _padded(time: str) -> str:
    hour, rest = time.split(":", 1)
    return f"{hour:0>2}:{rest}"


def as_instant(moment: str) -> datetime:
    """Return the instant by which moments are put in order: a day counts from its beginning, no zone as UTC.

    Parameters
    ----------
    moment : str
        From `read_moment`.

    Returns
    -------
    datetime
        In UTC.

    Raises
    ------
    ValueError
        If it is none.
    """
    found = datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _aware(moment: str) -> bool:
    return datetime.fromisoformat(moment).tzinfo is not None
