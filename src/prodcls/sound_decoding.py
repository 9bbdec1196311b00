"""Compressed sounds as bytes, decoded by libsndfile within limits: FLAC, Ogg (Vorbis and Opus) and MP3.

`decode` runs in a process of its own (`prodcls.sound_worker`): codecs have had faults that a file can use.
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import SoundError
from prodcls.sound_wav import LEAST_SECONDS, MAX_CHANNELS, MAX_RATE, MAX_SECONDS, MIN_RATE, Recording

__all__ = ["check_decoder", "compressed_format", "decode"]

FORMATS = ("FLAC", "OGG", "MP3", "MPEG")
"""What libsndfile calls the formats that are read; it knows dozens more."""

FRAMES_AT_ONCE = 1 << 16
"""Samples of all channels decoded at a time: what a header says of the length is not believed."""

LONGEST = 1 << 40
"""Frames; a header that tells more does not know."""


def compressed_format(head: bytes) -> str:
    """Return the name of the compressed format that a file begins like; ``""`` for none.

    Parameters
    ----------
    head : bytes
        Its first bytes.
    """
    if head.startswith(b"fLaC"):
        return "FLAC"
    if head.startswith(b"OggS"):
        return "Ogg"
    # The tag that may stand before MP3, or a first frame of MPEG audio in layer III.
    frame = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2
    return "MP3" if frame or head.startswith(b"ID3") else ""


def check_decoder(name: str) -> None:
    """Make sure that compressed sounds can be decoded here.

    Parameters
    ----------
    name : str
        Of the format.

    Raises
    ------
    SoundError
        Code ``sound-extra``.
    """
    if find_spec("soundfile") is None:
        message = f"sound absent: {name} needs `pip install 'prodcls[sound]'`; or convert it to WAV"
        raise SoundError(message, code="sound-extra")


def decode(data: bytes) -> Recording:
    """Decode a compressed sound; of more than `MAX_SECONDS` the beginning.

    Parameters
    ----------
    data : bytes
        Of the whole file.

    Returns
    -------
    Recording

    Raises
    ------
    SoundError
        Codes ``sound-corrupt``, ``sound-format``, ``sound-too-short``.
    """
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate, channels = int(file.samplerate), int(file.channels)
            if file.format not in FORMATS:
                raise SoundError(f"sounds in the format {file.format} are not read", code="sound-format")
            if not (1 <= channels <= MAX_CHANNELS and MIN_RATE <= rate <= MAX_RATE):
                message = f"{channels} channels of {rate} samples a second are no usual sound"
                raise SoundError(message, code="sound-format")
            most = round(MAX_SECONDS * rate)
            mono, told = _mono(file, most), int(file.frames)
    except (soundfile.SoundFileError, RuntimeError) as error:
        said = getattr(error, "error_string", type(error).__name__)
        raise SoundError(f"no whole sound: {said}", code="sound-corrupt") from None
    if len(mono) < LEAST_SECONDS * rate:
        raise SoundError(f"shorter than {LEAST_SECONDS} seconds, or cut off", code="sound-too-short")
    frames = max(most, told) if len(mono) == most and told < LONGEST else len(mono)
    return Recording(mono, rate, frames / rate)


def _mono(file: Any, most: int) -> NDArray[np.float32]:  # noqa: ANN401 - soundfile has no types
    """Return the mean of the channels, block by block as far as they go, at most so many samples."""
    blocks, left = [np.empty(0, dtype=np.float32)], most
    while left:
        block = file.read(min(FRAMES_AT_ONCE, left), dtype="float32", always_2d=True)
        if not len(block):
            break
        blocks.append(block.mean(axis=1, dtype=np.float64).clip(-1.0, 1.0).astype(np.float32))
        left -= len(block)
    mono = np.concatenate(blocks)
    if not np.isfinite(mono).all():
        raise SoundError("samples are infinite or no numbers", code="sound-corrupt")
    return mono
