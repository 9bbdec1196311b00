"""Concurrent callers: each gets its own answers, in as few calls as there is room for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.service.batching import Batcher, Step

T = TypeVar("T")


def in_two_steps(work: Callable[[Sequence[int]], list[T]], most: int, pool: Executor) -> Batcher[int, list[T], T]:
    finish: Step[list[T], Sequence[T]] = Step(list, pool)
    return Batcher(Step(work, pool), finish, most, lambda _: None)


def asked(groups: Sequence[Sequence[int]], most: int) -> tuple[list[Sequence[str]], list[int]]:
    """Return the answers to callers that come together while a first call goes on, and the sizes of the calls."""
    gate = threading.Event()
    sizes: list[int] = []

    def work(items: Sequence[int]) -> list[str]:
        gate.wait(10)
        sizes.append(len(items))
        return [f"answer {item}" for item in items]

    async def every() -> list[Sequence[str]]:
        with ThreadPoolExecutor(1) as pool:
            batcher = in_two_steps(work, most, pool)
            tasks = [asyncio.create_task(batcher.ask(group)) for group in groups]
            await asyncio.sleep(0)
            gate.set()
            return await asyncio.gather(*tasks)

    return asyncio.run(every()), sizes


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=5), min_size=1, max_size=12), st.integers(1, 10))
def test_every_caller_gets_its_own_answers(groups: list[list[int]], most: int) -> None:
    answers, sizes = asked(groups, most)
    assert answers == [[f"answer {item}" for item in group] for group in groups]
    assert sum(sizes) == sum(map(len, groups))
    assert all(size <= max(most, *map(len, groups)) for size in sizes)


def test_those_that_wait_are_taken_together() -> None:
    _, sizes = asked([[i] for i in range(20)], 64)
    assert len(sizes) <= 2


def test_what_goes_wrong_is_told_to_all_in_the_call_and_to_no_other() -> None:
    def work(items: Sequence[int]) -> list[int]:
        if 13 in items:
            raise ValueError
        return list(items)

    async def every() -> list[object]:
        with ThreadPoolExecutor(1) as pool:
            batcher = in_two_steps(work, 1, pool)
            return await asyncio.gather(*(batcher.ask([i]) for i in (12, 13, 14)), return_exceptions=True)

    first, second, third = asyncio.run(every())
    assert (first, third) == ([12], [14])
    assert isinstance(second, ValueError)


def test_a_caller_that_goes_away_is_forgotten() -> None:
    seen: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        seen.extend(items)
        return list(items)

    async def every() -> None:
        with ThreadPoolExecutor(1) as pool:
            batcher = in_two_steps(work, 1, pool)
            tasks = [asyncio.create_task(batcher.ask([i])) for i in range(3)]
            await asyncio.sleep(0)
            tasks[2].cancel()
            with pytest.raises(asyncio.CancelledError):
                await tasks[2]
            assert await asyncio.gather(*tasks[:2]) == [[0], [1]]

    asyncio.run(every())
    assert 2 not in seen


def test_the_next_batch_begins_while_one_is_finished() -> None:
    begun = threading.Event()

    def begin(items: Sequence[int]) -> Sequence[int]:
        if 2 in items:
            begun.set()
        return items

    def finish(items: Sequence[int]) -> list[int]:
        if 1 in items:
            assert begun.wait(10)
        if 3 in items:
            raise ValueError
        return list(items)

    async def every() -> list[object]:
        with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as deciding:
            sizes: list[int] = []
            batcher = Batcher(Step(begin, reading), Step(finish, deciding), 1, sizes.append)
            answers = await asyncio.gather(*(batcher.ask([i]) for i in (1, 2, 3)), return_exceptions=True)
            assert sizes == [1, 1, 1]
            return answers

    first, second, third = asyncio.run(every())
    assert (first, second) == ([1], [2])
    assert isinstance(third, ValueError)
