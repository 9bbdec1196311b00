"""WAV files as bytes: read within limits, whatever their header says, and written.

Own reading of RIFF: the standard library's `wave` refuses floating point, and the form that recorders of 24 bits write.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import SoundError

__all__ = [
    "LEAST_SECONDS",
    "MAX_CHANNELS",
    "MAX_RATE",
    "MAX_SECONDS",
    "MIN_RATE",
    "Recording",
    "check_wav",
    "exact_wav_bytes",
    "read_wav",
    "wav_bytes",
]

MIN_RATE, MAX_RATE = 4_000, 192_000
"""Samples a second: telephones have 8,000, studios 192,000."""

MAX_CHANNELS = 8

MAX_SECONDS = 60.0
"""What is read of a sound; of a longer one the beginning."""

LEAST_SECONDS = 0.1
"""Shorter ones are no sound that anything could be told from."""

FRAMES_AT_ONCE = 1 << 20
"""Samples of all channels that are widened at a time, which bounds the memory."""

_CHUNKS = 64
"""Chunks of a file that are walked through at most."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


@dataclass(frozen=True)
class Recording:
    """A sound as it was read.

    Attributes
    ----------
    samples : ndarray of shape (n,), float32
        The mean of the channels, full scale at 1.
    rate : int
        Samples a second.
    seconds : float
        Length of the whole sound, of which at most `MAX_SECONDS` were read.
    """

    samples: NDArray[np.float32]
    rate: int
    seconds: float


@dataclass(frozen=True)
class _Format:
    """How samples are written, and where: ``first`` and ``size`` are bytes."""

    kind: int
    channels: int
    rate: int
    bits: int
    first: int
    size: int

    @property
    def frame(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bits // 8


def check_wav(head: bytes, size: int) -> None:
    """Look at the first headers of a file.

    Parameters
    ----------
    head : bytes
        Its beginning.
    size : int
        Bytes of the whole.

    Raises
    ------
    SoundError
        Codes ``sound-corrupt``, ``sound-format``, ``sound-too-short``.
    """
    _header(head, size)


def read_wav(data: bytes) -> Recording:
    """Read a file; of more than `MAX_SECONDS` the beginning.

    Parameters
    ----------
    data : bytes
        WAV with samples of 8, 16, 24 or 32 bits, or floating point.

    Returns
    -------
    Recording

    Raises
    ------
    SoundError
        Those of `check_wav`.
    """
    found = _header(data, len(data))
    frames = min(found.size // found.frame, round(MAX_SECONDS * found.rate))
    mono = np.empty(frames, dtype=np.float32)
    for start in range(0, frames, FRAMES_AT_ONCE):
        end = min(start + FRAMES_AT_ONCE, frames)
        values = _samples(data[found.first + start * found.frame : found.first + end * found.frame], found)
        if not np.isfinite(values).all():
            raise SoundError("samples are infinite or no numbers", code="sound-corrupt")
        mono[start:end] = np.clip(values.reshape(-1, found.channels).mean(axis=1), -1.0, 1.0)
    return Recording(mono, found.rate, found.size / found.frame / found.rate)


def wav_bytes(samples: NDArray[np.floating], rate: int) -> bytes:
    """Return one channel of samples as a WAV file of 16 bits.

    Parameters
    ----------
    samples : ndarray of shape (n,)
        Full scale at 1; more is cut off.
    rate : int
    """
    return _wav((np.clip(samples, -1.0, 1.0) * (2**15 - 1)).astype("<i2").tobytes(), _PCM, 16, rate)


def exact_wav_bytes(recording: Recording) -> bytes:
    """Return a recording as a WAV file that reads back with the same samples.

    The narrowest form that holds them is taken, so that a file is hardly ever larger than the one that was read.

    Parameters
    ----------
    recording : Recording
    """
    for bits in (16, 24):
        whole = recording.samples.astype(np.float64) * 2 ** (bits - 1)
        if (whole == np.round(whole)).all() and whole.max(initial=0.0) < 2 ** (bits - 1):
            data = whole.astype("<i4").view("u1").reshape(-1, 4)[:, : bits // 8].tobytes()
            return _wav(data, _PCM, bits, recording.rate)
    return _wav(recording.samples.astype("<f4").tobytes(), _FLOAT, 32, recording.rate)


def _wav(data: bytes, kind: int, bits: int, rate: int) -> bytes:
    width = bits // 8
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, kind, 1, rate, width * rate, width, bits)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _header(data: bytes, size: int) -> _Format:
    """Return how a file of ``size`` bytes, which begins with ``data``, holds its samples.

    What the header says is believed only as far as the file goes: nothing is allocated by it.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise SoundError(
            "no sound in WAV, FLAC, Ogg or MP3 format: convert it, for instance with ffmpeg", code="sound-format"
        )
    at, form = 12, b""
    for _ in range(_CHUNKS):
        name, head = data[at : at + 4], data[at + 4 : at + 8]
        if len(head) < 4:
            break
        length = int.from_bytes(head, "little")
        if name == b"fmt ":
            form = data[at + 8 : at + 8 + min(length, 40)]
        elif name == b"data":
            # Programs that write as they record leave a length of 0 or the largest one.
            there = max(0, size - at - 8)
            return _checked(form, at + 8, there if length in (0, 0xFFFFFFFF) else min(length, there))
        at += 8 + length + length % 2
    raise SoundError("the file ends, or goes on too long, before its samples", code="sound-corrupt")


def _checked(form: bytes, first: int, size: int) -> _Format:
    if len(form) < 16:
        raise SoundError("the file does not say how its samples are written", code="sound-corrupt")
    kind, channels, rate, _, frame, bits = struct.unpack("<HHIIHH", form[:16])
    if kind == _EXTENSIBLE and len(form) >= 26:
        kind = int.from_bytes(form[24:26], "little")
    written = (kind, bits)
    if written not in _READ:
        message = f"samples of {bits} bits in form {kind} are not read: 8, 16, 24 or 32 bits, or floating point"
        raise SoundError(message, code="sound-format")
    if not (1 <= channels <= MAX_CHANNELS and MIN_RATE <= rate <= MAX_RATE and frame == channels * bits // 8):
        message = f"{channels} channels of {rate} samples a second in frames of {frame} bytes are no usual sound"
        raise SoundError(message, code="sound-format")
    found = _Format(kind, channels, rate, bits, first, size)
    if size // found.frame < LEAST_SECONDS * rate:
        raise SoundError(f"shorter than {LEAST_SECONDS} seconds, or cut off", code="sound-too-short")
    return found


_READ: dict[tuple[int, int], tuple[str, float, float]] = {
    (_PCM, 8): ("u1", 128.0, 2.0**7),
    (_PCM, 16): ("<i2", 0.0, 2.0**15),
    (_PCM, 24): ("", 0.0, 2.0**31),
    (_PCM, 32): ("<i4", 0.0, 2.0**31),
    (_FLOAT, 32): ("<f4", 0.0, 1.0),
    (_FLOAT, 64): ("<f8", 0.0, 1.0),
}
"""Type, middle and full scale of samples by form and bits."""


def _samples(data: bytes, found: _Format) -> NDArray[np.float64]:
    """Return all samples, channel after channel in each frame, full scale at 1."""
    kind, middle, scale = _READ[found.kind, found.bits]
    if not kind:  # three bytes each: put them at the top of four
        wide = np.zeros((len(data) // 3, 4), dtype=np.uint8)
        wide[:, 1:] = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
        return wide.view("<i4").ravel().astype(np.float64) / scale
    return (np.frombuffer(data, dtype=kind).astype(np.float64) - middle) / scale
