"""Lets everything that is written fail in turn, and says what was left of it.

Run from the checkout, as a user who may mount a tmpfs: ``python benchmarks/io_faults.py [WRITER ...]``. The figures of
each writer go to ``benchmarks/results/io_faults.json``; ``python benchmarks/tables.py`` makes the tables of
``RESULTS.md`` from it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import prodcls.gathering  # noqa: E402
from attacks.disks import disk, fill, limit  # noqa: E402
from attacks.judging import Sweep, sweep  # noqa: E402
from attacks.syscalls import fail_calls  # noqa: E402
from attacks.written import NAMES, Writer, place, writers  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "io_faults.json"
ALL = 1_000_000
SLOW = {"fit": (40, 8), "report --pdf": (ALL, 12)}
"""Writers that take seconds: how many operations of each kind fail, and how many disks of each kind they get."""

CALLED = {"predict --log": 12, "log prune": 12, "review --import": 19}
"""Writers of which single calls to the system fail, in a process of their own, and how many."""

LIMITS = [0, 1, 100, 1000, 3000, 10_000, 30_000, 100_000]


def main() -> None:
    """Measure and write."""
    found: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    with tempfile.TemporaryDirectory(prefix="prodcls-io-") as folder, place(Path(folder)) as made:
        for name in sys.argv[1:] or NAMES:
            work = Path(folder) / name.replace(" ", "_")
            work.mkdir()
            found[name] = measure(name, writers(made)[name], work)
            print(name, found[name], file=sys.stderr)
            # Another process may have measured other writers meanwhile.
            held = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
            RESULTS.write_text(json.dumps({**held, name: found[name]}, indent=1, sort_keys=True) + "\n")


def measure(name: str, writer: Writer, work: Path) -> dict[str, Any]:
    """Return the figures of one writer by what failed."""
    told: dict[str, Sweep] = {}
    operations, disks = SLOW.get(name, (ALL, ALL))
    for kind, lasting in (("once", False), ("from there on", True)):
        (work / kind).mkdir()
        told[kind] = sweep(writer, work / kind, operations // (4 if lasting else 1), (lasting,))
    # What is asked of the disk before anything is encoded would refuse the fit before the disk is full.
    with mock.patch.object(prodcls.gathering, "check_room"):
        for kind in ("size", "nr_inodes"):
            with disk(work / f"disk {kind}") as on:
                told[kind] = fill(writer, on, kind, disks)
        (work / "limit").mkdir()
        told["limit"] = limit(writer, work / "limit", LIMITS)
    if name in CALLED:
        (work / "calls").mkdir()
        told["calls"] = fail_calls(writer, work / "calls", CALLED[name])
    return {kind: asdict(counts) for kind, counts in told.items()}


if __name__ == "__main__":
    main()
