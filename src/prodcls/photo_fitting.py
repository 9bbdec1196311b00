"""How a photo becomes the picture that a network reads, and where on that picture it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.images import letterbox

__all__ = ["WHOLE_SIDE", "Fitting", "Frame", "Way", "border_colour"]

Way = Literal["whole", "crop", "stretch", "as it is"]
"""``"whole"``: into a white square, with its proportions. ``"crop"``: the middle square, the ends of the longer side
are cut off. ``"stretch"``: into a square, its proportions lost. ``"as it is"``: untouched, by encoders of which nothing
is known."""

WHOLE_SIDE = 224
"""Pixels of the square where nothing else is told."""


FRAME = 0.02
"""Width of the border whose colour fills hidden regions, as a share of the photo's longer side."""


class Frame(NamedTuple):
    """Where a photo lies on the picture; it may reach beyond the picture's edges.

    Attributes
    ----------
    width, height : int
        Of the picture, in pixels.
    left, top, across, down : int
        Of the photo on the picture, in pixels.
    """

    width: int
    height: int
    left: int
    top: int
    across: int
    down: int


@dataclass(frozen=True)
class Fitting:
    """How a photo becomes the picture that a network reads.

    A photo that already has the size of the picture is taken as it is, whatever the way: so what was fitted once can
    be written to a file, and read again without a change.

    Attributes
    ----------
    side : int
        Pixels of the square.
    way : str
        See `Way`.
    shortest : int
        Pixels that the shorter side gets before the middle is cut out, at least ``side``; only for ``"crop"``.
    resample : int
        Pillow's number of the filter; only for ``"crop"`` and ``"stretch"``.
    """

    side: int = WHOLE_SIDE
    way: Way = "whole"
    shortest: int = 0
    resample: int = Image.Resampling.BICUBIC.value

    @property
    def told(self) -> str:
        """It in words, for a list."""
        if self.way == "as it is":
            return "photos as they are"
        cut = {"crop": ", the ends of the longer side cut off", "stretch": ", stretched"}
        return f"{self.side} x {self.side} pixels{cut.get(self.way, '')}"

    def frame(self, size: tuple[int, int]) -> Frame:
        """Return where a photo lies on its picture.

        Parameters
        ----------
        size : tuple of int
            Width and height of the photo.

        Returns
        -------
        Frame

        Examples
        --------
        >>> Fitting(100).frame((200, 50))
        Frame(width=100, height=100, left=0, top=37, across=100, down=25)
        >>> Fitting(100, "crop", 110).frame((220, 110))
        Frame(width=100, height=100, left=-60, top=-5, across=220, down=110)
        """
        width, height = size
        side = self.side
        if self.way == "as it is":
            return Frame(width, height, 0, 0, width, height)
        if self.way == "stretch" or size == (side, side):
            return Frame(side, side, 0, 0, side, side)
        if self.way == "whole":
            scale = side / max(size)
            across, down = max(1, round(width * scale)), max(1, round(height * scale))
        else:
            across, down = (length * self.shortest // min(size) for length in size)
            return Frame(side, side, -((across - side) // 2), -((down - side) // 2), across, down)
        return Frame(side, side, (side - across) // 2, (side - down) // 2, across, down)

    def fit(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the picture of a photo.

        Parameters
        ----------
        pixels : ndarray of shape (h, w, 3), uint8

        Returns
        -------
        ndarray of shape (side, side, 3), uint8
            Or as ``pixels``, where nothing is known of the encoder.
        """
        height, width = pixels.shape[:2]
        frame = self.frame((width, height))
        if (width, height) == (frame.width, frame.height):
            return pixels
        if self.way == "whole":
            return letterbox(pixels, self.side)
        image = Image.fromarray(pixels).resize((frame.across, frame.down), Image.Resampling(self.resample))
        left, top = -frame.left, -frame.top
        return np.asarray(image.crop((left, top, left + frame.width, top + frame.height)), dtype=np.uint8)


def border_colour(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the median colour of the outermost pixels, shape (3,).

    Parameters
    ----------
    pixels : ndarray of shape (h, w, 3), uint8

    Returns
    -------
    ndarray of shape (3,), uint8
    """
    width = max(1, round(FRAME * max(pixels.shape[:2])))
    inner = np.zeros(pixels.shape[:2], dtype=np.bool_)
    inner[width:-width, width:-width] = True
    colour: NDArray[np.uint8] = np.median(pixels[~inner], axis=0).astype(np.uint8)
    return colour
