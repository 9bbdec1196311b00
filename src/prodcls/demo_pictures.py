"""Drawn product pictures for the demo catalogue: eight shapes that resemble one another, and a plain carton."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

__all__ = ["PAINTS", "SIDE", "draw_product"]

SIDE = 96
"""Pixels of a picture's side."""

PAINTS = ((236, 236, 232), (178, 184, 190), (48, 50, 56), (62, 98, 158), (168, 58, 52), (84, 128, 88))
"""White, silver, black, blue, red, green."""

_CANVAS = 192  # drawn at twice the size, then scaled down, which smooths the edges
_LINE = (30, 32, 36)
_GLASS = (96, 112, 128)

_Paint = tuple[int, int, int]
_Draw = ImageDraw.ImageDraw


def _box(draw: _Draw, area: tuple[float, float, float, float], fill: _Paint, radius: float = 4.0) -> None:
    draw.rounded_rectangle(area, radius, fill=fill, outline=_LINE, width=2)


def _disc(draw: _Draw, x: float, y: float, r: float, fill: _Paint) -> None:
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=_LINE, width=2)


def _refrigerator(draw: _Draw, paint: _Paint, variant: int) -> None:
    _box(draw, (58, 16, 134, 178), paint)
    split = (72, 110, 60)[variant]
    draw.line((58, split, 134, split), fill=_LINE, width=3)
    for y in (split - 34, split + 14):
        draw.line((66, y, 66, y + 22), fill=_LINE, width=4)


def _washer(draw: _Draw, paint: _Paint, variant: int) -> None:
    _box(draw, (40, 34 - 8 * variant, 152, 168), paint)
    _disc(draw, 96, 112, 38 - 3 * variant, _GLASS)
    draw.line((40, 62, 152, 62), fill=_LINE, width=2)
    _disc(draw, 134, 48, 7, _LINE)


def _conditioner(draw: _Draw, paint: _Paint, variant: int) -> None:
    if variant == 2:  # a standing one, as tall as a refrigerator
        _box(draw, (62, 16, 130, 178), paint)
        for y in range(32, 92, 10):
            draw.line((70, y, 122, y), fill=_LINE, width=2)
        return
    _box(draw, (16, 62, 176, 126), paint, 10)
    for y in range(104, 124, 6):
        draw.line((28, y, 164, y), fill=_LINE, width=2)


def _vacuum(draw: _Draw, paint: _Paint, variant: int) -> None:
    if variant == 2:  # a robot, seen from above
        _disc(draw, 96, 96, 66, paint)
        _disc(draw, 96, 80, 18, _GLASS)
        return
    draw.line((128, 18, 70, 150), fill=_LINE, width=7)
    _box(draw, (34, 144, 108, 168), paint)
    _disc(draw, 112, 62, 26, paint)


def _phone(draw: _Draw, paint: _Paint, variant: int) -> None:
    _box(draw, (60, 20, 132, 172), paint, 12)
    if variant == 1:  # seen from behind
        for x in (74, 94):
            _disc(draw, x, 40, 8, _GLASS)
        return
    _box(draw, (66, 32, 126, 160), _GLASS)


def _laptop(draw: _Draw, paint: _Paint, variant: int) -> None:
    top = (36, 52, 70)[variant]
    _box(draw, (40, top, 152, 126), paint)
    _box(draw, (48, top + 8, 144, 118), _GLASS)
    draw.polygon(((40, 126), (152, 126), (176, 152), (16, 152)), fill=paint, outline=_LINE)
    draw.line((36, 140, 156, 140), fill=_LINE, width=3)


def _headphones(draw: _Draw, paint: _Paint, variant: int) -> None:
    if variant == 2:  # earbuds in their case
        _box(draw, (50, 56, 142, 136), paint, 24)
        for x in (78, 114):
            _disc(draw, x, 90, 12, _GLASS)
        return
    draw.arc((40, 28, 152, 164), 180, 360, fill=_LINE, width=9)
    for x in (36, 128):
        _box(draw, (x, 88, x + 30, 148), paint, 12)


def _camera(draw: _Draw, paint: _Paint, variant: int) -> None:
    _box(draw, (30, 58 - 6 * variant, 162, 144), paint, 8)
    _box(draw, (78, 44 - 6 * variant, 116, 60), paint)
    _disc(draw, 96, 100, 34 - 3 * variant, _GLASS)
    _disc(draw, 96, 100, 16, _LINE)


def _carton(draw: _Draw, paint: _Paint, variant: int) -> None:
    _box(draw, (36, 44, 156, 156), (188, 152, 108), 2)
    draw.rectangle((36, 88 + 6 * variant, 156, 104 + 6 * variant), fill=paint)


_SHAPES: dict[str, Callable[[_Draw, _Paint, int], None]] = {
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


def draw_product(shape: str, paint: int, rng: np.random.Generator) -> Image.Image:
    """Draw one product in random pose before a random wall.

    Parameters
    ----------
    shape : str
        Name of a drawing; ``"carton"`` shows the packaging only.
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
    _SHAPES[shape](ImageDraw.Draw(layer), (shade[0], shade[1], shade[2]), int(rng.integers(3)))
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
