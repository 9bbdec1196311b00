"""Sounds as statistics of their log-mel spectrum: a fixed formula, no network, nothing learnt.

Each stretch of 25 ms, every 10 ms, gives the energies of `BANDS` bands that are evenly spaced in mel (Stevens, Volkmann
and Newman 1937, in the form of O'Shaughnessy 1987), in decibels. What is taken of a stretch depends on itself and the
one before alone: its level, how its bands stand to its level, the squares of that, and how much each band changed. The
vector is the mean over the stretches, so it is a plain sum over any division of the time. The squares are what a
deviation over time comes from; a deviation itself would be no sum.

It tells a hum from a hiss and a steady sound from a knocking one. It knows no words, no melody, and nothing that only
a network trained on sounds could know.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.items import Encoded, Item, Kind, Parts, Progress
from prodcls.encoders.processors import available_processors
from prodcls.errors import MediaError
from prodcls.sound_segments import segment_seconds
from prodcls.sound_wav import MAX_SECONDS, Recording
from prodcls.sounds import Sound, read_sound

__all__ = ["BANDS", "LogMel"]

BANDS = 40

LOW, HIGH = 50.0, 7600.0
"""Hertz that the bands lie between; those above half of a low sampling rate are silent."""

WINDOW, HOP = 0.025, 0.010
"""Seconds of a stretch, and from one to the next."""

FLOOR = 1e-8
"""Energy that is added to every band, 80 dB below full scale: what is quieter counts as silence."""

SCALE = 25.0
"""Decibels that count as 1, so that bands, squares and changes are of like size."""

STRETCHES_AT_ONCE = 512
"""Bounds the memory that a long sound takes."""


class LogMel:
    """Statistics of the log-mel spectrum.

    Parameters
    ----------
    runtime : str, default "onnx"
        Without effect: numpy computes it.
    threads : int, optional
        Sounds read at the same time; as many as there are processors by default. No effect on the vectors.
    """

    name = "log-mel"
    kind: Kind = "audio"
    dimension = 3 * BANDS + 1
    identity = "log-mel-p1"
    """Raise the number when a vector may change."""

    def __init__(self, runtime: Runtime = "onnx", threads: int | None = None) -> None:
        del runtime
        self.threads = threads or available_processors()

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        """Return the vectors of ``items``.

        Parameters
        ----------
        items : sequence of Sound, length n
        progress : callable, optional
            Called with the number of items done.

        Returns
        -------
        Encoded
        """
        vectors = np.zeros((len(items), self.dimension), dtype=np.float32)
        read_share = np.ones(len(items), dtype=np.float32)
        failed: dict[int, MediaError] = {}

        def one(item: Item) -> Parts | MediaError:
            try:
                return _parts(item)
            except MediaError as error:
                return error

        with ThreadPoolExecutor(self.threads, thread_name_prefix=self.name) as pool:
            for i, found in enumerate(pool.map(one, items)):
                if isinstance(found, Parts):
                    vectors[i], read_share[i] = found.vector, found.read_share
                else:
                    failed[i] = found
                if progress is not None:
                    progress(i + 1)
        return Encoded(vectors, read_share, failed)

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the vector of each item split over its segments.

        Parameters
        ----------
        items : sequence of Sound, length n

        Returns
        -------
        tuple of Parts, length n

        Raises
        ------
        SoundError
            If a sound cannot be read.
        """
        return tuple(map(_parts, items))

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors that belong to sums of parts: the sums themselves.

        Parameters
        ----------
        pooled : ndarray of shape (n, d), float64

        Returns
        -------
        ndarray of shape (n, d), float64
        """
        return pooled


def _parts(item: Item) -> Parts:
    """Return a sound's vector, and its segments' shares in it."""
    assert isinstance(item, Sound)  # noqa: S101 - the block of sounds holds nothing else
    sound = read_sound(item)
    middles, stretches = _stretches(sound)
    seconds = segment_seconds(len(sound.samples) / sound.rate)
    place = np.minimum(np.searchsorted(seconds[:, 1], middles, side="right"), len(seconds) - 1)
    sums = np.zeros((len(seconds), stretches.shape[1]))
    np.add.at(sums, place, stretches)
    shares = sums / len(stretches)
    vector = shares.sum(axis=0).astype(np.float32)
    read = min(1.0, MAX_SECONDS / sound.seconds)
    return Parts(shares, vector, vector, None, None, linear=True, read_share=read, seconds=seconds)


def _stretches(sound: Recording) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle of each stretch in seconds, shape (n,), and what is taken of it, shape (n, d)."""
    width, hop = round(WINDOW * sound.rate), round(HOP * sound.rate)
    samples = np.pad(sound.samples, (0, max(0, width - len(sound.samples))))
    windows = np.lib.stride_tricks.sliding_window_view(samples, width)[::hop]
    bank, shape = _bank(sound.rate), np.hanning(width)
    decibels = np.concatenate(
        [
            10.0 * np.log10(np.abs(np.fft.rfft(windows[i : i + STRETCHES_AT_ONCE] * shape)) ** 2 @ bank + FLOOR)
            for i in range(0, len(windows), STRETCHES_AT_ONCE)
        ]
    )
    level = decibels.mean(axis=1, keepdims=True)
    against = (decibels - level) / SCALE
    change = np.abs(np.diff(decibels, axis=0, prepend=decibels[:1])) / SCALE
    middles = (np.arange(len(windows)) * hop + width / 2) / sound.rate
    return middles, np.concatenate([level / SCALE, against, against**2, change], axis=1)


@lru_cache(maxsize=16)
def _bank(rate: int) -> NDArray[np.float64]:
    """Return triangles over the frequencies of a stretch, shape (frequencies, `BANDS`); full scale gives about 1."""
    width = round(WINDOW * rate)
    frequencies = np.fft.rfftfreq(width, 1.0 / rate)
    mel = np.linspace(_mel(LOW), _mel(HIGH), BANDS + 2)
    edges = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies[:, None] - left) / (middle - left)
    falling = (right - frequencies[:, None]) / (right - middle)
    bank: NDArray[np.float64] = np.clip(np.minimum(rising, falling), 0.0, None) / (width / 4.0) ** 2
    return bank


def _mel(hertz: float) -> float:
    return float(2595.0 * np.log10(1.0 + hertz / 700.0))
