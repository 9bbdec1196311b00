"""Where one number stands among the numbers of several groups: boxes on one scale, the number as a line through all."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import Key, Row, Scale, Tick, frame, gridlines, join, tag, ticks

__all__ = ["Box", "is_wide", "spread_chart"]

WIDE = 20.0
"""Ratio of the greatest to the least number from which on the scale is a logarithmic one."""

DECADES = 3
"""Decades from which on an axis has a tick at each power of ten alone."""

LEAST_ROOM = 1e-300
"""Room beside the numbers below which they are drawn as one: so little has no round steps."""


@dataclass(frozen=True)
class Box:
    """The numbers of one group.

    Attributes
    ----------
    label : str
    note : str
        Small print.
    text : str
        Right of the box.
    low, lower, middle, upper, high : float
        Ends of the line, ends of the box, and the mark in it; ascending.
    tone : str
        Class of its colour.
    """

    label: str
    note: str
    text: str
    low: float
    lower: float
    middle: float
    upper: float
    high: float
    tone: str


def is_wide(boxes: tuple[Box, ...], own: float | None) -> bool:
    """Tell whether the scale is a logarithmic one."""
    low, high = _ends(boxes, own)
    return low > 0 and high / low >= WIDE


def _ends(boxes: tuple[Box, ...], own: float | None) -> tuple[float, float]:
    places = [v for box in boxes for v in (box.low, box.high)] + ([] if own is None else [own])
    return min(places), max(places)


def spread_chart(boxes: tuple[Box, ...], own: float | None, *, alt: str, legend: tuple[Key, ...] = ()) -> Markup:
    """Return the boxes on one scale.

    Parameters
    ----------
    boxes : tuple of Box
        At least one.
    own : float or None
        Drawn as a dashed line; None: there is none.
    alt : str
    legend : tuple of Key
    """
    low, high = _ends(boxes, own)
    wide = is_wide(boxes, own)
    axis = _log_scale(low, high) if wide else _linear_scale(low, high)

    def place(value: float) -> float:
        return math.log10(value) if wide else value

    rows = []
    for box in boxes:
        track = gridlines(axis)
        if own is not None:
            at = axis.at(place(own))
            track += tag("line", class_="own", x1=at, x2=at, y2="100%")
        ends = {"x1": axis.at(place(box.low)), "x2": axis.at(place(box.high))}
        middle = axis.at(place(box.middle))
        marks = join(
            (
                tag("line", class_="whisker", **ends),
                tag(
                    "rect",
                    class_=f"f-{box.tone} box",
                    x=axis.at(place(box.lower)),
                    width=axis.width(place(box.lower), place(box.upper)),
                    y="-8",
                    height="16",
                ),
                tag("line", class_="middle", x1=middle, x2=middle, y1="-8", y2="8"),
            )
        )
        rows.append(Row(box.label, track, marks, box.text, box.note, kind="spread"))
    return frame(rows, alt=alt, scale=axis, legend=legend)


def _linear_scale(low: float, high: float) -> Scale:
    room = 0.04 * (high - low) or abs(high)
    if room < LEAST_ROOM:
        room = 1.0
    low, high = low - room, high + room
    return Scale(low, high, tuple(Tick(t, f"{t:,.6g}") for t in ticks(low, high, 4)))


def _log_scale(low: float, high: float) -> Scale:
    first, last = math.log10(low), math.log10(high)
    room = 0.04 * (last - first)
    steps = (1,) if last - first >= DECADES else (1, 3)
    marks = [m * 10.0**k for k in range(math.floor(first), math.ceil(last) + 1) for m in steps]
    found = tuple(Tick(math.log10(v), f"{v:,.6g}") for v in marks if low <= v <= high)
    return Scale(first - room, last + room, found)
