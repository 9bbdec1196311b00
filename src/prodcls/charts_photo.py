"""A photo with its regions marked."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import compact, join, tag

__all__ = ["Region", "covered_photo", "marked_photo"]

Box = tuple[float, float, float, float]

SIDE = 320
"""Longest side of the drawing, in its own units; the page scales it."""

DEEPEST = 0.55
"""Opacity of the strongest region."""

ROOM = 36.0
"""Least width of a region that has room for its figure."""

FRAMED = 0.25
"""Share of the strongest region's value from which on a region has a frame."""


@dataclass(frozen=True)
class Region:
    """A region of the photo.

    Attributes
    ----------
    box : tuple of float
        Left, top, right, bottom in [0, 1].
    value : float
    text : str
        The value in words; ``""`` to leave it out.
    """

    box: tuple[float, float, float, float]
    value: float
    text: str


def marked_photo(photo: str, size: tuple[int, int], regions: tuple[Region, ...], *, alt: str) -> Markup:
    """Return the photo under its regions: colour and frame tell the sign, depth of colour the size of a value.

    Parameters
    ----------
    photo : str
        Base64-encoded JPEG.
    size : tuple of int
        Width and height of the photo; only their ratio counts.
    regions : tuple of Region
    alt : str
    """
    width, height = (SIDE * length / max(size) for length in size)
    most = max((abs(r.value) for r in regions), default=0.0) or 1.0
    marks = [_mark(r, abs(r.value) / most, width, height) for r in regions]
    return _drawing(photo, width, height, join(marks), alt)


def _mark(region: Region, strength: float, width: float, height: float) -> Markup:
    left, top, right, bottom = region.box
    tone = "a" if region.value >= 0 else "b"
    inset = 1.5  # frames of neighbours stay apart
    frame = {
        "x": compact(left * width + inset),
        "y": compact(top * height + inset),
        "width": compact(max(0.0, (right - left) * width - 2 * inset)),
        "height": compact(max(0.0, (bottom - top) * height - 2 * inset)),
        "fill_opacity": compact(DEEPEST * strength),
    }
    mark = tag("rect", class_=f"g-{tone} framed" if strength >= FRAMED else f"g-{tone}", **frame)
    if not region.text or (right - left) * width < ROOM:
        return mark
    middle = {"x": compact((left + right) / 2 * width), "y": compact((top + bottom) / 2 * height)}
    return mark + tag("text", region.text, **middle)


def covered_photo(photo: str, size: tuple[int, int], boxes: tuple[Box, ...], *, alt: str) -> Markup:
    """Return the photo with parts of it covered.

    Parameters
    ----------
    photo : str
        Base64-encoded JPEG.
    size : tuple of int
        Width and height of the photo; only their ratio counts.
    boxes : tuple of tuple of float
        Left, top, right, bottom in [0, 1].
    alt : str
    """
    width, height = (SIDE * length / max(size) for length in size)
    covers = [
        tag(
            "rect",
            class_="cover",
            x=compact(left * width),
            y=compact(top * height),
            width=compact((right - left) * width),
            height=compact((bottom - top) * height),
        )
        for left, top, right, bottom in boxes
    ]
    return _drawing(photo, width, height, join(covers), alt)


def _drawing(photo: str, width: float, height: float, marks: Markup, alt: str) -> Markup:
    picture = tag(
        "image", href=f"data:image/jpeg;base64,{photo}", width=compact(width), height=compact(height), class_="shown"
    )
    box = f"0 0 {compact(width)} {compact(height)}"
    return tag("svg", picture, marks, class_="regions", viewBox=box, role="img", aria_label=alt)
