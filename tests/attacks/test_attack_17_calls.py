"""Row 17: every call to the system by which something is written fails in turn, in a process of its own.

A second witness of what `test_attack_17_io` shows: strace lets the calls of SQLite and of libraries fail too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks import rounds
from attacks.syscalls import fail_calls, need_strace
from attacks.written import Place, place, writers


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if not rounds(0, 1):
        pytest.skip("takes minutes: set PRODCLS_ATTACKS=full")
    need_strace()
    with place(tmp_path_factory.mktemp("place")) as found:
        yield found


@pytest.mark.parametrize("name", ["predict --log", "log prune", "review --import"])
def test_whatever_call_fails_the_old_is_kept_or_the_new_is_whole(name: str, made: Place, tmp_path: Path) -> None:
    found = fail_calls(writers(made)[name], tmp_path, 200)
    assert found.wrong == []
    assert found.runs == found.told + found.went_on == found.healed > 0
