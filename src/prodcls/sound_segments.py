"""Segments of a sound, and the sound without some of them.

A segment is cut out, as a word is taken out of a text, and not silenced: what is left is a recording that somebody
could have made. Silence is itself something to hear, such as a machine that stands still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.sound_wav import Recording, exact_wav_bytes
from prodcls.sounds import Sound

__all__ = ["SEGMENTS", "Stretch", "segment_seconds", "shares_of", "without", "write_recording"]

SEGMENTS = 10
"""Segments of a sound at most, up to the longest of `LENGTHS`."""

LENGTHS = (0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds of a segment: the shortest of which `SEGMENTS` are enough."""

Stretch = tuple[float, float]
"""Start and end as shares of the time that was read, in [0, 1]."""


def segment_seconds(seconds: float) -> NDArray[np.float64]:
    """Return where the segments of a sound begin and end, shape (m, 2).

    Parameters
    ----------
    seconds : float
        Its length.

    Examples
    --------
    >>> segment_seconds(1.2).tolist()
    [[0.0, 0.25], [0.25, 0.5], [0.5, 0.75], [0.75, 1.0], [1.0, 1.2]]
    """
    length = next((one for one in LENGTHS if one * SEGMENTS >= seconds), LENGTHS[-1])
    starts = np.arange(max(1, int(np.ceil(round(seconds / length, 6))))) * length
    return np.stack([starts, np.minimum(starts + length, seconds)], axis=1)


def shares_of(seconds: NDArray[np.float64]) -> tuple[Stretch, ...]:
    """Return segments, shape (m, 2), in seconds as shares of the time that they cover from 0 on."""
    return tuple((start, end) for start, end in (seconds / seconds[-1, 1]).tolist())


def without(recording: Recording, gone: Sequence[Stretch]) -> Recording:
    """Return a recording with stretches cut out and what is left put together.

    Parameters
    ----------
    recording : Recording
    gone : sequence of Stretch
        In any order.

    Returns
    -------
    Recording
        Without samples, where nothing is left.

    Examples
    --------
    >>> ramp = Recording(np.arange(4, dtype=np.float32) / 4, rate=4, seconds=1.0)
    >>> without(ramp, [(0.25, 0.5)]).samples.tolist()
    [0.0, 0.5, 0.75]
    """
    if not gone:
        return recording
    kept = np.ones(len(recording.samples), dtype=np.bool_)
    for start, end in gone:
        kept[round(start * len(kept)) : round(end * len(kept))] = False
    left = recording.samples[kept]
    return replace(recording, samples=left, seconds=len(left) / recording.rate)


def write_recording(recording: Recording, path: Path) -> Sound:
    """Write a recording to a new WAV file that reads back with the same samples.

    Parameters
    ----------
    recording : Recording
    path : Path

    Returns
    -------
    Sound
        One without samples is refused when it is read, as any file that is too short to be a sound.
    """
    path.write_bytes(exact_wav_bytes(recording))
    return Sound(path)
