"""What goes into an encoder and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import MediaError
from prodcls.photo_copies import PhotoCopy
from prodcls.photo_fitting import Fitting
from prodcls.sounds import Sound

__all__ = ["Encoded", "Encoder", "Item", "Kind", "Parts", "Prepared", "Progress"]

Item = str | Path | PhotoCopy | Sound
"""A text, the path of a photo, an altered copy of one, or a sound."""
Kind = Literal["text", "image", "audio"]
Progress = Callable[[int], None]
"""Called with the number of items done so far."""


@dataclass(frozen=True)
class Encoded:
    """Vectors of n items.

    Attributes
    ----------
    vectors : ndarray of shape (n, d), float32
    read_share : ndarray of shape (n,), float32
        Share of the tokens, or of the time of a sound, within the encoder's limit, in [0, 1]; 1 for photos.
    failed : dict of int to MediaError
        Photos and sounds that could not be decoded, by their place among the items; their vectors are zero.
    """

    vectors: NDArray[np.float32]
    read_share: NDArray[np.float32]
    failed: dict[int, MediaError] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """One item's vector split over its m tokens, regions or segments.

    ``vectors.sum(axis=0)`` is ``pooled`` up to the rounding of float32, and ``encoder.finish(pooled[None])[0]`` is
    ``vector``. For a linear encoder `finish` does nothing: the parts sum to the vector itself.

    Attributes
    ----------
    vectors : ndarray of shape (m, p), float64
        Of a photo or a sound one row may follow its regions or segments: what belongs to none of them.
    pooled : ndarray of shape (p,), float32
        As the network computed it.
    vector : ndarray of shape (d,), float32
        The same bits as `Encoder.encode` gives.
    spans : ndarray of shape (m, 2), int64, or None
        Start and end of each token in the text, in characters, without blanks at either end; empty for tokens that
        stand for no character (begin and end marks). None but for texts.
    grid : tuple of int, or None
        Rows and columns of the regions, which are listed row by row. None but for photos.
    linear : bool
        True when ``pooled`` and ``vector`` are the same.
    read_share : float
        As `Encoded.read_share`.
    approximate : bool
        True where the parts were found by leaving them out; they sum to the vector all the same.
    fitting : Fitting or None
        How a photo became the picture that the regions cut up. None but for photos.
    seconds : ndarray of shape (m, 2), float64, or None
        Start and end of each segment. None but for sounds.
    """

    vectors: NDArray[np.float64]
    pooled: NDArray[np.float32]
    vector: NDArray[np.float32]
    spans: NDArray[np.int64] | None
    grid: tuple[int, int] | None
    linear: bool
    read_share: float = 1.0
    approximate: bool = False
    fitting: Fitting | None = None
    seconds: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Prepared:
    """One item as its network takes it.

    Attributes
    ----------
    value : ndarray
        Token ids of shape (tokens,), int64, or pixels of shape (side, side, 3), uint8.
    read_share : float
    locate : callable or None
        Finds `spans`, which only an account asks for. None for photos.
    """

    value: NDArray[np.generic]
    read_share: float = 1.0
    locate: Callable[[], NDArray[np.int64]] | None = None

    @property
    def spans(self) -> NDArray[np.int64] | None:
        """Where each token stands in the text, shape (tokens, 2); None for photos."""
        return None if self.locate is None else self.locate()


class Encoder(Protocol):
    """Turns texts, photos or sounds into vectors; frozen, so equal items always get equal vectors."""

    @property
    def name(self) -> str:
        """Name in the registry."""

    @property
    def identity(self) -> str:
        """Name, weights, preprocessing version and runtime: what a vector depends on besides its item."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def kind(self) -> Kind:
        """What the items are."""

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        """Return the vectors of ``items``."""

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the vector of each item split over its tokens, regions or segments."""

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors, shape (n, d), that belong to sums of parts, shape (n, p)."""
