"""Drawings of eight kinds of machine for an example's catalogue."""

from __future__ import annotations

import io

import numpy as np

from prodcls.demo_pictures import GLASS, LINE, PAINTS, Draw, Paint, Shape, box, disc, draw_product

__all__ = ["SHAPES", "draw_machine"]

HIDDEN_SHARE = 0.15
"""Share of photos that show a crate."""


def _centrifugal_pump(draw: Draw, paint: Paint, variant: int) -> None:
    disc(draw, 66, 108, 42 - 3 * variant, paint)
    disc(draw, 66, 108, 14, GLASS)
    box(draw, (60, 30, 92, 70), paint)
    box(draw, (100, 84, 172, 132), paint, 8)


def _gear_pump(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (40, 60, 116, 148), paint, 10)
    for y in (86, 122):
        disc(draw, 78, y, 18 - 2 * variant, GLASS)
    box(draw, (116, 92, 170, 116), paint)


def _compressor(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (26, 42 + 6 * variant, 166, 160), paint)
    for x in range(40, 96, 10):
        draw.line((x, 96, x, 146), fill=LINE, width=3)
    box(draw, (112, 60 + 6 * variant, 152, 84 + 6 * variant), GLASS)


def _fan(draw: Draw, paint: Paint, variant: int) -> None:
    disc(draw, 96, 96, 68, paint)
    for turn in range(3 + variant):
        start = turn * 360 / (3 + variant)
        draw.pieslice((42, 42, 150, 150), start, start + 42, fill=GLASS, outline=LINE)
    disc(draw, 96, 96, 16, LINE)


def _motor(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (36, 62, 140, 138), paint, 12)
    for y in range(72, 134, 10):
        draw.line((48, y, 128, y), fill=LINE, width=2)
    box(draw, (140, 90, 174, 108), GLASS)
    box(draw, (66, 42 - 4 * variant, 106, 62), paint)


def _gear_unit(draw: Draw, paint: Paint, variant: int) -> None:
    draw.polygon(((36, 150), (52, 60), (128, 60 - 10 * variant), (156, 150)), fill=paint, outline=LINE)
    disc(draw, 78, 108, 20, GLASS)
    disc(draw, 122, 116, 12, GLASS)
    box(draw, (10, 100, 58, 116), GLASS)


def _exchanger(draw: Draw, paint: Paint, variant: int) -> None:
    if variant == 2:  # one of plates
        for x in range(44, 144, 12):
            box(draw, (x, 40, x + 10, 156), paint, 2)
        return
    box(draw, (20, 74, 172, 122), paint, 22)
    for x in (48, 130):
        box(draw, (x, 46, x + 16, 76), paint)
        box(draw, (x, 120, x + 16, 150), paint)


def _valve(draw: Draw, paint: Paint, variant: int) -> None:
    draw.polygon(((36, 96), (96, 128), (36, 160)), fill=paint, outline=LINE)
    draw.polygon(((156, 96), (96, 128), (156, 160)), fill=paint, outline=LINE)
    draw.line((96, 128, 96, 62), fill=LINE, width=6)
    disc(draw, 96, 48, 26 - 4 * variant, paint)


def _crate(draw: Draw, paint: Paint, variant: int) -> None:
    box(draw, (30, 50, 162, 156), (176, 140, 96), 2)
    for y in range(70, 150, 20):
        draw.line((30, y, 162, y), fill=LINE, width=3)
    box(draw, (76, 92 + 6 * variant, 116, 112 + 6 * variant), paint)


SHAPES: dict[str, Shape] = {
    "centrifugal pump": _centrifugal_pump,
    "gear pump": _gear_pump,
    "compressor": _compressor,
    "fan": _fan,
    "motor": _motor,
    "gear unit": _gear_unit,
    "heat exchanger": _exchanger,
    "valve": _valve,
}


def draw_machine(shape: str, rng: np.random.Generator) -> bytes:
    """Return the photo of a machine, or of the crate it came in, as a PNG file.

    Parameters
    ----------
    shape : str
        Of `SHAPES`.
    rng : numpy.random.Generator
    """
    drawn = _crate if rng.random() < HIDDEN_SHARE else SHAPES[shape]
    data = io.BytesIO()
    draw_product(drawn, int(rng.integers(len(PAINTS))), rng).save(data, "PNG", compress_level=1)
    return data.getvalue()
