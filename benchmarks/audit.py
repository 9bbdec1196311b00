"""Size of the audit, and time of making it.

Run from the checkout: ``python benchmarks/audit.py [flipkart] [specs] [generated]``; all by default. Every fit
and every report is a process of its own, as a user starts it; CPU seconds are those of the process and its children.
Embeddings come from the cache (``PRODCLS_CACHE``), so run it twice where they are not there yet. Writes
``benchmarks/results/audit.json``; what is not measured again keeps its figures.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

CATALOGUE = Path(__file__).resolve().parents[2] / "shared" / "data" / "flipkart1050" / "products.csv"
RESULTS = Path(__file__).resolve().parent / "results" / "audit.json"
TEXT = ("title", "description", "specs")
PRODUCTS, CLASSES = 10_000, 100


def timed(*arguments: str) -> dict[str, float]:
    """Run ``python -m`` with arguments; return wall and CPU seconds."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before, started = spent(), time.perf_counter()
    subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True)
    return {"wall": time.perf_counter() - started, "cpu": spent() - before}


def audit_of(catalogue: Path, *options: str) -> dict[str, dict[str, float]]:
    """Fit a catalogue, make its report again from the bundle, and weigh the page."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        fit = timed("prodcls.fit", str(catalogue), "--out", str(out / "fit"), *options)
        again = timed("prodcls.report", str(out / "fit" / "bundle"), "--out", str(out / "again"))
        page, data = (out / "again" / file for file in ("audit.html", "audit.json"))
        return {"fit": fit, "report": again, "bytes": {"page": page.stat().st_size, "data": data.stat().st_size}}


def flipkart() -> dict[str, dict[str, float]]:
    """Measure the whole fit and audit with witnesses on 10 products, the columns as they are recognised."""
    return audit_of(CATALOGUE, "--witnesses", "10")


def specs() -> dict[str, dict[str, float]]:
    """Measure the same with the specifications as a third text."""
    return audit_of(CATALOGUE, "--text", ",".join(TEXT), "--witnesses", "10")


def generated() -> dict[str, dict[str, float]]:
    """Measure 10,000 made-up products of 100 classes, without photos; of the fit only what the report needs."""
    rng = np.random.default_rng(0)
    letters = np.array(list("abdefgiklmnoprstuvz"))
    words = ["".join(rng.choice(letters, size=7)) for _ in range(600)]
    own = [rng.choice(words, size=8) for _ in range(CLASSES)]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "generated.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "title", "price", "brand", "category"))
            for i in range(PRODUCTS):
                k = i % CLASSES
                title = " ".join([*rng.choice(own[k], size=2), *rng.choice(words, size=4)])
                price = f"{np.exp(5 + k / 50 + 0.4 * rng.normal()):.2f}"
                writer.writerow((f"sku{i:05d}", title, price, f"brand {rng.integers(40)}", f"Category {k:03d}"))
        quick = ("--text-encoder", "minilm", "--folds", "2", "--no-baselines", "--witnesses", "0", "--robustness", "0")
        return audit_of(path, *quick)


PARTS: dict[str, Callable[[], object]] = {"flipkart": flipkart, "specs": specs, "generated": generated}


def main() -> None:
    """Measure what was asked for and write the results."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in sys.argv[1:] or PARTS:
        results[name] = PARTS[name]()
        print(name, json.dumps(results[name]), flush=True)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
