"""The first run of an ONNX file, in another process: one that takes too long or too much costs an error and no more.

`prodcls.encoders.onnx_file` has looked at the file before. This is for what it cannot know: how large the arrays
become, and defects of ONNX Runtime itself. What came out is remembered in the user's cache.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from prodcls.atomic import cache_root, write_bytes
from prodcls.child_process import child_command, child_environment
from prodcls.encoders.folder_files import refuse

__all__ = ["CPU_SECONDS", "MEMORY_BYTES", "Feeds", "try_onnx"]

Feeds = dict[str, tuple[tuple[int, ...], str]]
"""Shape and kind of number of each input, one item long."""

MEMORY_BYTES = 2 << 30
MEMORY_TIMES = 4
"""What opening and one run may take: a constant, and bytes for each byte of the file."""

CPU_SECONDS, WAIT_SECONDS = 30.0, 300.0
"""Processor time decides, so that a busy machine refuses no other files than an idle one."""


def try_onnx(path: Path, data: bytes, feeds: Feeds, output: str) -> tuple[int, ...]:
    """Let another process open a file and run it on ones, unless it has before.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
        From `prodcls.encoders.onnx_file.checked_model`.
    feeds : dict
    output : str

    Returns
    -------
    tuple of int
        Shape of the output for one item.

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if that process dies, needs too long or too much, or gets no finite numbers.
    """
    asked = json.dumps([feeds, output]).encode()
    where = f"onnxruntime-{version('onnxruntime')}-{platform.machine()}"
    mark = cache_root() / "onnx-trials" / where / hashlib.sha256(asked + hashlib.sha256(data).digest()).hexdigest()
    with suppress(OSError, ValueError, KeyError, TypeError):
        return tuple(int(size) for size in json.loads(mark.read_bytes())["shape"])
    told = _run_apart(path, data, json.dumps(feeds), output)
    if "error" in told:
        raise refuse(path, f"does not run: {told['error']}")
    if told["dtype"] != "float32" or not told["finite"]:
        raise refuse(path, f"gives {told['dtype']}, finite or not: {told['finite']}; finite float32 are read")
    with suppress(OSError):  # without a cache it is tried again each time
        write_bytes(mark, json.dumps({"shape": told["shape"]}).encode())
    return tuple(told["shape"])


def _run_apart(path: Path, data: bytes, feeds: str, output: str) -> dict[str, Any]:
    memory = MEMORY_BYTES + MEMORY_TIMES * len(data)
    command = child_command("prodcls.encoders.onnx_worker", memory, CPU_SECONDS, feeds, output)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            timeout=WAIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refuse(path, f"did not run in a process of its own within {error.timeout:.0f} s") from error
    except OSError as error:
        raise refuse(path, f"could not be run in a process of its own ({error.strerror})") from error
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        message = f"ended the process that tried it with exit code {done.returncode}: it takes too much or too long"
        raise refuse(path, message) from error
    return told
