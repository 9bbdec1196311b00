"""Row 16: kill -9 at any moment of a prediction.

A prediction that is killed hours in could leave half an output, entries in the log for products that no output has, or
all work lost. Predictions with a log are killed before their k-th change of a file, over nothing and over an older
output: what is there is the old output or the whole new one, with no entry or all; the same call takes over every batch
that was finished and ends in the very bytes of one that nobody killed, with nothing left beside them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from attacks import rounds
from bundle_factory import product_rows, saved, write_catalogue

POINTS = rounds(sample=6, full=60)
TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_a_killed_prediction_goes_on_and_ends_in_the_same_bytes(tmp_path: Path) -> None:
    catalogue = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path, n=60))
    bundle = saved(tmp_path / "bundle")
    command = [sys.executable, "-m", "attacks.killed_predictions", bundle, catalogue, tmp_path / "work", str(POINTS)]
    (tmp_path / "work" / "whole").mkdir(parents=True)
    ended = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    whole, *found = map(json.loads, ended.stdout.splitlines())
    assert ended.returncode == 0, ended.stderr
    assert whole["changes"] > 20
    assert len(found) == POINTS
    assert [(one["at"], one["seen"]["wrong"]) for one in found if one["seen"]["wrong"]] == []
    assert all(one["killed"] for one in found)
    taken = [int(one["seen"]["left"]) for one in found]
    assert taken[0] == 0
    assert max(taken) > 3
    most = taken.index(max(taken))  # what is killed later was already taking them away
    assert sorted(taken[:most]) == taken[:most]
