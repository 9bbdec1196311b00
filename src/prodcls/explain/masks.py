"""Texts without some of their words and photos without some of their regions.

Words are taken out, not replaced: what is left is a text that somebody could have written. A hidden region shows the
colour of the photo's border, which is mostly the background, or the photo blurred beyond recognition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from prodcls.explain.segments import Word
from prodcls.images import load_photo
from prodcls.photo_fitting import Fitting, border_colour

__all__ = ["Box", "Fill", "HideablePhoto", "open_photo", "text_left", "with_hidden"]

Fill = Literal["border", "blur"]
"""What a hidden region shows."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in [0, 1] of the photo as it was taken."""


def text_left(text: str, found: Sequence[Word], kept: NDArray[np.bool_]) -> str:
    """Return ``text`` without the words that are not kept.

    A word goes with everything behind it up to the next word, the first one also with everything in front of it, so
    that nothing is left of a text without its words. Words that were apart stay apart.

    Parameters
    ----------
    text : str
    found : sequence of Word, length n
        The words of ``text`` in order.
    kept : ndarray of shape (n,), bool

    Returns
    -------
    str
    """
    if not found:
        return text
    starts = [0, *(word.start for word in found[1:])]
    left = ""
    for start, end, keep in zip(starts, [*starts[1:], len(text)], kept.tolist(), strict=True):
        piece = text[start:end]
        if keep:
            left += piece
        elif left and piece[-1:].isspace() and not left[-1].isspace():
            left += " "
    return left


@dataclass(frozen=True)
class HideablePhoto:
    """A photo as its encoder sees it, in regions that can be hidden.

    Attributes
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
        The picture that the encoder makes of the photo.
    filling : ndarray of shape (height, width, 3), uint8
        What shows where it is hidden; the bars beside the photo are the same as in ``pixels``.
    regions : ndarray of shape (height, width), int64
        Region of each pixel, from 0; -1 in the bars.
    cells : tuple of (int, int)
        Row and column of each region in the encoder's grid. Cells that lie in the bars are no regions.
    boxes : tuple of Box
        Place of each region.
    """

    pixels: NDArray[np.uint8]
    filling: NDArray[np.uint8]
    regions: NDArray[np.int64]
    cells: tuple[tuple[int, int], ...]
    boxes: tuple[Box, ...]

    def show(self, kept: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Return the pixels with the regions hidden that are not kept.

        Parameters
        ----------
        kept : ndarray of shape (regions,), bool

        Returns
        -------
        ndarray of shape (height, width, 3), uint8
        """
        shown = np.append(kept, True)[self.regions]  # the bars, at -1, are always shown
        return np.where(shown[:, :, None], self.pixels, self.filling)


def open_photo(
    path: Path,
    grid: tuple[int, int],
    fill: Fill = "border",
    fitting: Fitting | None = None,
    *,
    of_photo: bool = False,
) -> HideablePhoto:
    """Read a photo and cut it into regions.

    Parameters
    ----------
    path : Path
    grid : tuple of int
        Rows and columns of the encoder's regions.
    fill : {"border", "blur"}
    fitting : Fitting, optional
        How the encoder makes its picture of a photo; into a white square by default.
    of_photo : bool, default False
        Whether the grid cuts up the photo, of which the picture may show a part, and not the picture.

    Returns
    -------
    HideablePhoto

    Raises
    ------
    ImageError
        If the photo cannot be read.
    """
    fitting = fitting or Fitting()
    photo = load_photo(path)
    pixels = fitting.fit(photo)
    frame = fitting.frame((photo.shape[1], photo.shape[0]))
    left, top = max(frame.left, 0), max(frame.top, 0)
    down, across = min(frame.down, frame.height), min(frame.across, frame.width)
    inside = (slice(top, top + down), slice(left, left + across))
    radius = max(frame.width, frame.height) / max(grid)
    filling = pixels.copy()
    filling[inside] = border_colour(pixels[inside]) if fill == "border" else _blurred(pixels[inside], radius)
    regions = np.full((frame.height, frame.width), -1, dtype=np.int64)
    first, length = ((0, 0), (frame.height, frame.width))
    if of_photo:
        first, length = (frame.top, frame.left), (frame.down, frame.across)
    rows, columns = (
        (np.arange(side + 0.0) - begin) * n // whole
        for side, begin, whole, n in zip((frame.height, frame.width), first, length, grid, strict=True)
    )
    regions[inside] = (rows[:, None] * grid[1] + columns)[inside].astype(np.int64)
    found, numbers = np.unique(regions[inside], return_inverse=True)
    regions[inside] = numbers.reshape(down, across)
    cells = tuple((int(cell) // grid[1], int(cell) % grid[1]) for cell in found)
    boxes = tuple(
        (
            _share(first[1] + c / grid[1] * length[1], frame.left, frame.across),
            _share(first[0] + r / grid[0] * length[0], frame.top, frame.down),
            _share(first[1] + (c + 1) / grid[1] * length[1], frame.left, frame.across),
            _share(first[0] + (r + 1) / grid[0] * length[0], frame.top, frame.down),
        )
        for r, c in cells
    )
    return HideablePhoto(pixels, filling, regions, cells, boxes)


def with_hidden(photo: NDArray[np.uint8], boxes: Sequence[Box]) -> NDArray[np.uint8]:
    """Return a photo with parts of it hidden under the colour of its border.

    Parameters
    ----------
    photo : ndarray of shape (h, w, 3), uint8
    boxes : sequence of Box

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
    """
    height, width = photo.shape[:2]
    hidden, colour = photo.copy(), border_colour(photo)
    for left, top, right, bottom in boxes:
        rows = slice(round(top * height), round(bottom * height))
        hidden[rows, round(left * width) : round(right * width)] = colour
    return hidden


def _share(at: float, first: int, length: int) -> float:
    """Return a place in the square as a share of the photo's width or height, within [0, 1]."""
    return min(1.0, max(0.0, (at - first) / length))


def _blurred(pixels: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)), dtype=np.uint8)
