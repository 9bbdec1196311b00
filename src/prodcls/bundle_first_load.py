"""The first load of a booster, in another process: a text that LightGBM dies of costs an error and no interpreter.

`prodcls.bundle_booster` has looked at all of the text before. This is for what it cannot know, a defect of LightGBM
itself. A text that passed is remembered by its SHA-256 in the user's cache, which no bundle can write to, for the
release of LightGBM and the machine that it passed on.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from prodcls.atomic import cache_root, write_bytes
from prodcls.bundle_booster import refuse_booster
from prodcls.child_process import child_command, child_environment

__all__ = ["remember", "try_apart"]

MEMORY_BYTES = 256 << 20
MEMORY_TIMES = 16
"""What LightGBM may take: a constant, and bytes for each byte of the text."""

CPU_SECONDS, WAIT_SECONDS = 4.0, 60.0
SECONDS_PER_BYTE = 1e-6
"""Processor time decides, so that a busy machine refuses no other boosters than an idle one."""


def try_apart(text: str) -> None:
    """Let another process read a booster and predict with it, unless this text has passed before.

    Parameters
    ----------
    text : str
        From `prodcls.bundle_booster.checked_booster`.

    Raises
    ------
    BundleError
        Code ``bundle-booster``, if that process dies, needs too long or too much, or gets no numbers.
    """
    if _mark(text).exists():
        return
    memory, more = MEMORY_BYTES + MEMORY_TIMES * len(text), SECONDS_PER_BYTE * len(text)
    command = child_command("prodcls.bundle_worker", memory, CPU_SECONDS + more)
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input=text.encode("ascii"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=child_environment(),
            timeout=WAIT_SECONDS + 10 * more,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        refuse_booster(f"was not read by a process of its own within {error.timeout:.0f} s")
    except OSError as error:
        refuse_booster(f"could not be read by a process of its own ({error.strerror})")
    if done.returncode != 0:
        refuse_booster(f"was read by a process of its own, which ended with exit code {done.returncode}")
    remember(text)


def remember(text: str) -> None:
    """Keep in the cache that LightGBM has read this text here, and lived.

    Parameters
    ----------
    text : str
    """
    with suppress(OSError):  # without a cache it is tried again each time
        write_bytes(_mark(text), b"")


def _mark(text: str) -> Path:
    where = f"lightgbm-{version('lightgbm')}-{platform.machine()}"
    return cache_root() / "boosters" / where / hashlib.sha256(text.encode("ascii")).hexdigest()
