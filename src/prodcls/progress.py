"""How a long job tells what it is doing, and how long each stage took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

__all__ = ["Progress", "SilentProgress"]


class Progress(Protocol):
    """What the flows report to.

    Attributes
    ----------
    seconds : dict of str to float
        Wall time of each finished stage by name, in order of first use; a stage entered twice adds up, and the time
        of a stage inside another counts for both.
    """

    seconds: dict[str, float]

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Time the ``with`` block as the stage ``name``."""

    def items(self, label: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show ``label`` for ``total`` items; call the yielded function with the number done so far."""

    def note(self, line: str) -> None:
        """Tell the user one thing, such as which column plays which role."""


class SilentProgress:
    """Times stages and says nothing; for use as a library.

    Examples
    --------
    >>> progress = SilentProgress()
    >>> with progress.stage("read"):
    ...     pass
    >>> list(progress.seconds)
    ['read']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the ``with`` block as the stage ``name``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    @contextmanager
    def items(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """Yield a function that takes the number of items done so far and does nothing."""
        del label, total
        yield lambda _done: None

    def note(self, line: str) -> None:
        """Drop ``line``."""
