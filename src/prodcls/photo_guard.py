"""Decoding in a process of its own, for photos whose headers are odd: what kills or fills it costs one photo.

The worker (`prodcls.photo_worker`) is started at the first such photo and kept. It gets the bytes of a file and
answers with raw pixels, so nothing it says is ever interpreted; its answer is held to what a photo may be. It can use
`MEMORY_BYTES` above what it needs idle, `CPU_SECONDS` of processor time and `WAIT_SECONDS` of patience for one photo.
Processor time is what decides, so that a busy machine refuses no other photos than an idle one.
"""

from __future__ import annotations

import atexit
from typing import IO

import numpy as np
from numpy.typing import NDArray

from prodcls import child_process
from prodcls.child_process import WorkerLostError, exactly
from prodcls.errors import ImageError
from prodcls.media_worker import read_refusal
from prodcls.photo_decoding import WORKING_SIDE

__all__ = ["CPU_SECONDS", "MEMORY_BYTES", "WAIT_SECONDS", "Worker", "decode_apart"]

MEMORY_BYTES = 245 << 20
"""For one photo: 50 million pixels at four bytes each, the file itself, and the picture scaled down."""
CPU_SECONDS = 1.5
WAIT_SECONDS = 4.5


class Worker(child_process.Worker):
    """A process that decodes one photo after the other.

    Parameters
    ----------
    memory : int
        Bytes.
    cpu_seconds : float
    wait_seconds : float
    """

    def __init__(
        self, memory: int = MEMORY_BYTES, cpu_seconds: float = CPU_SECONDS, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        super().__init__("prodcls.photo_worker", memory, cpu_seconds, wait_seconds)

    def decode(self, data: bytes) -> NDArray[np.uint8]:
        """Decode a photo.

        Parameters
        ----------
        data : bytes
            Of the whole file.

        Returns
        -------
        ndarray of shape (h, w, 3), uint8
            As `prodcls.photo_decoding.decode` gives it.

        Raises
        ------
        ImageError
            Its own, and ``photo-refused`` when the worker reached a limit or died.
        """
        try:
            return self.ask(data, _pixels)
        except WorkerLostError:
            reason = (
                f"photo absent: it is unusual, and could not be decoded within {self.cpu_seconds:g} s and "
                f"{self.memory >> 20} MB; save it as an ordinary JPEG or PNG"
            )
            raise ImageError(reason, code="photo-refused") from None


def _pixels(answer: IO[bytes]) -> NDArray[np.uint8]:
    first = int.from_bytes(exactly(answer, 4), "big")
    if first == 0:
        code, reason = read_refusal(answer)
        raise ImageError(reason, code=code)
    second = int.from_bytes(exactly(answer, 4), "big")
    if not (first <= WORKING_SIDE and 1 <= second <= WORKING_SIDE):
        message = "the worker answers with what is no picture"
        raise ValueError(message)
    pixels = np.frombuffer(exactly(answer, 3 * first * second), dtype=np.uint8)
    return pixels.reshape(first, second, 3)


_worker = Worker()
atexit.register(_worker.close)


def decode_apart(data: bytes) -> NDArray[np.uint8]:
    """Decode a photo in the process kept for that; as `Worker.decode`.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
    """
    return _worker.decode(data)
