"""The process that decodes compressed sounds: bytes come in, samples go out; it can open no file and no connection.

Started by `prodcls.sound_guard` as ``python -P -m prodcls.sound_worker MEMORY CPU_SECONDS``. An answer
(`prodcls.media_worker`) is samples a second and their number in 4 bytes each, the number in the whole sound in 8, and
the samples as little-endian float32.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np

from prodcls.media_worker import Buffer, serve
from prodcls.sound_decoding import decode

__all__ = ["main"]


def main() -> None:
    """Serve requests until the input ends."""
    serve(_warm_up, _answer)


def _answer(data: bytes) -> Iterator[Buffer]:
    found = decode(data)
    whole = round(found.seconds * found.rate)
    yield found.rate.to_bytes(4, "big") + len(found.samples).to_bytes(4, "big") + whole.to_bytes(8, "big")
    yield found.samples.astype("<f4").data


def _warm_up() -> None:
    import soundfile

    tone = np.sin(np.arange(8_000) / 5.0) / 2.0
    for form, codec in (("FLAC", None), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", None)):
        if form in soundfile.available_formats() and (codec is None or codec in soundfile.available_subtypes(form)):
            buffer = io.BytesIO()
            soundfile.write(buffer, tone, 8_000, format=form, subtype=codec)
            decode(buffer.getvalue())


if __name__ == "__main__":
    main()
