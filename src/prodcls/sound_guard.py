"""Compressed sounds are decoded in a process of its own: what kills or fills it costs one sound.

The worker (`prodcls.sound_worker`) is started at the first such sound and kept, as that of odd photos is. It answers
with raw samples, whose number is held to what a sound may have.
"""

from __future__ import annotations

import atexit
from typing import IO

import numpy as np

from prodcls import child_process
from prodcls.child_process import WorkerLostError, exactly
from prodcls.errors import SoundError
from prodcls.media_worker import read_refusal
from prodcls.sound_wav import MAX_RATE, MAX_SECONDS, MIN_RATE, Recording

__all__ = ["CPU_SECONDS", "MEMORY_BYTES", "WAIT_SECONDS", "Worker", "decode_sound_apart"]

MEMORY_BYTES = 245 << 20
"""For one sound: a minute at the highest rate twice, the file itself, and what the codec sets up."""
CPU_SECONDS = 1.5
WAIT_SECONDS = 4.5


class Worker(child_process.Worker):
    """A process that decodes one sound after the other.

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
        super().__init__("prodcls.sound_worker", memory, cpu_seconds, wait_seconds)

    def decode(self, data: bytes) -> Recording:
        """Decode a sound.

        Parameters
        ----------
        data : bytes
            Of the whole file.

        Returns
        -------
        Recording
            As `prodcls.sound_decoding.decode` gives it.

        Raises
        ------
        SoundError
            Its own, and ``sound-refused`` when the worker reached a limit or died.
        """
        try:
            return self.ask(data, _recording)
        except WorkerLostError:
            reason = (
                f"sound absent: it could not be decoded within {self.cpu_seconds:g} s and {self.memory >> 20} MB; "
                "save it as an ordinary WAV or FLAC"
            )
            raise SoundError(reason, code="sound-refused") from None


def _recording(answer: IO[bytes]) -> Recording:
    rate = int.from_bytes(exactly(answer, 4), "big")
    if rate == 0:
        code, reason = read_refusal(answer)
        raise SoundError(reason, code=code)
    count, whole = int.from_bytes(exactly(answer, 4), "big"), int.from_bytes(exactly(answer, 8), "big")
    if not (MIN_RATE <= rate <= MAX_RATE and count <= MAX_SECONDS * rate and count <= whole):
        message = "the worker answers with what is no sound"
        raise ValueError(message)
    samples = np.frombuffer(exactly(answer, 4 * count), dtype="<f4").astype(np.float32)
    if not (np.abs(samples) <= 1.0).all():  # nor NaN
        message = "the worker answers with samples beyond full scale"
        raise ValueError(message)
    return Recording(samples, rate, whole / rate)


_worker = Worker()
atexit.register(_worker.close)


def decode_sound_apart(data: bytes) -> Recording:
    """Decode a sound in the process kept for that; as `Worker.decode`.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Recording
    """
    return _worker.decode(data)
