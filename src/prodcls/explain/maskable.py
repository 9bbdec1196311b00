"""Photos and sounds in parts that can be taken out, for an encoder to read what is left like any other file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.encoders import Encoder, Item
from prodcls.explain.attribution import Part
from prodcls.explain.masks import Fill, open_photo
from prodcls.explain.reading import segment_places
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK
from prodcls.sound_segments import shares_of, without, write_recording
from prodcls.sounds import Sound, read_sound

__all__ = ["Maskable", "maskable_photo", "maskable_sound"]


@dataclass(frozen=True)
class Maskable:
    """A photo or a sound.

    Attributes
    ----------
    encoder : Encoder
        That reads it.
    players : tuple of Part
        Its regions row by row or its segments, each with the value 0.
    write : callable
        Writes what is left of it under a mask, shape (players,), to a path, which is given without an ending.
    """

    encoder: Encoder
    players: tuple[Part, ...]
    write: Callable[[NDArray[np.bool_], Path], Item]


def maskable_photo(path: Path, encoder: Encoder, fill: Fill) -> Maskable | None:
    """Return a photo in regions that can be hidden; None where the encoder tells none.

    Parameters
    ----------
    path : Path
    encoder : Encoder
    fill : {"border", "blur"}
        What a hidden region shows.

    Returns
    -------
    Maskable or None

    Raises
    ------
    ImageError
        If the photo cannot be read.
    """
    parts = encoder.encode_parts([path])[0]
    if parts.grid is None:
        return None
    photo = open_photo(path, parts.grid, fill, parts.fitting)

    def write(kept: NDArray[np.bool_], to: Path) -> Item:
        to = to.with_suffix(".bmp")
        Image.fromarray(photo.show(kept)).save(to)
        return to

    players = (
        Part(IMAGE_BLOCK, "region", f"{row + 1}, {column + 1}", 0.0, box=box)
        for (row, column), box in zip(photo.cells, photo.boxes, strict=True)
    )
    return Maskable(encoder, tuple(players), write)


def maskable_sound(sound: Sound, encoder: Encoder) -> Maskable | None:
    """Return a sound in segments that can be cut out; None where the encoder tells none.

    Parameters
    ----------
    sound : Sound
    encoder : Encoder

    Returns
    -------
    Maskable or None

    Raises
    ------
    SoundError
        If the sound cannot be read.
    """
    seconds = encoder.encode_parts([sound])[0].seconds
    if seconds is None:
        return None
    recording, shares = read_sound(sound), np.array(shares_of(seconds))

    def write(kept: NDArray[np.bool_], to: Path) -> Item:
        gone = [(start, end) for start, end in shares[~kept].tolist()]
        return write_recording(without(recording, gone), to.with_suffix(".wav"))

    places = segment_places(seconds)
    players = (
        Part(AUDIO_BLOCK, "segment", label, 0.0, box=box)
        for label, box in zip(places.labels, places.boxes, strict=True)
    )
    return Maskable(encoder, tuple(players), write)
