"""Row 15: processes that write one store at the same time.

Joining small shards while others add and read them could lose vectors, or show a reader half a file. Each process adds
its own vectors one at a time, reads back what it has added, and joins shards as it goes; at the end everything is there
bit by bit, and nothing else. Fits that start together on an empty store end in one bundle. Processes that are killed
while they write leave what they had finished.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from attacks import rounds
from prodcls.embedding_store import EmbeddingStore, content_key
from synthetic import catalogue_rows, write_csv

PROCESSES = 8
JOBS = rounds(sample=24, full=200)
KILLS = rounds(sample=3, full=40)

WRITER = """
import sys
from pathlib import Path
import numpy as np
from prodcls.embedding_store import EmbeddingStore, content_key
from prodcls.encoders import Encoded

root, number, jobs = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torn = 0
store = EmbeddingStore(root)
for job in range(jobs):
    key = content_key(f"{number} {job}")
    vector = np.full((1, 64), number * 1000 + job, dtype=np.float32)
    store.add("e", [key], Encoded(vector, np.ones(1, dtype=np.float32)))
    found, damaged = store.load("e", [content_key(f"{number} {i}") for i in range(job + 1)])
    torn += damaged
    for i in range(job + 1):
        row = found.get(content_key(f"{number} {i}"))  # absent while another process joins its shard
        torn += row is not None and not (row.vector == number * 1000 + i).all()
    print(job, flush=True)
sys.exit(3 if torn else 0)
"""


def start(root: Path, number: int, jobs: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(root), str(number), str(jobs)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def held(root: Path, number: int, jobs: int) -> list[int]:
    """Return which jobs of a process are in the store, each with its very vector."""
    found, damaged = EmbeddingStore(root).load("e", [content_key(f"{number} {i}") for i in range(jobs)])
    assert damaged == 0
    there = []
    for i in range(jobs):
        row = found.get(content_key(f"{number} {i}"))
        if row is not None:
            np.testing.assert_array_equal(row.vector, np.full(64, number * 1000 + i, dtype=np.float32))
            there.append(i)
    return there


def test_writers_at_the_same_time_lose_and_tear_nothing(tmp_path: Path) -> None:
    running = [start(tmp_path, number, JOBS) for number in range(PROCESSES)]
    for process in running:
        process.communicate()
    assert [process.returncode for process in running] == [0] * PROCESSES
    lost = PROCESSES * JOBS - sum(len(held(tmp_path, number, JOBS)) for number in range(PROCESSES))
    assert lost == 0
    assert not list(tmp_path.rglob("*.tmp"))
    assert len(list((tmp_path / "e").iterdir())) < PROCESSES * JOBS / 2


FIT = """
import sys
from pathlib import Path
import pytest
from prodcls.config import FitConfig
from prodcls.progress import SilentProgress
from prodcls.training import fit_catalogue
from synthetic import use_fake_encoders

root, number = Path(sys.argv[1]), sys.argv[2]
with pytest.MonkeyPatch.context() as patch:
    use_fake_encoders(patch)
    config = FitConfig(
        catalogue=root / "shop.csv", out=root / number, cache_dir=root / "cache", folds=2, dossiers=2, threads=1,
        baselines=False, witnesses=0, robustness=5,
    )
    print(fit_catalogue(config, SilentProgress()).digest)
"""


def test_fits_at_the_same_time_share_a_store_that_was_empty(tmp_path: Path) -> None:
    write_csv(tmp_path / "shop.csv", catalogue_rows({"Kettles": 12, "Phones": 9}))
    command = [sys.executable, "-c", FIT, str(tmp_path)]
    running = [
        subprocess.Popen(
            [*command, str(number)], cwd=Path(__file__).resolve().parents[1], stdout=subprocess.PIPE, text=True
        )
        for number in range(rounds(sample=3, full=8))
    ]
    told = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    assert len(set(told)) == 1
    assert len(told[0].strip()) == 64


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_killed_writers_leave_what_they_had_finished(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(KILLS):
        with start(tmp_path, number, 10_000) as process:
            assert process.stdout is not None
            wanted = int(rng.integers(1, 40))
            done = 0
            for line in process.stdout:
                done = int(line) + 1
                if done == wanted:
                    time.sleep(float(rng.random()) * 0.01)
                    process.send_signal(signal.SIGKILL)
                    break
            done += sum(1 for _ in process.stdout)
        there = held(tmp_path, number, done + 1)
        assert there[:done] == list(range(done))
