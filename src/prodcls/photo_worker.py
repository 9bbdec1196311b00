"""The process that decodes odd photos: bytes come in, pixels go out; it can open no file and no connection.

Started by `prodcls.photo_guard` as ``python -P -m prodcls.photo_worker MEMORY CPU_SECONDS``. An answer
(`prodcls.media_worker`) is height and width in 4 bytes each and the pixels.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image

from prodcls.media_worker import Buffer, serve
from prodcls.photo_decoding import FORMATS, decode

__all__ = ["main"]


def main() -> None:
    """Serve requests until the input ends."""
    serve(_warm_up, _answer)


def _answer(data: bytes) -> Iterator[Buffer]:
    pixels = np.ascontiguousarray(decode(data))
    yield b"".join(side.to_bytes(4, "big") for side in pixels.shape[:2])
    yield pixels.data


def _warm_up() -> None:
    Image.init()
    for form in FORMATS:
        for mode in ("RGB", "P"):
            if mode == "RGB" or form not in ("JPEG", "WEBP"):
                buffer = io.BytesIO()
                Image.new(mode, (8, 8)).save(buffer, form)
                decode(buffer.getvalue())


if __name__ == "__main__":
    main()
