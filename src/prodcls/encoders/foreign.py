"""Encoders of other packages, which need to do no more than encode."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.base import Encoded, Encoder, Item, Kind, Parts, Progress
from prodcls.encoders.occlusion import occluded
from prodcls.encoders.photos import photo_pixels
from prodcls.errors import InputError, MediaError
from prodcls.sound_wav import Recording
from prodcls.sounds import Sound, read_sound

__all__ = ["GROUP", "Foreign", "foreign_names", "open_foreign"]

GROUP = "prodcls.encoders"
"""Entry points of this group give encoders: callables that take runtime and threads."""

PHOTOS_AT_ONCE = 16
"""Photos and sounds that are handed on together: decoded, a photo takes up to 12 MB."""


class Foreign:
    """An encoder of another package, held to what every caller here relies on.

    Parameters
    ----------
    name : str
        Of its entry point.
    made : object
        With ``identity``, ``dimension``, ``kind`` and ``encode(items)``, and perhaps ``encode_parts`` and ``finish``.

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if it is no encoder.
    """

    def __init__(self, name: str, made: Any) -> None:  # noqa: ANN401 - checked below, attribute by attribute
        absent = [part for part in ("identity", "dimension", "kind", "encode") if not hasattr(made, part)]
        if absent or made.kind not in get_args(Kind):
            what = f"has no {', '.join(absent)}" if absent else f"is of kind {made.kind!r}, not text, image or audio"
            raise InputError(f"encoder {name!r} {what}", code="encoder-unusable")
        self.made = made
        self.name = name
        self.identity = str(made.identity)
        self.dimension = int(made.dimension)
        self.kind: Kind = made.kind

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        """Return the vectors of ``items``.

        Parameters
        ----------
        items : sequence of str, Path, PhotoCopy or Sound, length n
            The encoder itself is given photos as arrays and sounds as recordings, those that can be read.
        progress : callable, optional

        Returns
        -------
        Encoded

        Raises
        ------
        InputError
            Code ``encoder-unusable``, if what comes back is not n finite vectors of the length that was told.
        """
        if self.kind == "text":
            return self._encoded(items, progress)
        vectors = np.zeros((len(items), self.dimension), dtype=np.float32)
        failed: dict[int, MediaError] = {}
        for start in range(0, len(items), PHOTOS_AT_ONCE):
            there: dict[int, NDArray[np.uint8] | Recording] = {}
            for i, item in enumerate(items[start : start + PHOTOS_AT_ONCE], start):
                try:
                    there[i] = _decoded(item)
                except MediaError as error:
                    failed[i] = error
            if there:
                vectors[list(there)] = self._encoded(list(there.values())).vectors
            if progress is not None:
                progress(min(start + PHOTOS_AT_ONCE, len(items)))
        return Encoded(vectors, np.ones(len(items), dtype=np.float32), failed)

    def _encoded(
        self, items: Sequence[Item] | Sequence[NDArray[np.uint8] | Recording], progress: Progress | None = None
    ) -> Encoded:
        found = self.made.encode(items)
        told = found if isinstance(found, Encoded) else None
        vectors = np.asarray(found.vectors if told is not None else found, dtype=np.float32)
        if vectors.shape != (len(items), self.dimension) or not np.isfinite(vectors).all():
            message = f"encoder {self.name!r} gave shape {vectors.shape} for {len(items)} items, or numbers not finite"
            raise InputError(message, code="encoder-unusable")
        if progress is not None:
            progress(len(items))
        return told if told is not None else Encoded(vectors, np.ones(len(items), dtype=np.float32))

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the parts of each item as the encoder tells them, or by occlusion.

        Parameters
        ----------
        items : sequence of str, Path, PhotoCopy or Sound, length n

        Returns
        -------
        tuple of Parts, length n

        Raises
        ------
        MediaError
            If a photo or a sound cannot be read.
        """
        if hasattr(self.made, "encode_parts"):
            given = items if self.kind == "text" else [_decoded(item) for item in items]
            return tuple(cast("Sequence[Parts]", self.made.encode_parts(given)))
        return tuple(occluded(self, item) for item in items)

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors of sums of parts, shape (n, d).

        Parameters
        ----------
        pooled : ndarray of shape (n, p), float64

        Returns
        -------
        ndarray of shape (n, d), float64
        """
        if hasattr(self.made, "finish"):
            return np.asarray(self.made.finish(pooled), dtype=np.float64)
        return pooled


def _decoded(item: Item) -> NDArray[np.uint8] | Recording:
    """Return a photo or a sound within the limits that hold for all of them."""
    return read_sound(item) if isinstance(item, Sound) else photo_pixels(item)


def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def foreign_names() -> tuple[str, ...]:
    """Return the names of the encoders that installed packages offer, sorted; none of them is imported."""
    return tuple(sorted(_points()))


def open_foreign(name: str, runtime: Runtime, threads: int | None) -> Encoder | None:
    """Return the encoder that a package offers as ``name``; None where there is none.

    Parameters
    ----------
    name : str
    runtime : str
    threads : int or None

    Returns
    -------
    Encoder or None

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if it cannot be opened or is no encoder.
    """
    point = _points().get(name)
    if point is None:
        return None
    try:
        made = point.load()(runtime, threads)
    except Exception as error:
        where = point.dist.name if point.dist is not None else point.value
        message = f"encoder {name!r} of {where} cannot be opened: {type(error).__name__}: {str(error)[:200]}"
        raise InputError(message, code="encoder-unusable") from error
    return Foreign(name, made)
