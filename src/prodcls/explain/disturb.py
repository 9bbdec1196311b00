"""Small harms that befall products on the way into a catalogue: slips of the hand, careless photos and recordings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.explain.segments import words
from prodcls.sound_segments import without
from prodcls.sound_wav import Recording

__all__ = ["TYPO_RATE", "cropped", "darkened", "halved", "noisy", "rotated", "shuffled", "with_typos"]

TYPO_RATE = 1 / 20
"""Share of letters that are mistyped."""

KEPT = 0.6
"""Share of width and of height that is left of a cropped photo."""

LIGHT = 0.5
"""Share of the light that is left of a darkened photo."""

DEGREES = 10.0
"""How far a photo is rotated."""

WHITE = (255, 255, 255)

NOISE = 0.5
"""Loudness of added noise, as a share of the sound's own: root mean squares."""


def with_typos(text: str, rng: np.random.Generator) -> str:
    """Return a text with one letter in twenty dropped, doubled or swapped with the character behind it.

    It needs no keyboard layout, so that it means the same in every script.

    Parameters
    ----------
    text : str
    rng : Generator
    """
    letters = list(text)
    hit = rng.random(len(letters)) < TYPO_RATE
    kind = rng.integers(3, size=len(letters))
    written, i = [], 0
    while i < len(letters):
        letter = letters[i]
        if not (hit[i] and letter.isalpha()):
            written.append(letter)
        elif kind[i] == 1:
            written.append(letter * 2)
        elif kind[i] == 2 and i + 1 < len(letters):
            written.append(letters[i + 1] + letter)
            i += 1
        i += 1
    return "".join(written)


def shuffled(text: str, rng: np.random.Generator) -> str:
    """Return a text with its words in random order; what stands between them stays in place.

    Parameters
    ----------
    text : str
        In any script.
    rng : Generator
    """
    found = words(text)
    order = rng.permutation(len(found))
    written, end = [], 0
    for place, i in zip(found, order, strict=True):
        written += [text[end : place.start], text[found[i].start : found[i].end]]
        end = place.end
    return "".join([*written, text[end:]])


def cropped(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the middle of a photo, `KEPT` of its width and height.

    Parameters
    ----------
    pixels : ndarray of shape (h, w, 3), uint8

    Returns
    -------
    ndarray of shape (h', w', 3), uint8
        At least one pixel.
    """
    height, width = pixels.shape[:2]
    rows, columns = max(1, round(KEPT * height)), max(1, round(KEPT * width))
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[top : top + rows, left : left + columns]


def darkened(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a photo, shape (h, w, 3), uint8, with `LIGHT` of its light."""
    dark: NDArray[np.uint8] = np.round(pixels * LIGHT).astype(np.uint8)
    return dark


def rotated(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a photo, shape (h, w, 3), uint8, rotated by `DEGREES`; what comes into view is white."""
    image = Image.fromarray(pixels).rotate(DEGREES, Image.Resampling.BILINEAR, fillcolor=WHITE)
    return np.asarray(image, dtype=np.uint8)


def halved(recording: Recording, _: np.random.Generator) -> Recording:
    """Return the first half of a recording."""
    return without(recording, [(0.5, 1.0)])


def noisy(recording: Recording, rng: np.random.Generator) -> Recording:
    """Return a recording with white noise of `NOISE` of its loudness; what is beyond full scale is cut off.

    Parameters
    ----------
    recording : Recording
    rng : Generator
    """
    loudness = float(np.sqrt(np.mean(recording.samples**2, dtype=np.float64)))
    noise = rng.normal(0.0, NOISE * loudness, len(recording.samples))
    return replace(recording, samples=np.clip(recording.samples + noise, -1.0, 1.0).astype(np.float32))
