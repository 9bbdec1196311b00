"""Sounds of products: found as photos are, and read within limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prodcls.errors import ImageError, SoundError
from prodcls.images import read_file, resolve_photo
from prodcls.sound_decoding import check_decoder, compressed_format
from prodcls.sound_guard import decode_sound_apart
from prodcls.sound_wav import Recording, check_wav, read_wav

__all__ = ["MAX_SOUND_BYTES", "Sound", "check_sound", "read_sound", "resolve_sound", "sound_digest"]

MAX_SOUND_BYTES = 48 << 20
"""Bytes of a sound's file: a minute of one channel at the highest rate, as wide as copies of it are ever written."""

HEAD_BYTES = 64 << 10
"""Bytes looked at by `check_sound`: editors put their notes before the samples."""


@dataclass(frozen=True)
class Sound:
    """The file of a sound.

    Attributes
    ----------
    path : Path
    """

    path: Path


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
    """Look at a sound's size and first headers without reading its samples; at a compressed one's name of its format.

    Parameters
    ----------
    sound : Sound

    Raises
    ------
    SoundError
        Codes ``sound-corrupt``, ``sound-format``, ``sound-too-short``, ``sound-too-large``, ``sound-absent``,
        ``sound-not-a-file``, ``sound-extra``.
    """
    with _as_sound():
        head = read_file(sound.path, HEAD_BYTES, MAX_SOUND_BYTES)
        size = sound.path.stat().st_size if sound.path.is_file() else len(head)
    if name := compressed_format(head):
        check_decoder(name)
        return
    if len(head) < HEAD_BYTES:
        size = len(head)
    check_wav(head, size)


def read_sound(sound: Sound) -> Recording:
    """Read a sound, brought to one channel; of more than `prodcls.sound_wav.MAX_SECONDS` the beginning.

    Parameters
    ----------
    sound : Sound
        WAV; or FLAC, Ogg or MP3 with the extra ``sound``.

    Returns
    -------
    Recording

    Raises
    ------
    SoundError
        Those of `check_sound`, and ``sound-refused``.
    """
    with _as_sound():
        data = read_file(sound.path, limit=MAX_SOUND_BYTES)
    if name := compressed_format(data[:HEAD_BYTES]):
        check_decoder(name)
        return decode_sound_apart(data)  # the codecs are not ours: what they make of a file is told by another process
    return read_wav(data)


def sound_digest(sound: Sound) -> str:
    """Return the SHA-256 of the file's bytes as 64 hex digits."""
    with _as_sound():
        return hashlib.sha256(read_file(sound.path, limit=MAX_SOUND_BYTES)).hexdigest()
