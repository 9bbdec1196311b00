"""Decoding in a process of its own, for photos whose headers are odd: what kills or fills it costs one photo.

The worker (`prodcls.photo_worker`) is started at the first such photo and kept. It gets the bytes of a file and
answers with raw pixels, so nothing it says is ever interpreted; its answer is held to what a photo may be. It can use
`MEMORY_BYTES` above what it needs idle, `CPU_SECONDS` of processor time and `WAIT_SECONDS` of patience for one photo.
Processor time is what decides, so that a busy machine refuses no other photos than an idle one.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import threading
from contextlib import suppress
from typing import IO

import numpy as np
from numpy.typing import NDArray

from prodcls.child_process import child_command, child_environment
from prodcls.errors import ImageError
from prodcls.photo_decoding import WORKING_SIDE

__all__ = ["CPU_SECONDS", "MEMORY_BYTES", "WAIT_SECONDS", "Worker", "decode_apart"]

MEMORY_BYTES = 245 << 20
"""For one photo: 50 million pixels at four bytes each, the file itself, and the picture scaled down."""
CPU_SECONDS = 1.5
WAIT_SECONDS = 4.5
START_SECONDS = 60.0

_LONGEST_TEXT = 1000


class Worker:
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
        self.memory, self.cpu_seconds, self.wait_seconds = memory, cpu_seconds, wait_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

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
        with self._lock:
            try:
                return self._ask(self._running(), data)
            except (OSError, EOFError, ValueError):
                self._stop()
                reason = (
                    f"photo absent: it is unusual, and could not be decoded within {self.cpu_seconds:g} s and "
                    f"{self.memory >> 20} MB; save it as an ordinary JPEG or PNG"
                )
                raise ImageError(reason, code="photo-refused") from None

    def close(self) -> None:
        """End the process; the next photo starts another."""
        with self._lock:
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process, started where there is none, it has died, or it is that of the process forked from."""
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self._stop()
        command = child_command("prodcls.photo_worker", self.memory, self.cpu_seconds)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=child_environment()
        )
        self._owner = os.getpid()
        with _deadline(self._process, START_SECONDS):
            _exactly(_pipe(self._process.stdout), 1)
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self._owner == os.getpid():
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what was not written yet cannot be any more
                _pipe(pipe).close()

    def _ask(self, process: subprocess.Popen[bytes], data: bytes) -> NDArray[np.uint8]:
        with _deadline(process, self.wait_seconds):
            request, answer = _pipe(process.stdin), _pipe(process.stdout)
            request.write(len(data).to_bytes(8, "big"))
            request.write(data)
            request.flush()
            first, second = (int.from_bytes(_exactly(answer, 4), "big") for _ in range(2))
            if first == 0:  # refused: code and reason in one text
                code, _, reason = _exactly(answer, min(second, _LONGEST_TEXT)).decode().partition(" ")
                raise ImageError(reason, code=code)
            if not (first <= WORKING_SIDE and 1 <= second <= WORKING_SIDE):
                message = "the worker answers with what is no picture"
                raise ValueError(message)
            pixels = np.frombuffer(_exactly(answer, 3 * first * second), dtype=np.uint8)
        return pixels.reshape(first, second, 3)


class _deadline:  # noqa: N801 - used like a function
    """Kill a process that has not answered in time; its pipe then ends, on every system."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.timer = threading.Timer(seconds, process.kill)
        self.timer.daemon = True

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # noqa: S101 - asked for when the process was started
    return pipe


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    found = pipe.read(count)
    if len(found) < count:
        raise EOFError
    return found


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
