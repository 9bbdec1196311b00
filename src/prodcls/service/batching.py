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
_Answer = TypeVar("_Answer")


@dataclass
class _Job(Generic[_Asked, _Answer]):
    items: Sequence[_Asked]
    answer: asyncio.Future[Sequence[_Answer]]


class Batcher(Generic[_Asked, _Answer]):
    """Gathers the items of concurrent callers and answers them in one call.

    Parameters
    ----------
    work : callable
        Takes items and returns as many answers in their order; called by one thread at a time. What it raises, each of
        the callers gets.
    most : int
        Items in one call; those of one caller are never parted, so that it may get more.
    executor : Executor
        In which ``work`` runs.
    """

    def __init__(self, work: Callable[[Sequence[_Asked]], Sequence[_Answer]], most: int, executor: Executor) -> None:
        self.work = work
        self.most = most
        self.executor = executor
        self.sizes: deque[int] = deque(maxlen=1000)
        self._waiting: deque[_Job[_Asked, _Answer]] = deque()
        self._running: asyncio.Task[None] | None = None

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
        """Answer until nobody waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            jobs = self._next()
            items = [item for job in jobs for item in job.items]
            self.sizes.append(len(items))
            try:
                answers = await loop.run_in_executor(self.executor, self.work, items)
            except Exception as error:  # noqa: BLE001 - whoever asked is told, whatever it is
                _fail(jobs, error)
                continue
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
