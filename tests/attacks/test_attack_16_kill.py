"""Row 16: kill -9 at any moment of a fit with the real encoders.

A fit that is killed could leave half a bundle, a bundle with the tables of another one, a lock that nobody gives back,
or files that nothing ever removes. Fits of a part of the demo are killed before their k-th change of a file, or after
some time, over nothing and over an older bundle, with and without embeddings: what is there is a whole old or new
bundle, it is said where the rest does not belong to it, and the next fit ends in the very bundle of one that nobody
killed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from attacks import rounds

POINTS = rounds(sample=2, full=200)
TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_killed_fit_leaves_the_old_or_the_new_result_and_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "attacks.killing", str(tmp_path), str(POINTS)]
    ended = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    first, *found = map(json.loads, ended.stdout.splitlines())
    assert ended.returncode == 0, ended.stderr
    assert first["whole"]["warm"]["changes"] > 50
    assert len(found) == POINTS
    assert [(one["point"], one["seen"]["wrong"]) for one in found if one["seen"]["wrong"]] == []
    assert sum(one["killed"] for one in found) > POINTS / 2
