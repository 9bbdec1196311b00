"""Drawn product pictures for the demo catalogue: eight shapes that resemble one another, and a plain carton."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

__all__ = ["GLASS", "LINE", "PAINTS", "SIDE", "Draw", "Paint", "Shape", "box", "disc", "draw_product"]

SIDE = 96
"""Pixels of a picture's side."""

PAINTS = ((236, 236, 232), (178, 184, 190), (48, 50, 56), (62, 98, 158), (168, 58, 52), (84, 128, 88))
"""White, silver, black, blue, red, green."""

_CANVAS = 192  # drawn at twice the size, then scaled down, which smooths the edges
LINE = (30, 32, 36)
GLASS = (96, 112, 128)

Paint = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
Shape = Callable[[Draw, Paint, int], None]
"""Draws a thing in one paint and one of three variants."""


def box(draw: Draw, area: tuple[float, float, float, float], fill: Paint, radius: float = 4.0) -> None:
    """Draw a box with round corners: left, top, right, bottom and the corners' radius in pixels of the canvas."""
    draw.rounded_rectangle(area, radius, fill=fill, outline=LINE, width=2)


def disc(draw: Draw, x: float, y: float, r: float, fill: Paint) -> None:
    """Draw a disc by its middle and radius."""
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=LINE, width=2)


def _refrigerator(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (58, 16, 134, 178), paint)
    split = (72, 110, 60)[variant]
    draw.line((58, split, 134, split), fill=LINE, width=3)
    for y in (split - 34, split + 14):
        draw.line((66, y, 66, y + 22), fill=LINE, width=4)


def _washer(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (40, 34 - 8 * variant, 152, 168), paint)
    disc(draw, 96, 112, 38 - 3 * variant, GLASS)
    draw.line((40, 62, 152, 62), fill=LINE, width=2)
    disc(draw, 134, 48, 7, LINE)


def _conditioner(draw: Draw, paint: Paint, variant: int) -> None:
    if variant == 2:  # a standing one, as tall as a refrigerator
        box(draw, (62, 16, 130, 178), paint)
        for y in range(32, 92, 10):
            draw.line((70, y, 122, y), fill=LINE, width=2)
        return
    box(draw, (16, 62, 176, 126), paint, 10)
    for y in range(104, 124, 6):
        draw.line((28, y, 164, y), fill=LINE, width=2)


def _vacuum(draw: Draw, paint: Paint, variant: int) -> None:
    if variant == 2:  # a robot, seen from above
        disc(draw, 96, 96, 66, paint)
        disc(draw, 96, 80, 18, GLASS)
        return
    draw.line((128, 18, 70, 150), fill=LINE, width=7)
    box(draw, (34, 144, 108, 168), paint)
    disc(draw, 112, 62, 26, paint)


def _phone(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (60, 20, 132, 172), paint, 12)
    if variant == 1:  # seen from behind
        for x in (74, 94):
            disc(draw, x, 40, 8, GLASS)
        return
    box(draw, (66, 32, 126, 160), GLASS)


def _laptop(draw: Draw, paint: Paint, variant: int) -> None:
    top = (36, 52, 70)[variant]
    box(draw, (40, top, 152, 126), paint)
    box(draw, (48, top + 8, 144, 118), GLASS)
    draw.polygon(((40, 126), (152, 126), (176, 152), (16, 152)), fill=paint, outline=LINE)
    draw.line((36, 140, 156, 140), fill=LINE, width=3)


def _headphones(draw: Draw, paint: Paint, variant: int) -> None:
    if variant == 2:  # earbuds in their case
        box(draw, (50, 56, 142, 136), paint, 24)
        for x in (78, 114):
            disc(draw, x, 90, 12, GLASS)
        return
    draw.arc((40, 28, 152, 164), 180, 360, fill=LINE, width=9)
    for x in (36, 128):
        box(draw, (x, 88, x + 30, 148), paint, 12)


def _camera(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (30, 58 - 6 * variant, 162, 144), paint, 8)
    box(draw, (78, 44 - 6 * variant, 116, 60), paint)
    disc(draw, 96, 100, 34 - 3 * variant, GLASS)
    disc(draw, 96, 100, 16, LINE)


def _carton(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (36, 44, 156, 156), (188, 152, 108), 2)
    draw.rectangle((36, 88 + 6 * variant, 156, 104 + 6 * variant), fill=paint)


_SHAPES: dict[str, Shape] = {
    "refrigerator": _refrigerator,
    "washer": _washer,
    "conditioner": _conditioner,
    "vacuum": _vacuum,
    "phone": _phone,
    "laptop": _laptop,
    "headphones": _headphones,
    "camera": _camera,
    "carton": _carton,
}


def _background(rng: np.random.Generator) -> Image.Image:
    """Return a wall in a random tint, lit unevenly."""
    tint = rng.integers(150, 245, 3)
    blotches = np.clip(tint + rng.normal(0.0, 16.0, (5, 5, 1)), 0, 255).astype(np.uint8)
    return Image.fromarray(blotches).resize((_CANVAS, _CANVAS), Image.Resampling.BICUBIC)


def draw_product(shape: str | Shape, paint: int, rng: np.random.Generator) -> Image.Image:
    """Draw one product in random pose before a random wall.

    Parameters
    ----------
    shape : str or Shape
        Name of one of the demo's drawings, of which ``"carton"`` shows the packaging only; or a drawing.
    paint : int
        Index into `PAINTS`.
    rng : numpy.random.Generator

    Returns
    -------
    PIL.Image.Image
        RGB, `SIDE` x `SIDE` pixels.
    """
    layer = Image.new("RGBA", (_CANVAS, _CANVAS))
    shade = tuple(int(np.clip(c + rng.integers(-24, 25), 0, 255)) for c in PAINTS[paint])
    paints = _SHAPES[shape] if isinstance(shape, str) else shape
    paints(ImageDraw.Draw(layer), (shade[0], shade[1], shade[2]), int(rng.integers(3)))
    scale = rng.uniform(0.55, 1.05)
    squeeze = rng.uniform(0.8, 1.2)
    size = (max(1, int(_CANVAS * scale * squeeze)), max(1, int(_CANVAS * scale)))
    turned = layer.resize(size, Image.Resampling.BILINEAR).rotate(
        rng.uniform(-28.0, 28.0), Image.Resampling.BILINEAR, expand=True
    )
    canvas = _background(rng)
    shift = rng.integers(-18, 19, 2)
    canvas.paste(
        turned,
        ((_CANVAS - turned.width) // 2 + int(shift[0]), (_CANVAS - turned.height) // 2 + int(shift[1])),
        turned,
    )
    return canvas.resize((SIDE, SIDE), Image.Resampling.BOX)
