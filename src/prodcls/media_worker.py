"""What the processes that decode photos and sounds have in common: requests, answers and refusals as bytes.

A request is its length in 8 bytes and the file. An answer is what the worker of the kind says, or 4 bytes of 0, a
length in 4 bytes, and the code and the reason of a refusal. Numbers are big-endian.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import IO

from prodcls.child_process import exactly, limit_memory, limit_time
from prodcls.errors import MediaError

__all__ = ["Buffer", "read_refusal", "serve"]

LONGEST_TEXT = 1000
"""Bytes of a refusal."""

Buffer = bytes | memoryview


def serve(warm_up: Callable[[], object], decode: Callable[[bytes], Iterable[Buffer]]) -> None:
    """Serve requests until the input ends; the command line gives memory in bytes and processor time in seconds.

    Parameters
    ----------
    warm_up : callable
        Imports all that decoding imports: once the limits hold, no module can be opened.
    decode : callable
        Returns the answer; raises MediaError for a refusal.
    """
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    request, answer = sys.stdin.buffer, sys.stdout.buffer
    warm_up()
    limit_memory(memory)
    answer.write(b"R")
    answer.flush()
    while len(head := request.read(8)) == 8:
        data = request.read(int.from_bytes(head, "big"))
        limit_time(seconds)
        try:
            for part in decode(data):
                answer.write(part)
        except MediaError as error:
            text = f"{error.code} {str(error).removesuffix(f' [{error.code}]')}".encode()[: LONGEST_TEXT - 100]
            answer.write((0).to_bytes(4, "big") + len(text).to_bytes(4, "big") + text)
        limit_time(0.0)
        answer.flush()


def read_refusal(answer: IO[bytes]) -> tuple[str, str]:
    """Return code and reason of a refusal.

    Parameters
    ----------
    answer : file object
        Behind the 4 bytes of 0.

    Returns
    -------
    tuple of (str, str)

    Raises
    ------
    EOFError
        If the answer ends before.
    """
    length = int.from_bytes(exactly(answer, 4), "big")
    code, _, reason = exactly(answer, min(length, LONGEST_TEXT)).decode().partition(" ")
    return code, reason
