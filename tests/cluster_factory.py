"""Two processes that answer, started once a session, and what they are asked in tests."""

from __future__ import annotations

import atexit
import os
import signal
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from prodcls.cluster import LOCAL, Cluster, open_cluster
from prodcls.errors import CatalogueError


@cache
def cluster() -> Cluster:
    opened = ExitStack()
    atexit.register(opened.close)
    return opened.enter_context(open_cluster(LOCAL, 2))


def address() -> str:
    found: str = cluster()._client.scheduler.address
    return found


def squared(number: int) -> int:
    if number == 13:
        raise CatalogueError("is unlucky", code="number-bad", file="f.csv", row=13)
    return number * number


def dies_once(folder: Path) -> str:
    """End the worker's process when it is asked the first time."""
    if not (folder / "died").exists():
        (folder / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def always_dies(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
