"""Sounds of eight kinds of machine for an example's catalogue: sums of tones and of noise in bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prodcls.sound_wav import wav_bytes

__all__ = ["RATE", "SECONDS", "VOICES", "machine_sound"]

RATE, SECONDS = 8_000, 2.0
"""Samples a second, and the length of a recording."""

HALL_SHARE = 0.15
"""Share of recordings in which only the hall is heard, since the machine stands still."""


class Voice(NamedTuple):
    """How a kind of machine sounds.

    Attributes
    ----------
    tone : float
        Hertz of its lowest tone; 0 for none.
    harmonics : int
    band : tuple of (float, float)
        Hertz between which it hisses.
    hiss : float
        Level of that against the tones.
    beats : float
        How many times a second it swells; 0 for a steady sound.
    starts : bool
        Whether it is silent in the first half.
    """

    tone: float
    harmonics: int
    band: tuple[float, float]
    hiss: float
    beats: float = 0.0
    starts: bool = False


VOICES: dict[str, Voice] = {
    "centrifugal pump": Voice(290.0, 2, (400.0, 1500.0), 0.7),
    "gear pump": Voice(240.0, 6, (300.0, 900.0), 0.3, beats=12.0),
    "compressor": Voice(330.0, 9, (200.0, 700.0), 0.25),
    "fan": Voice(120.0, 2, (80.0, 500.0), 1.2),
    "motor": Voice(100.0, 4, (800.0, 1600.0), 0.1),
    "gear unit": Voice(620.0, 4, (500.0, 1400.0), 0.2, beats=5.0),
    "heat exchanger": Voice(0.0, 0, (1200.0, 3400.0), 0.5),
    "valve": Voice(0.0, 0, (2000.0, 3800.0), 1.0, starts=True),
}
"""By shape, as in `prodcls.example_machine_pictures.SHAPES`."""


def machine_sound(shape: str, rng: np.random.Generator) -> bytes:
    """Return the recording of a machine, or of the hall around it, as a WAV file.

    Parameters
    ----------
    shape : str
        Of `VOICES`.
    rng : numpy.random.Generator
    """
    hall = _noise((60.0, 1000.0), rng) * 0.15
    samples = hall if rng.random() < HALL_SHARE else hall + _machine(VOICES[shape], rng)
    loudness = float(rng.uniform(0.1, 0.5)) / max(float(np.abs(samples).max()), 1e-9)
    return wav_bytes(samples * loudness, RATE)


def _machine(voice: Voice, rng: np.random.Generator) -> NDArray[np.float64]:
    time = np.arange(round(RATE * SECONDS)) / RATE
    tone = voice.tone * float(np.exp(rng.normal(0.0, 0.12)))
    found = _noise(voice.band, rng) * voice.hiss * float(np.exp(rng.normal(0.0, 0.3)))
    for k in range(1, voice.harmonics + 1):
        found = found + np.sin(2.0 * np.pi * (k * tone * time + rng.random())) * float(rng.uniform(0.3, 1.0)) / k
    if voice.beats:
        found = found * (0.6 + 0.4 * np.sin(2.0 * np.pi * (voice.beats * time + rng.random())))
    return found * (time >= SECONDS / 2) if voice.starts else found


def _noise(band: tuple[float, float], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise between two frequencies, of a deviation of about one half."""
    count = round(RATE * SECONDS)
    spectrum = np.fft.rfft(rng.normal(size=count))
    frequencies = np.fft.rfftfreq(count, 1.0 / RATE)
    spectrum[(frequencies < band[0]) | (frequencies > band[1])] = 0.0
    found: NDArray[np.float64] = np.fft.irfft(spectrum, count)
    return found * 0.5 / max(float(found.std()), 1e-9)
