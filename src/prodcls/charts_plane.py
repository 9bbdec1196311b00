"""Lines and points over two axes, in a box that fills its width without scaling its text."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import Key, Scale, Tick, compact, join, legend_list, tag, ticks

__all__ = ["Line", "Point", "plane", "share_axis"]

LEAST = 0.005
"""Least length of an axis of shares, so that its ticks can be told apart in per cent with one decimal."""


@dataclass(frozen=True)
class Line:
    """A line through its points.

    Attributes
    ----------
    points : tuple of (float, float)
        Across and up; at least two.
    tone : str
        Class of its colour and dashes.
    """

    points: tuple[tuple[float, float], ...]
    tone: str


@dataclass(frozen=True)
class Point:
    """A value with its interval up and down.

    Attributes
    ----------
    x, y : float
    low, high : float
        Both equal ``y`` where there is no interval.
    tone : str
        Class of its colour and shape.
    """

    x: float
    y: float
    low: float
    high: float
    tone: str


def share_axis(low: float = 0.0, high: float = 1.0) -> Scale:
    """Return an axis in per cent with round ticks; the ends are moved out to them.

    Parameters
    ----------
    low : float
    high : float
    """
    steps = ticks(low, max(high, low + LEAST), 5)
    step = steps[1] - steps[0]
    ends = (steps[0] - step * (low < steps[0] - 1e-9), steps[-1] + step * (high > steps[-1] + 1e-9))
    places = [ends[0] + step * i for i in range(round((ends[1] - ends[0]) / step) + 1)]
    digits = 0 if all(abs(100 * p - round(100 * p)) < 1e-6 for p in places) else 1
    return Scale(ends[0], ends[1], tuple(Tick(p, f"{100 * p:.{digits}f}%") for p in places))


def _up(scale: Scale, value: float) -> str:
    return f"{compact(100 - scale.percent(value))}%"


def _grid(x: Scale, y: Scale) -> list[Markup]:
    drawn = []
    for t in y.ticks:
        level = _up(y, t.value)
        drawn.append(tag("line", class_="grid", x2="100%", y1=level, y2=level))
        drawn.append(tag("text", t.text, x="-8", y=level, dy=".35em", text_anchor="end"))
    for t in x.ticks:
        place = x.at(t.value)
        drawn.append(tag("line", class_="grid", x1=place, x2=place, y2="100%"))
        drawn.append(tag("text", t.text, x=place, y="100%", dy="1.4em", text_anchor="middle"))
    return drawn


def _path(line: Line, x: Scale, y: Scale) -> Markup:
    places = (f"{compact(x.percent(a) * 10)} {compact(1000 - y.percent(b) * 10)}" for a, b in line.points)
    return tag("path", class_=f"p-{line.tone}", d="M" + "L".join(places))


def _mark(point: Point, x: Scale, y: Scale) -> Markup:
    place = x.at(point.x)
    dot = tag("circle", class_=f"m-{point.tone}", cx=place, cy=_up(y, point.y), r="4.5")
    if point.low == point.high:
        return dot
    ends = {"y1": _up(y, point.low), "y2": _up(y, point.high)}
    return tag("line", class_=f"w-{point.tone}", x1=place, x2=place, **ends) + dot


def plane(
    lines: tuple[Line, ...],
    points: tuple[Point, ...] = (),
    *,
    x: Scale,
    y: Scale,
    titles: tuple[str, str],
    alt: str,
    legend: tuple[Key, ...] = (),
) -> Markup:
    """Return the chart.

    Parameters
    ----------
    lines : tuple of Line
    points : tuple of Point
    x : Scale
    y : Scale
        What lies beyond a scale is put on its edge.
    titles : tuple of (str, str)
        Of the axis across and of the one up.
    alt : str
    legend : tuple of Key
    """
    paths = (_path(line, x, y) for line in lines)
    inner = tag("svg", *paths, viewBox="0 0 1000 1000", preserveAspectRatio="none")
    box = tag("svg", join(_grid(x, y)), inner, *(_mark(p, x, y) for p in points), class_="plane")
    above, below = (tag("p", text, class_="axis-title") for text in (titles[1], titles[0]))
    return legend_list(legend) + tag("div", above, box, below, class_="planed", role="img", aria_label=alt)
