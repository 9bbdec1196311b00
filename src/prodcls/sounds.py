"""Sounds of products: found as photos are, read from WAV files within limits, brought to one channel."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import ImageError, SoundError
from prodcls.images import read_file, resolve_photo

__all__ = [
    "LEAST_SECONDS",
    "MAX_CHANNELS",
    "MAX_RATE",
    "MAX_SECONDS",
    "MIN_RATE",
    "Recording",
    "Sound",
    "check_sound",
    "read_sound",
    "resolve_sound",
    "sound_digest",
    "wav_bytes",
]

MIN_RATE, MAX_RATE = 4_000, 192_000
"""Samples a second: telephones have 8,000, studios 192,000."""

MAX_CHANNELS = 8

MAX_SECONDS = 60.0
"""What is read of a sound; of a longer one the beginning."""

LEAST_SECONDS = 0.1
"""Shorter ones are no sound that anything could be told from."""

HEAD_BYTES = 64 << 10
"""Bytes looked at by `check_sound`: editors put their notes before the samples."""

_CHUNKS = 64
"""Chunks of a file that are walked through at most."""

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


@dataclass(frozen=True)
class Sound:
    """The file of a sound.

    Attributes
    ----------
    path : Path
    """

    path: Path


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


@contextmanager
def _as_sound() -> Iterator[None]:
    """Tell of a sound what `prodcls.images` tells of a photo: both are files named by cells, under the same rules."""
    try:
        yield
    except ImageError as error:
        said = str(error).removesuffix(f" [{error.code}]").replace("photo absent", "sound absent")
        raise SoundError(said, code=error.code.replace("photo-", "sound-")) from None


def resolve_sound(cell: str, root: Path) -> Sound:
    """Return the regular file that ``cell`` names inside ``root``; links may not lead out of it.

    Parameters
    ----------
    cell : str
        As it stands in the catalogue.
    root : Path
        Folder that the sound must lie in, the same as for photos.

    Raises
    ------
    SoundError
        Codes ``sound-url``, ``sound-outside``, ``sound-absent``, ``sound-name``, ``sound-not-a-file``,
        ``sound-hard-link``.
    """
    with _as_sound():
        return Sound(resolve_photo(cell, root))


def check_sound(sound: Sound) -> None:
    """Look at a sound's size and first headers without reading its samples.

    Parameters
    ----------
    sound : Sound

    Raises
    ------
    SoundError
        Codes ``sound-corrupt``, ``sound-format``, ``sound-too-short``, ``sound-too-large``, ``sound-absent``,
        ``sound-not-a-file``.
    """
    with _as_sound():
        head = read_file(sound.path, HEAD_BYTES)
        size = sound.path.stat().st_size if sound.path.is_file() else len(head)
    if len(head) < HEAD_BYTES:
        size = len(head)
    _header(head, size)


def read_sound(sound: Sound) -> Recording:
    """Read a sound; of more than `MAX_SECONDS` the beginning.

    Parameters
    ----------
    sound : Sound
        WAV with samples of 8, 16, 24 or 32 bits, or floating point.

    Returns
    -------
    Recording

    Raises
    ------
    SoundError
        Those of `check_sound`.
    """
    with _as_sound():
        data = read_file(sound.path)
    found = _header(data, len(data))
    frames = min(found.size // found.frame, round(MAX_SECONDS * found.rate))
    values = _samples(data[found.first : found.first + frames * found.frame], found)
    if not np.isfinite(values).all():
        raise SoundError("samples are infinite or no numbers", code="sound-corrupt")
    mono = np.clip(values.reshape(frames, found.channels).mean(axis=1), -1.0, 1.0).astype(np.float32)
    return Recording(mono, found.rate, found.size / found.frame / found.rate)


def sound_digest(sound: Sound) -> str:
    """Return the SHA-256 of the file's bytes as 64 hex digits."""
    with _as_sound():
        return hashlib.sha256(read_file(sound.path)).hexdigest()


def wav_bytes(samples: NDArray[np.floating], rate: int) -> bytes:
    """Return one channel of samples as a WAV file of 16 bits.

    Parameters
    ----------
    samples : ndarray of shape (n,)
        Full scale at 1; more is cut off.
    rate : int
    """
    data: bytes = (np.clip(samples, -1.0, 1.0) * (2**15 - 1)).astype("<i2").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, 1, rate, 2 * rate, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _header(data: bytes, size: int) -> _Format:
    """Return how a file of ``size`` bytes, which begins with ``data``, holds its samples.

    What the header says is believed only as far as the file goes: nothing is allocated by it.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise SoundError("no sound in WAV format: convert it, for instance with ffmpeg", code="sound-format")
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
