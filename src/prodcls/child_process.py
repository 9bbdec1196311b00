"""A process of our own for bytes that nobody vouches for: how it is started, and what it may take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeVar

__all__ = ["Worker", "WorkerLostError", "child_command", "child_environment", "exactly", "limit_memory", "limit_time"]

START_SECONDS = 60.0

_Answer = TypeVar("_Answer")


class WorkerLostError(Exception):
    """A process for a file reached a limit, died, or gave no answer."""


def child_command(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module of this package in another interpreter.

    Parameters
    ----------
    module : str
        Full name.
    *arguments : object

    Returns
    -------
    list of str
    """
    # With -P the working directory, which may be a catalogue's, is not where modules come from.
    return [sys.executable, "-P", "-m", module, *map(str, arguments)]


def child_environment() -> dict[str, str]:
    """Return the environment of such a process: this one's, with the same package and one thread.

    Returns
    -------
    dict of str to str
    """
    folder = str(Path(__file__).resolve().parents[1])
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")])),
        # The threads of numpy and LightGBM, which are not needed, would each reserve memory.
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }


def limit_memory(memory: int) -> None:
    """Let this process take ``memory`` bytes more than now, and neither open nor write any file.

    Parameters
    ----------
    memory : int
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):  # not Linux: the time is limited all the same
        return
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def limit_time(seconds: float) -> None:
    """End this process after so much processor time.

    Parameters
    ----------
    seconds : float
        0 stops the clock.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


class Worker:
    """A process kept to decode one file after the other, started when the first one comes.

    It gets the bytes of a file and answers with raw numbers, so nothing it says is ever interpreted. It says ``R`` once
    it is ready; then a request is its length in 8 bytes, big-endian, and the file.

    Parameters
    ----------
    module : str
        Full name of what it runs; it is given memory and processor time as arguments.
    memory : int
        Bytes that it may use above what it needs idle.
    cpu_seconds : float
        Of processor time for a file, which decides: a busy machine refuses no other files than an idle one.
    wait_seconds : float
        Of patience for a file.
    """

    def __init__(self, module: str, memory: int, cpu_seconds: float, wait_seconds: float) -> None:
        self.module = module
        self.memory, self.cpu_seconds, self.wait_seconds = memory, cpu_seconds, wait_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, data: bytes, read: Callable[[IO[bytes]], _Answer]) -> _Answer:
        """Send a file and read the answer.

        Parameters
        ----------
        data : bytes
            Of the whole file.
        read : callable
            Reads all of the answer; raises EOFError or ValueError where it is none.

        Returns
        -------
        object
            What ``read`` makes of it.

        Raises
        ------
        WorkerLostError
            If there is none.
        """
        with self._lock:
            try:
                process = self._running()
                with _deadline(process, self.wait_seconds):
                    request = _pipe(process.stdin)
                    request.write(len(data).to_bytes(8, "big"))
                    request.write(data)
                    request.flush()
                    return read(_pipe(process.stdout))
            except (OSError, EOFError, ValueError) as error:
                self._stop()
                raise WorkerLostError from error

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process, started where there is none, it has died, or it is that of the process forked from."""
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self._stop()
        command = child_command(self.module, self.memory, self.cpu_seconds)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=child_environment()
        )
        self._owner = os.getpid()
        with _deadline(self._process, START_SECONDS):
            exactly(_pipe(self._process.stdout), 1)
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


def exactly(pipe: IO[bytes], count: int) -> bytes:
    """Return ``count`` bytes of a pipe; raises EOFError where it ends before."""
    found = pipe.read(count)
    if len(found) < count:
        raise EOFError
    return found
