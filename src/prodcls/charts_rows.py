"""Bars, dots with intervals, and waterfalls."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import LEAST_SPAN, Key, Row, Scale, Tick, frame, gridlines, join, signed_ticks, tag, ticks

__all__ = ["Bar", "DotRow", "Mark", "Step", "bars", "dots", "share_scale", "waterfall"]

NEGLIGIBLE = 0.35
"""A row this far below the best does not stretch the axis: it is marked at the edge instead."""


@dataclass(frozen=True)
class Bar:
    """A bar from zero.

    Attributes
    ----------
    label : str
    value : float
        Not negative.
    text : str
        The value in words.
    tone : str
        Class of its colour.
    """

    label: str
    value: float
    text: str
    tone: str = "a"


def bars(items: tuple[Bar, ...], *, alt: str) -> Markup:
    """Return bars, the longest as wide as the chart."""
    scale = Scale(0.0, max((b.value for b in items), default=0.0) or 1.0)
    rows = []
    for item in items:
        bar = tag("rect", class_=f"f-{item.tone}", width=scale.width(0, item.value), y="-6", height="12", rx="2")
        rows.append(Row(item.label, marks=bar, figure=item.text))
    return frame(rows, alt=alt)


@dataclass(frozen=True)
class Mark:
    """A value with its interval.

    Attributes
    ----------
    value : float
    low, high : float
        Both equal ``value`` where there is no interval.
    tone : str
        Class of its colour and shape.
    """

    value: float
    low: float
    high: float
    tone: str


@dataclass(frozen=True)
class DotRow:
    """Marks on one line."""

    label: str
    marks: tuple[Mark, ...]
    text: str
    kind: str = ""


def share_scale(marks: tuple[Mark, ...]) -> Scale:
    """Return a scale in per cent that ends at 1 or below and starts where the marks worth comparing start."""
    best = max(m.value for m in marks)
    low = min(m.low for m in marks if m.value >= best - NEGLIGIBLE)
    high = min(1.0, max(m.high for m in marks))
    margin = max(0.005, 0.04 * (high - low))
    low, high = max(0.0, low - margin), min(1.0, high + margin)
    steps = ticks(low, high)
    digits = 0 if all(abs(100 * t - round(100 * t)) < 1e-6 for t in steps) else 1
    return Scale(low, high, tuple(Tick(t, f"{100 * t:.{digits}f}%") for t in steps))


def _mark(mark: Mark, scale: Scale, y: int) -> Markup:
    if mark.value < scale.low:
        return tag("path", class_=f"f-{mark.tone}", d=f"M7 {y - 4}L1 {y}L7 {y + 4}z")
    dot = tag("circle", class_=f"m-{mark.tone}", cx=scale.at(mark.value), cy=str(y), r="4.5")
    if mark.low == mark.high:
        return dot
    line = tag("line", class_=f"w-{mark.tone}", x1=scale.at(mark.low), x2=scale.at(mark.high), y1=str(y), y2=str(y))
    return line + dot


def dots(
    rows: tuple[DotRow, ...],
    *,
    alt: str,
    legend: tuple[Key, ...] = (),
    reference: float | None = None,
    joined: bool = False,
    scale: Scale | None = None,
) -> Markup:
    """Return dots with their intervals, one row each.

    Parameters
    ----------
    rows : tuple of DotRow
        Shares in [0, 1].
    alt : str
    legend : tuple of Key
    reference : float, optional
        Value of a vertical line through all rows.
    joined : bool
        Put the marks of a row on one line and draw a line between them.
    scale : Scale, optional
        By default the one that `share_scale` gives.
    """
    scale = scale or share_scale(tuple(m for row in rows for m in row.marks))
    drawn = []
    for row in rows:
        track, marks = gridlines(scale), []
        if reference is not None:
            track += tag("line", class_="ref", x1=scale.at(reference), x2=scale.at(reference), y2="100%")
        if joined and len(row.marks) > 1:
            places = sorted(m.value for m in row.marks)
            ends = {"x1": scale.at(places[0]), "x2": scale.at(places[-1])}
            marks.append(tag("line", class_="tie", **ends))
        ranged = sum(m.low < m.high for m in row.marks)
        lanes = (-4, 5) if ranged > 1 else (0,)
        marks += [_mark(m, scale, lanes[i % len(lanes)]) for i, m in enumerate(row.marks)]
        drawn.append(Row(row.label, track, join(marks), row.text, kind=row.kind))
    return frame(drawn, alt=alt, scale=scale, legend=legend)


@dataclass(frozen=True)
class Step:
    """One step of a waterfall.

    Attributes
    ----------
    label : str
    note : str
        Small print: the evidence for both classes.
    change : float
    text : str
        The change in words.
    block : str
        Class of the block's colour.
    """

    label: str
    note: str
    change: float
    text: str
    block: str


def waterfall(
    steps: tuple[Step, ...], *, total_label: str, total_text: str, alt: str, legend: tuple[Key, ...] = ()
) -> Markup:
    """Return steps that add up from zero to the total.

    Parameters
    ----------
    steps : tuple of Step
    total_label : str
        Of the last row.
    total_text : str
        Of the last row.
    alt : str
    legend : tuple of Key
    """
    reached = [0.0]
    for step in steps:
        reached.append(reached[-1] + step.change)
    low, high = min(reached), max(reached)
    room = 0.02 * (high - low if high - low > LEAST_SPAN else 1.0)
    low, high = low - room, high + room
    scale = Scale(low, high, signed_ticks(low, high, 4))
    rows = []
    for i, step in enumerate(steps):
        start, end = reached[i], reached[i + 1]
        tone = "f-a" if step.change >= 0 else "f-b"
        left = min(start, end)
        track = gridlines(scale) + tag("line", class_="link", x1=scale.at(start), x2=scale.at(start), y2="50%")
        track += tag("line", class_="link", x1=scale.at(end), x2=scale.at(end), y1="50%", y2="100%")
        bar = tag("rect", class_=tone, x=scale.at(left), y="-6", width=scale.width(start, end), height="12", rx="1")
        rows.append(Row(step.label, track, bar, step.text, step.note, step.block))
    end = reached[-1]
    place = {"x": scale.at(min(0.0, end)), "width": scale.width(0, end)}
    total = tag("rect", class_="f-total", y="-7", height="14", rx="1", **place)
    rows.append(Row(total_label, gridlines(scale), total, total_text, kind="total"))
    return frame(rows, alt=alt, scale=scale, legend=legend)
