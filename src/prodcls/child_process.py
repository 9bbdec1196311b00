"""A process of our own for bytes that nobody vouches for: how it is started, and what it may take."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

__all__ = ["child_command", "child_environment", "limit_memory", "limit_time"]


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
