"""The plane: places on its scales, text escaped, nothing beyond its edges."""

from __future__ import annotations

import re

import pytest

from prodcls.charts import Key
from prodcls.charts_plane import Line, Point, plane, share_axis


def test_places_and_intervals() -> None:
    axis = share_axis(0.0, 1.0)
    picture = plane(
        (Line(((0.0, 0.0), (0.5, 1.0)), "a"),),
        (Point(0.25, 0.5, 0.25, 0.75, "a"), Point(1.0, 2.0, 2.0, 2.0, "open")),
        x=axis,
        y=axis,
        titles=("<across>", "up"),
        alt='a "chart"',
        legend=(Key("k-a", "one"),),
    )
    assert "M0 1000L500 0" in picture
    assert 'cx="25%" cy="50%"' in picture
    assert 'y1="75%" y2="25%"' in picture
    assert 'cx="100%" cy="0%"' in picture
    assert "&lt;across&gt;" in picture
    assert "<across>" not in picture
    assert picture.count("<line") == len(axis.ticks) * 2 + 1


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.37, 1.0), (0.0, 0.064), (0.92, 0.961), (0.0, 0.0)])
def test_axis_ends_on_ticks_around_its_values(low: float, high: float) -> None:
    axis = share_axis(low, high)
    assert axis.low <= low + 1e-12
    assert axis.high >= high - 1e-12
    assert axis.ticks[0].value == pytest.approx(axis.low)
    assert axis.ticks[-1].value == pytest.approx(axis.high)
    assert len(axis.ticks) == len({t.text for t in axis.ticks})
    assert all(re.fullmatch(r"-?\d+(\.\d)?%", t.text) for t in axis.ticks)
