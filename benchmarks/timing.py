"""How long a fit takes, cold and warm, what share of it the encoders have, and how fast the command line starts.

Run from the checkout: ``python benchmarks/timing.py``. Every fit is a process of its own, as a user starts it; the cold
one has an empty cache, so it also exports the networks. Writes ``benchmarks/results/timing.json``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESULTS = Path(__file__).resolve().parent / "results" / "timing.json"
UNTRIED = ("--witnesses", "0", "--robustness", "0")
"""Options that leave out what asks the encoders about changed products, which is no part of learning a catalogue."""


def fit(folder: Path, name: str, *options: str) -> dict[str, float]:
    """Fit flipkart1050 and return wall seconds and the timing section of the audit."""
    out = folder / name
    command = [sys.executable, "-m", "prodcls.fit", str(DATA / "flipkart1050" / "products.csv"), "--out", str(out)]
    command += ["--text", "title,description,specs", "--no-baselines", *options]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PRODCLS_CACHE": str(folder / "cache")})
    seconds = time.perf_counter() - started
    timing: dict[str, float] = json.loads((out / "audit.json").read_text())["timing"]
    return {**timing, "process": seconds}


def start_up(runs: int = 5) -> float:
    """Return the median wall seconds of ``prodcls --help``."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([Path(sys.executable).with_name("prodcls"), "--help"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    return sorted(seconds)[runs // 2]


def main() -> None:
    """Measure and write the results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {
            "cold fit": fit(folder, "cold", *UNTRIED),
            "cold fit, networks exported before": {},
            "warm fit": fit(folder, "warm", *UNTRIED),
            "warm fit, with 3 witnesses and 100 damaged products": fit(folder, "tried"),
            "help": {"process": start_up()},
        }
        shutil.rmtree(folder / "cache" / "embeddings")
        found["cold fit, networks exported before"] = fit(folder, "again", *UNTRIED)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
