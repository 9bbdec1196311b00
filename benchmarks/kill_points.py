"""What fits leave that are killed, and where those end that go on: ``python benchmarks/kill_points.py [POINTS]``.

Run from the checkout, with real encoders; 200 points by default. Writes ``benchmarks/results/kill_points.json``. A run
that was ended early goes on with ``--go-on``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "kill_points.json"


def stage_of(point: dict[str, Any], whole: dict[str, Any]) -> str:
    """Return the stage in which a fit was killed, by the changes that a whole one had made at its begin."""
    if isinstance(point["at"], float):
        return "by time"
    stages = whole["cold" if point["cold"] else "warm"]["stages"]
    return max((s for s in stages if stages[s] < point["at"]), key=lambda s: stages[s], default="lock")


def main() -> None:
    """Run the attack, count, and write the results after every point, so that a long run can be ended early."""
    given = [argument for argument in sys.argv[1:] if argument != "--go-on"]
    count = int(given[0]) if given else 200
    before = json.loads(RESULTS.read_text()) if "--go-on" in sys.argv else None
    first = 0 if before is None else before["points"]
    paths = [str(ROOT / "src"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with tempfile.TemporaryDirectory(prefix="prodcls-kill-") as folder:
        command = [sys.executable, "-m", "attacks.killing", folder, str(count), str(first)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            lines = map(json.loads, process.stdout or ())
            whole = next(lines)["whole"]
            found: list[dict[str, Any]] = []
            for line in lines:
                found.append(line)
                RESULTS.write_text(json.dumps(together(before, summary(whole, found)), indent=1) + "\n")


def together(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of two parts of a run."""
    if before is None:
        return now
    found = dict(now)
    for name, value in now.items():
        if isinstance(value, list) or (isinstance(value, int) and name != "rows"):
            found[name] = before[name] + value
        elif name in ("by stage", "left"):
            found[name] = dict(Counter(before[name]) + Counter(value))
    return found


def summary(whole: dict[str, Any], found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of some points."""
    wrong = [line for one in found for line in one["seen"]["wrong"]]
    return {
        "rows": 80,
        "points": len(found),
        "killed": sum(one["killed"] for one in found),
        "over an older bundle": sum(one["point"]["old"] for one in found),
        "nothing encoded before": sum(one["point"]["cold"] for one in found),
        "by stage": dict(Counter(stage_of(one["point"], whole) for one in found)),
        "left": dict(Counter(one["seen"]["left"] for one in found)),
        "ended in the bundle of a whole fit": sum(
            bool(one["seen"]["digest"]) and not one["seen"]["wrong"] for one in found
        ),
        "wrong": wrong,
        "whole fit": {name: {"changes": run["changes"], "seconds": run["seconds"]} for name, run in whole.items()},
    }


if __name__ == "__main__":
    main()
