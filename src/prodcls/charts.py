"""What all charts share: safe markup, scales, and the frame of rows.

A chart is a list of rows, each with a label in HTML (so that it wraps and takes any script), a track in SVG, and its
figure. Tracks use percentages across and pixels down: they fill any width without scaling their text. Charts are the
only place of the project that makes markup; every label is escaped by `tag`. Colours come from the style sheet by
class name, since the page's security policy admits no style attribute.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

__all__ = [
    "LEAST_SPAN",
    "Key",
    "Row",
    "Scale",
    "Tick",
    "compact",
    "frame",
    "gridlines",
    "join",
    "legend_list",
    "signed_ticks",
    "tag",
    "ticks",
]


NOTHING = Markup("")


def tag(name: str, *children: str | Markup, **attributes: str) -> Markup:
    """Return an element; children and attribute values are escaped unless they are markup already.

    Parameters
    ----------
    name : str
        Of our own, never from data; so are the attribute names, written with ``_`` for ``-`` and a last ``_`` dropped.
    *children : str or Markup
    **attributes : str
    """
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(text)}"' for key, text in attributes.items())
    inside = "".join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - all parts are escaped above


def compact(number: float) -> str:
    """Return a coordinate with at most two decimals and nothing needless."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(frozen=True)
class Tick:
    """A mark on the axis."""

    value: float
    text: str


@dataclass(frozen=True)
class Scale:
    """A linear scale over the width of a track.

    Attributes
    ----------
    low, high : float
        Values at the left and the right edge; ``high > low``.
    ticks : tuple of Tick
    """

    low: float
    high: float
    ticks: tuple[Tick, ...] = ()

    def percent(self, number: float) -> float:
        """Return the place of a value in per cent of the width; what lies beyond is put on the edge."""
        return 100.0 * min(1.0, max(0.0, (number - self.low) / (self.high - self.low)))

    def at(self, number: float) -> str:
        """Return the place of a value as an SVG length."""
        return f"{compact(self.percent(number))}%"

    def width(self, start: float, end: float) -> str:
        """Return the distance of two values as an SVG length."""
        return f"{compact(abs(self.percent(end) - self.percent(start)))}%"


LEAST_SPAN = 1e-9
"""Logits below which a chart shows zero: smaller differences are rounding, and have no round steps."""


LEAST_STEP = 1e-300
"""Step below which numbers are as good as one: powers of ten end there."""


def ticks(low: float, high: float, about: int = 4) -> tuple[float, ...]:
    """Return round values between ``low`` and ``high``, about that many, in steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / about
    if rough < LEAST_STEP:
        return (low,)
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [m * power for m in (0.5, 1, 2, 5, 10)]
    at = next(i for i, step in enumerate(steps) if step >= rough * (1 - 1e-9))
    if not _multiples(steps[at], low, high):  # from 1 to 402 there is no multiple of 500
        at -= 1
    return tuple(i * steps[at] for i in _multiples(steps[at], low, high))


def _multiples(step: float, low: float, high: float) -> range:
    """Return the whole numbers of which ``step`` times is between ``low`` and ``high``."""
    return range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)


def signed_ticks(low: float, high: float, about: int) -> tuple[Tick, ...]:
    """Return ticks written with their sign, zero without one."""
    places = (0.0 if abs(t) < 1e-12 * (high - low) else t for t in ticks(low, high, about))
    return tuple(Tick(t, f"{t:+.6g}".replace("-", "\u2212") if t else "0") for t in places)


@dataclass(frozen=True)
class Row:
    """One row of a chart.

    Attributes
    ----------
    label : str
    track : Markup
        Contents of the track, over its whole height: percentages down as well.
    marks : Markup
        Contents of the track with its middle as zero: pixels down, so that they keep their size and stay level with
        a label of several lines.
    figure : str
        Right of the track.
    note : str
        Small print under the label.
    dot : str
        Class of the coloured dot before the label; none when empty.
    kind : str
        Further class of the row; the style sheet gives its least height.
    """

    label: str
    track: Markup = NOTHING
    marks: Markup = NOTHING
    figure: str = ""
    note: str = ""
    dot: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Key:
    """One entry of the legend: a swatch of class ``mark`` and what it stands for."""

    mark: str
    text: str


def join(parts: Iterable[Markup]) -> Markup:
    """Return markup one after the other."""
    return NOTHING.join(parts)


def bidi(text: str) -> Markup:
    """Return text of the catalogue, isolated from the direction of its surroundings."""
    return tag("bdi", text)


def gridlines(scale: Scale) -> Markup:
    """Return the lines of the axis' ticks, from top to bottom of a track."""
    return join(
        tag("line", class_="zero" if t.value == 0 else "grid", x1=scale.at(t.value), x2=scale.at(t.value), y2="100%")
        for t in scale.ticks
    )


def _axis(scale: Scale) -> Row:
    words = []
    for t in scale.ticks:
        place = scale.percent(t.value)
        anchor = "start" if place < 4 else "end" if place > 96 else "middle"
        words.append(tag("text", t.text, x=f"{compact(place)}%", y="4", text_anchor=anchor))
    return Row("", marks=join(words), kind="axis")


def _row(row: Row) -> Markup:
    label = [tag("i", class_=f"dot {row.dot}")] if row.dot else []
    label.append(bidi(row.label))
    if row.note:
        label.append(tag("small", bidi(row.note)))
    middle = tag("svg", row.marks, y="50%")
    cells = [
        tag("div", *label, class_="l"),
        tag("div", tag("svg", row.track, middle), class_="t"),
        tag("div", row.figure, class_="v"),
    ]
    return tag("div", *cells, class_=f"r {row.kind}".strip())


def frame(rows: Iterable[Row], *, alt: str, scale: Scale | None = None, legend: tuple[Key, ...] = ()) -> Markup:
    """Return a chart of rows.

    Parameters
    ----------
    rows : iterable of Row
    alt : str
        What a person who cannot see the chart should know: what it shows and its main point.
    scale : Scale, optional
        Adds the axis.
    legend : tuple of Key
    """
    body = [_row(row) for row in rows]
    if scale is not None and scale.ticks:
        body.append(_row(_axis(scale)))
    chart = tag("div", *body, class_="chart", role="img", aria_label=alt)
    return legend_list(legend) + chart


def legend_list(legend: tuple[Key, ...]) -> Markup:
    """Return the legend, or nothing without entries."""
    if not legend:
        return NOTHING
    return tag("ul", *(tag("li", tag("i", class_=f"key {k.mark}"), bidi(k.text)) for k in legend), class_="legend")
