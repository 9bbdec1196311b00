"""Copies of photos, slightly turned, cut, shrunk and mirrored, from which a small class can be learned better."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from prodcls.images import load_photo, photo_digest
from prodcls.photo_decoding import WHITE

__all__ = ["MOST_COPIES", "PhotoCopy", "copies_wanted", "draw_copies"]

MOST_COPIES = 8
"""Copies of one photo: more of them say the same again."""

DEGREES = 15.0
LEAST_KEPT = 0.75
"""Share of either side that a cut leaves at least."""
MOST_MARGIN = 0.25
"""White around the photo, as a share of its side, at most."""
SIDE = 448
"""Pixels of the longer side; encoders see half as many."""

_VERSION = 1  # raise it when the same figures give other pixels


@dataclass(frozen=True)
class PhotoCopy:
    """A photo as it is read for training only.

    Attributes
    ----------
    path : Path
        Of the photo.
    kept : float
        Share of either side that is left, in (0, 1].
    across : float
        Where the part that is left lies: 0 is left, 1 right.
    down : float
        0 is the top, 1 the bottom.
    degrees : float
        Counter-clockwise.
    margin : float
        White around it, as a share of either side.
    mirrored : bool
    """

    path: Path
    kept: float
    across: float
    down: float
    degrees: float
    margin: float
    mirrored: bool

    def key(self) -> bytes:
        """Return 32 bytes that stand for the photo's bytes and what is done to them."""
        figures = (self.kept, self.across, self.down, self.degrees, self.margin, self.mirrored)
        return hashlib.sha256(f"copy {_VERSION} {photo_digest(self.path)} {figures}".encode()).digest()

    def pixels(self) -> NDArray[np.uint8]:
        """Return the copy, shape (h, w, 3); corners that turn into view are white.

        Raises
        ------
        ImageError
            As `prodcls.images.load_photo`.
        """
        image = Image.fromarray(load_photo(self.path))
        image.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
        width, height = (max(1, round(side * self.kept)) for side in image.size)
        left, top = round((image.width - width) * self.across), round((image.height - height) * self.down)
        image = image.crop((left, top, left + width, top + height))
        if self.mirrored:
            image = ImageOps.mirror(image)
        image = image.rotate(self.degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=WHITE)
        image = ImageOps.expand(image, round(max(image.size) * self.margin / 2), WHITE)
        return np.asarray(image, dtype=np.uint8)


def copies_wanted(labels: Sequence[str], least: int) -> tuple[int, ...]:
    """Return how many copies of each row's photo bring its class up to about ``least`` rows.

    Parameters
    ----------
    labels : sequence of str, length n
    least : int

    Returns
    -------
    tuple of int, length n
        0 for classes that are large enough; at most `MOST_COPIES`.
    """
    counts = Counter(labels)
    return tuple(min(MOST_COPIES, max(0, -(-least // counts[label]) - 1)) for label in labels)


def draw_copies(photo: Path, count: int, random_state: int) -> tuple[PhotoCopy, ...]:
    """Draw copies of a photo; what is drawn depends on its bytes and the seed alone.

    Parameters
    ----------
    photo : Path
    count : int
    random_state : int

    Returns
    -------
    tuple of PhotoCopy

    Raises
    ------
    ImageError
        If the file cannot be read.
    """
    seed = hashlib.sha256(f"{random_state} {photo_digest(photo)}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    drawn = []
    for _ in range(count):
        kept, across, down, turn, margin, side = rng.random(6).tolist()
        drawn.append(
            PhotoCopy(
                path=photo,
                kept=round(LEAST_KEPT + (1 - LEAST_KEPT) * kept, 3),
                across=round(across, 3),
                down=round(down, 3),
                degrees=round(DEGREES * (2 * turn - 1), 2),
                margin=round(MOST_MARGIN * margin, 3),
                mirrored=side < 0.5,
            )
        )
    return tuple(drawn)
