"""Requests that wait while others are worked on are taken together: no request waits for company that may not come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Batcher"]

_Asked = TypeVar("_Asked")
_Begun = TypeVar("_Begun")
_Answer = TypeVar("_Answer")


@dataclass
class _Job(Generic[_Asked, _Answer]):
    items: Sequence[_Asked]
    answer: asyncio.Future[Sequence[_Answer]]


@dataclass(frozen=True)
class Step(Generic[_Asked, _Answer]):
    """Something to do with what was asked, and where; it is called by one thread at a time.

    Attributes
    ----------
    work : callable
    executor : Executor
        With one thread.
    """

    work: Callable[[_Asked], _Answer]
    executor: Executor

    async def done(self, asked: _Asked) -> _Answer:
        """Return what ``work`` returns."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, self.work, asked)


class Batcher(Generic[_Asked, _Begun, _Answer]):
    """Gathers the items of concurrent callers and answers them together, in two steps.

    While the second step answers one batch, the first one begins the next.

    Parameters
    ----------
    begin : Step
        Takes items.
    finish : Step
        Takes what ``begin`` returned, and returns as many answers as there were items, in their order. What either
        raises, each of the callers gets.
    most : int
        Items in one call; those of one caller are never parted, so that it may get more.
    observe : callable
        Told the number of items of each call.
    """

    def __init__(
        self,
        begin: Step[Sequence[_Asked], _Begun],
        finish: Step[_Begun, Sequence[_Answer]],
        most: int,
        observe: Callable[[int], None],
    ) -> None:
        self.begin = begin
        self.finish = finish
        self.most = most
        self.observe = observe
        self._waiting: deque[_Job[_Asked, _Answer]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._finishing: set[asyncio.Task[None]] = set()

    async def ask(self, items: Sequence[_Asked]) -> Sequence[_Answer]:
        """Return the answers to ``items``.

        Parameters
        ----------
        items : sequence, length n

        Returns
        -------
        sequence, length n
        """
        job: _Job[_Asked, _Answer] = _Job(items, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await job.answer

    async def _run(self) -> None:
        """Begin until nobody waits."""
        while self._waiting:
            jobs = self._next()
            items = [item for job in jobs for item in job.items]
            self.observe(len(items))
            try:
                begun = await self.begin.done(items)
            except Exception as error:  # noqa: BLE001 - whoever asked is told, whatever it is
                _fail(jobs, error)
                continue
            task = asyncio.create_task(self._finish(jobs, begun))
            self._finishing.add(task)  # the loop itself keeps no task alive
            task.add_done_callback(self._finishing.discard)

    async def _finish(self, jobs: Sequence[_Job[_Asked, _Answer]], begun: _Begun) -> None:
        """Answer those whose items were begun."""
        try:
            answers = await self.finish.done(begun)
        except Exception as error:  # noqa: BLE001 - whoever asked is told, whatever it is
            _fail(jobs, error)
            return
        first = 0
        for job in jobs:
            if not job.answer.done():  # a caller that has gone away
                job.answer.set_result(answers[first : first + len(job.items)])
            first += len(job.items)

    def _next(self) -> list[_Job[_Asked, _Answer]]:
        """Take the jobs of the next call: those that wait longest, as many as there is room for."""
        jobs: list[_Job[_Asked, _Answer]] = []
        size = 0
        while self._waiting and (not jobs or size + len(self._waiting[0].items) <= self.most):
            job = self._waiting.popleft()
            if not job.answer.cancelled():
                jobs.append(job)
                size += len(job.items)
        return jobs


def _fail(jobs: Sequence[_Job[_Asked, _Answer]], error: Exception) -> None:
    for job in jobs:
        if not job.answer.done():
            job.answer.set_exception(error)
