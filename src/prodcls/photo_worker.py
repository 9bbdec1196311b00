"""The process that decodes odd photos: bytes come in, pixels go out; it can open no file and no connection.

Started by `prodcls.photo_guard` as ``python -P -m prodcls.photo_worker MEMORY CPU_SECONDS``. A request is its length in
8 bytes and the file; an answer height and width in 4 bytes each and the pixels, or 0, a length and the code and reason
of a refusal. Numbers are big-endian.
"""

from __future__ import annotations

import io
import sys

import numpy as np
from PIL import Image

from prodcls.child_process import limit_memory, limit_time
from prodcls.errors import ImageError
from prodcls.photo_decoding import FORMATS, decode

__all__ = ["main"]


def main() -> None:
    """Serve requests until the input ends."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    request, answer = sys.stdin.buffer, sys.stdout.buffer
    _warm_up()
    limit_memory(memory)
    answer.write(b"R")
    answer.flush()
    while len(head := request.read(8)) == 8:
        data = request.read(int.from_bytes(head, "big"))
        limit_time(seconds)
        try:
            pixels = np.ascontiguousarray(decode(data))
        except ImageError as error:
            text = f"{error.code} {str(error).removesuffix(f' [{error.code}]')}".encode()[:900]
            answer.write((0).to_bytes(4, "big") + len(text).to_bytes(4, "big") + text)
        else:
            answer.write(b"".join(side.to_bytes(4, "big") for side in pixels.shape[:2]))
            answer.write(pixels.data)
            del pixels
        limit_time(0.0)
        answer.flush()


def _warm_up() -> None:
    """Import all that decoding imports: once the limits hold, no module can be opened."""
    Image.init()
    for form in FORMATS:
        for mode in ("RGB", "P"):
            if mode == "RGB" or form not in ("JPEG", "WEBP"):
                buffer = io.BytesIO()
                Image.new(mode, (8, 8)).save(buffer, form)
                decode(buffer.getvalue())


if __name__ == "__main__":
    main()
