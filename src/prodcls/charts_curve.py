"""Curves over a number, one row a class, all on one scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import LEAST_SPAN, Row, Scale, Tick, compact, frame, gridlines, join, tag

__all__ = ["Curve", "curves", "number_scale"]

BOX = 1000
"""Width of the stretched box; its height is 100."""


@dataclass(frozen=True)
class Curve:
    """One row.

    Attributes
    ----------
    label : str
    values : tuple of float
        One for each edge.
    text : str
        Right of the curve.
    """

    label: str
    values: tuple[float, ...]
    text: str


def _place(number: float) -> float:
    """Return ``sign(x) log(1 + |x|)``: the scale on which the models take numbers."""
    return math.copysign(math.log1p(abs(number)), number)


def number_scale(low: float, high: float, about: int = 5) -> Scale:
    """Return a logarithmic scale with round ticks.

    Parameters
    ----------
    low : float
    high : float
        Larger than ``low``.
    about : int
        Most ticks.
    """
    reach = max(abs(low), abs(high))
    powers = range(math.floor(math.log10(max(reach, 1e-3))) + 2)
    sizes = [m * 10.0**p for p in (-2, -1, *powers) for m in (1, 2, 5)]
    round_numbers = sorted({s * size for size in (0.0, *sizes) for s in (1, -1)})
    inside = [n for n in round_numbers if low <= n <= high]
    while len(inside) > about:
        inside = _thinned(inside)
    words = tuple(Tick(_place(n), f"{n:,.12g}".replace("-", "\u2212")) for n in inside)
    return Scale(_place(low), _place(high), words)


def _thinned(numbers: list[float]) -> list[float]:
    """Return the powers of ten, or every second number where there are only such or too few."""
    powers = [n for n in numbers if n == 0 or math.log10(abs(n)) % 1 < 1e-9]
    return powers if 2 <= len(powers) < len(numbers) else numbers[::2]


def curves(edges: tuple[float, ...], rows: tuple[Curve, ...], *, alt: str, rug: str) -> Markup:
    """Return the curves over their common edges.

    Parameters
    ----------
    edges : tuple of float
        At least two, ascending.
    rows : tuple of Curve
    alt : str
    rug : str
        Label of the row that shows where the edges are.
    """
    scale = number_scale(edges[0], edges[-1])
    reach = max((abs(v) for row in rows for v in row.values), default=0.0)
    reach = reach if reach > LEAST_SPAN else 1.0
    places = [scale.percent(_place(edge)) for edge in edges]
    lines = gridlines(scale)
    drawn = [Row(r.label, lines, _line(places, r.values, reach), r.text, kind="curves") for r in rows]
    marks = join(
        tag("line", class_="w-open", x1=f"{compact(p)}%", x2=f"{compact(p)}%", y1="-6", y2="6") for p in places
    )
    drawn.append(Row(rug, marks=marks, kind="rug"))
    return frame(drawn, alt=alt, scale=scale)


def _line(places: list[float], values: tuple[float, ...], reach: float) -> Markup:
    points = [(compact(p * BOX / 100), compact(50 - 46 * v / reach)) for p, v in zip(places, values, strict=True)]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    area = f"{path}L{points[-1][0]} 50L{points[0][0]} 50Z"
    box = {"viewBox": f"0 0 {BOX} 100", "preserveAspectRatio": "none", "y": "-30", "height": "60"}
    zero = tag("line", class_="zero", x1="0", x2=str(BOX), y1="50", y2="50")
    return tag(
        "svg", tag("path", class_="area", d=area), zero, tag("path", class_="line", d=path), class_="curve", **box
    )
