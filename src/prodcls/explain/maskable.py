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
from prodcls.explain.regions import photo_grid
from prodcls.images import load_photo
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK
from prodcls.sound_segments import shares_of, without, write_recording
from prodcls.sounds import Sound, read_sound

__all__ = ["Maskable", "maskable_photo", "maskable_sound"]

PHOTO_BYTES = 10_000_000
"""Of masked photos that are on disk at a time: 66 of 224 x 224 pixels."""


@dataclass(frozen=True)
class Maskable:
    """A photo or a sound.

    Attributes
    ----------
    encoders : tuple of Encoder
        That read it.
    players : tuple of Part
        Its regions row by row or its segments, each with the value 0.
    write : callable
        Writes what is left of it under a mask, shape (players,), to a path, which is given without an ending.
    at_once : int
        Copies that are on disk at a time, for the encoders to read like any other file.
    """

    encoders: tuple[Encoder, ...]
    players: tuple[Part, ...]
    write: Callable[[NDArray[np.bool_], Path], Item]
    at_once: int = 64


def maskable_photo(path: Path, encoders: tuple[Encoder, ...], fill: Fill) -> Maskable | None:
    """Return a photo in regions that can be hidden; None where an encoder tells none.

    Parameters
    ----------
    path : Path
    encoders : tuple of Encoder
        At least one. Several read the photo itself, with cells of it hidden; one its own picture of it.
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
    parts = [encoder.encode_parts([path])[0] for encoder in encoders]
    if any(one.grid is None for one in parts):
        return None
    height, width = load_photo(path).shape[:2]
    grid, fitting = photo_grid(parts, (width, height))
    photo = open_photo(path, grid, fill, fitting)

    def write(kept: NDArray[np.bool_], to: Path) -> Item:
        to = to.with_suffix(".bmp")
        Image.fromarray(photo.show(kept)).save(to)
        return to

    players = (
        Part(IMAGE_BLOCK, "region", f"{row + 1}, {column + 1}", 0.0, box=box)
        for (row, column), box in zip(photo.cells, photo.boxes, strict=True)
    )
    return Maskable(encoders, tuple(players), write, max(1, PHOTO_BYTES // photo.pixels.nbytes))


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
    return Maskable((encoder,), tuple(players), write)
