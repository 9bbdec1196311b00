"""The process that decodes odd photos: bytes come in, pixels go out; it can open no file and no connection.

Started by `prodcls.photo_guard` as ``python -P -m prodcls.photo_worker MEMORY CPU_SECONDS``. A request is its length in
8 bytes and the file; an answer height and width in 4 bytes each and the pixels, or 0, a length and the code and reason
of a refusal. Numbers are big-endian.
"""

from __future__ import annotations

import io
import signal
import sys

import numpy as np
from PIL import Image

from prodcls.errors import ImageError
from prodcls.photo_decoding import FORMATS, decode

__all__ = ["main"]


def main() -> None:
    """Serve requests until the input ends."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    request, answer = sys.stdin.buffer, sys.stdout.buffer
    _warm_up()
    _limit(memory)
    answer.write(b"R")
    answer.flush()
    while len(head := request.read(8)) == 8:
        data = request.read(int.from_bytes(head, "big"))
        _set_clock(seconds)
        try:
            pixels = np.ascontiguousarray(decode(data))
        except ImageError as error:
            text = f"{error.code} {str(error).removesuffix(f' [{error.code}]')}".encode()[:900]
            answer.write((0).to_bytes(4, "big") + len(text).to_bytes(4, "big") + text)
        else:
            answer.write(b"".join(side.to_bytes(4, "big") for side in pixels.shape[:2]))
            answer.write(pixels.data)
            del pixels
        _set_clock(0.0)
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


def _limit(memory: int) -> None:
    """Let this process take ``memory`` bytes more than now, and neither open nor write any file."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):  # not Linux: the time is limited all the same
        return
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _set_clock(seconds: float) -> None:
    """End this process after so much processor time; 0 stops the clock."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main()
