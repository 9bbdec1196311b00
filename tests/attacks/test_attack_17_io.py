"""Row 17: every write, sync and change of name fails in turn, and nothing is lost and the user is told.

SQLite fails every write in turn to show that no failure costs more than what was being written; so does this.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks import rounds
from attacks.judging import sweep
from attacks.written import NAMES, Place, place, writers


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("place")) as found:
        yield found


@pytest.mark.parametrize("name", [name for name in NAMES if name != "log prune"])  # SQLite calls the system itself
def test_whatever_fails_the_old_is_kept_or_the_new_is_whole(name: str, made: Place, tmp_path: Path) -> None:
    if name == "fit":  # takes seconds: each operation once, and none that lasts
        found = sweep(writers(made)[name], tmp_path, rounds(2, 10_000), (False,))
    else:
        found = sweep(writers(made)[name], tmp_path, rounds(6, 10_000))
    assert found.wrong == []
    assert found.runs == found.told + found.went_on == found.healed > 0
