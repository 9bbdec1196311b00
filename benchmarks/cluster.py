"""What a Dask cluster of two processes costs beside one process: a million products, the same bytes.

Run from the checkout: ``python benchmarks/cluster.py [--data ../shared/data] [--rows 1000000]``. The products are the
titles and prices of amazon_in11k over and over in a folder of Parquet files, so that vectors come from the cache but in
the stage that encodes the different ones. Each way is a process of its own, started as a user starts it. What a million
products cost is told stage by stage; the encoders' share is what the different titles took, times the products that
would each have a title of their own. Writes ``benchmarks/results/cluster.json``.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from predict import write

from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue

RESULTS = Path(__file__).resolve().parent / "results" / "cluster.json"
PART_ROWS = 50_000
UNTRIED = ["--no-baselines", "--witnesses", "0", "--robustness", "0", "--dossiers", "0", "--folds", "2"]


def titles(data: Path) -> list[dict[str, str]]:
    """Return the products of amazon_in11k, as far as the model reads them."""
    with (data / "amazon_in11k" / "products.csv").open(encoding="utf-8", newline="") as file:
        return [
            {name: row[name] for name in ("title", "price", "currency", "category")} for row in csv.DictReader(file)
        ]


def write_parts(rows: list[dict[str, str]], count: int, folder: Path) -> Path:
    """Write ``count`` products with ids of their own as a folder of Parquet files."""
    folder.mkdir()
    for start in range(0, count, PART_ROWS):
        some = [(i, rows[i % len(rows)]) for i in range(start, min(start + PART_ROWS, count))]
        columns = {name: [row[name] for _, row in some] for name in ("title", "price", "currency")}
        pq.write_table(pa.table({"id": [f"p{i}" for i, _ in some], **columns}), folder / f"part-{start:09}.parquet")
    return folder


def predict(bundle: Path, catalogue: Path, out: Path, scheduler: str | None) -> dict[str, float]:
    """Predict in this process, and return the seconds of each stage and the most megabytes that it held."""
    progress = SilentProgress()
    options = PredictOptions(scheduler=scheduler, workers=2)
    started = time.perf_counter()
    predict_catalogue(bundle, catalogue, out, options, progress=progress)
    whole = time.perf_counter() - started
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**progress.seconds, "seconds": whole, "megabytes": held}


def child(cache: Path, *words: str) -> dict[str, Any]:
    """Run `predict` in a process of its own with a cache."""
    command = [sys.executable, __file__, "--predict", *words]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "PRODCLS_CACHE": str(cache)}
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def digest(folder: Path) -> str:
    """Return one digest of the files of a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        found.update(path.read_bytes())
    return found.hexdigest()


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--predict", nargs="+")
    given = parser.parse_args()
    if given.predict:
        bundle, catalogue, out, *scheduler = given.predict
        print(json.dumps(predict(Path(bundle), Path(catalogue), Path(out), *(scheduler or [None]))))
        return
    with tempfile.TemporaryDirectory() as name:
        found = measure(given.data, given.rows, Path(name))
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def measure(data: Path, count: int, place: Path) -> dict[str, Any]:
    """Return all figures."""
    cache, rows = place / "cache", titles(data)
    known = write(rows, place / "known.csv")
    fit = [sys.executable, "-m", "prodcls.fit", str(known), "--out", str(place / "fit"), *UNTRIED]
    subprocess.run(fit, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PRODCLS_CACHE": str(cache)})
    bundle = str(place / "fit" / "bundle")
    few, many = write_parts(rows, len(rows), place / "few"), write_parts(rows, count, place / "many")
    found: dict[str, Any] = {
        "rows": count,
        "few rows": len(rows),
        "titles": len({row["title"] for row in rows}),
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {name: version(name) for name in ("distributed", "prodcls")},
        "few, encoded": child(place / "empty", bundle, str(few), str(place / "few-encoded")),
        "few, known": child(cache, bundle, str(few), str(place / "few-known")),
    }
    for way, words in {"alone": [], "local": ["local"]}.items():
        found[way] = child(cache, bundle, str(many), str(place / way), *words)
        found[way]["digest"] = digest(place / way)
        print(way, found[way], flush=True)
    return found


if __name__ == "__main__":
    main()
