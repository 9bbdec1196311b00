"""Words and phrases as bars: for the class first, then against it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import Row, Scale, frame, tag

__all__ = ["WordBar", "word_bars"]


@dataclass(frozen=True)
class WordBar:
    """One row.

    Attributes
    ----------
    label : str
    value : float
        Its sign tells the colour, its size the length.
    text : str
        Right of the bar.
    note : str
        Small print.
    marked : bool
        Whether the row stands out.
    """

    label: str
    value: float
    text: str
    note: str
    marked: bool


def word_bars(items: tuple[WordBar, ...], *, alt: str) -> Markup:
    """Return the bars, the longest as wide as the chart."""
    scale = Scale(0.0, max((abs(i.value) for i in items), default=0.0) or 1.0)
    rows = []
    for item in items:
        tone = "f-a" if item.value >= 0 else "f-b"
        bar = tag("rect", class_=tone, width=scale.width(0, abs(item.value)), y="-5", height="10", rx="2")
        kind = "spoken marked" if item.marked else "spoken"
        rows.append(Row(item.label, marks=bar, figure=item.text, note=item.note, kind=kind))
    return frame(rows, alt=alt)
