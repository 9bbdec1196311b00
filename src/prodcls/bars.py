"""Progress on standard error: bars on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import rich.console
import rich.progress
import rich.text

from prodcls.console import printable
from prodcls.progress import Progress, SilentProgress

__all__ = ["open_notes", "open_progress"]

LINE_INTERVAL = 5.0
"""Seconds between two lines about the same items where there is no terminal."""


def open_progress() -> Progress:
    """Return progress that fits standard error."""
    return _Bars() if sys.stderr.isatty() else _Lines()


def open_notes() -> Progress:
    """Return progress that says on standard error what the user is to know, and not how far it is."""
    return _Notes()


class _Notes(SilentProgress):
    """Notes alone."""

    def note(self, line: str) -> None:
        click.echo(printable(line), err=True)


class _Lines(_Notes):
    """Plain lines, for logs."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        with super().stage(name):
            yield
        self.note(f"{name}: {time.perf_counter() - start:.1f} s")

    @contextmanager
    def items(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        start = last = time.perf_counter()

        def show(done: int) -> None:
            nonlocal last
            now = time.perf_counter()
            if now - last >= LINE_INTERVAL and done:
                last = now
                rate = done / (now - start)
                self.note(f"{label}: {done}/{total}, {rate:.0f} items/s, {(total - done) / rate:.0f} s left")

        yield show


class _Bars(_Lines):
    """A bar with items/s and the time left; it vanishes when done and the stage's line stays."""

    @contextmanager
    def items(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        columns = (
            rich.progress.TextColumn("{task.description}", markup=False),
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            _Rate(),
            rich.progress.TimeRemainingColumn(),
        )
        with rich.progress.Progress(*columns, console=rich.console.Console(stderr=True), transient=True) as bars:
            task = bars.add_task(printable(label), total=total)
            yield lambda done: bars.update(task, completed=done)


class _Rate(rich.progress.ProgressColumn):
    """Items a second."""

    def render(self, task: rich.progress.Task) -> rich.text.Text:
        return rich.text.Text(f"{task.speed:.0f} items/s" if task.speed else "")
