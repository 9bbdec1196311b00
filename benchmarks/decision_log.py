"""The decision log: tamperings found, a million entries verified, and what appending costs a batch prediction.

Run from the checkout: ``python benchmarks/decision_log.py BUNDLE CATALOGUE`` (embeddings in the cache). The figures go
to ``benchmarks/results/decision_log.json``.
"""

# ruff: noqa: S311, S608 - nothing secret is drawn, and the statements are made here
from __future__ import annotations

import json
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from prodcls.decision_check import verify_log
from prodcls.decision_log import append, last_entries, log_key
from prodcls.errors import InputError
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue

RESULTS = Path(__file__).resolve().parent / "results" / "decision_log.json"
TAMPERINGS = 1000
REPEATS = 7


def held(path: Path) -> object:
    """Return all that the log says, by SQLite alone; None where it cannot be read."""
    try:
        connection = sqlite3.connect(path)
        try:
            connection.text_factory = bytes
            return [connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("log", "entries")]
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeError):
        return None


def by_sql(path: Path, rng: random.Random, n: int) -> str:
    """Change the log in one way and say which."""
    i, j = sorted(rng.sample(range(1, n + 1), 2))
    digest = "SELECT hash FROM entries WHERE number"
    ways = {
        "field": [],
        "delete": [f"DELETE FROM entries WHERE number = {i}"],
        "swap": [f"UPDATE entries SET number = {b} WHERE number = {a}" for a, b in ((i, 0), (j, i), (0, j))],
        "duplicate": [f"INSERT INTO entries SELECT {n + 1}, body, hash FROM entries WHERE number = {i}"],
        "renumber": [f"UPDATE entries SET number = {n + j} WHERE number = {i}"],
        "copy": [f"UPDATE entries SET body = (SELECT body FROM entries WHERE number = {i}) WHERE number = {j}"],
        "hash": [f"UPDATE entries SET hash = ({digest} = {i}) WHERE number = {j}"],
        "cut off": [f"DELETE FROM entries WHERE number >= {j}"],
        "header": [f"UPDATE log SET key = randomblob(32), created = created || '{i}'"],
    }
    way = rng.choice(list(ways))
    connection = sqlite3.connect(path)
    for statement in ways[way]:
        connection.execute(statement)
    if way == "field":
        body = json.loads(connection.execute(f"SELECT body FROM entries WHERE number = {i}").fetchone()[0])
        name = rng.choice(list(body))
        body[name] = not body[name] if isinstance(body[name], bool) else f"{body[name]}x"
        connection.execute("UPDATE entries SET body = ? WHERE number = ?", (json.dumps(body), i))
    connection.commit()
    connection.close()
    return way


def by_bytes(path: Path, rng: random.Random) -> str:
    """Flip one bit of the file."""
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return "bit of the file"


def tamper(log: Path, folder: Path) -> dict[str, dict[str, int]]:
    """Tamper with copies until `TAMPERINGS` of them say something else."""
    rng, before, counts = random.Random(0), held(log), {}
    n, done = last_entries(log, 1)[0].number, 0
    copy = folder / "copy"
    while done < TAMPERINGS:
        shutil.copy(log, copy)
        way = by_sql(copy, rng, n) if done % 2 else by_bytes(copy, rng)
        count = counts.setdefault(way, {"found": 0, "refused": 0, "missed": 0, "nothing changed": 0})
        same = held(copy) == before
        try:
            outcome = "missed" if verify_log(copy).fault is None else "found"
        except InputError:
            outcome = "refused"
        if same and outcome == "missed":  # a bit of an empty place
            outcome = "nothing changed"
        count[outcome] += 1
        done += outcome != "nothing changed"
    return counts


def million(log: Path, folder: Path) -> dict[str, float]:
    """Write a million entries and verify them."""
    bodies = [entry.body for entry in last_entries(log, 1000)]
    path = folder / "million"
    log_key(path)
    started = time.perf_counter()
    with append(path, (bodies[i % len(bodies)] for i in range(1_000_000))):
        pass
    appended = time.perf_counter() - started
    started = time.perf_counter()
    found = verify_log(path)
    if (found.entries, found.fault) != (1_000_000, None):
        raise SystemExit(found)
    size = path.stat().st_size
    return {"appended": appended, "verified": time.perf_counter() - started, "megabytes": size / 1e6}


def cost(bundle: Path, catalogue: Path, folder: Path) -> dict[str, float]:
    """Return seconds of a prediction without and with the log, turn by turn."""
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(REPEATS + 1):  # the first warms up
        for name, log in (("without", None), ("with", folder / "log")):
            started = time.perf_counter()
            options = PredictOptions(log=log)
            predict_catalogue(bundle, catalogue, folder / "scored.parquet", options, progress=SilentProgress())
            seconds[name].append(time.perf_counter() - started)
    figures = {name: median(values[1:]) for name, values in seconds.items()}
    return figures | {"ratio": figures["with"] / figures["without"] - 1}


def main() -> None:
    """Measure and write the figures."""
    bundle, catalogue = map(Path, sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results: dict[str, object] = {"cost": cost(bundle, catalogue, folder)}
        print(results)
        results["million"] = million(folder / "log", folder)
        small = folder / "small"
        log_key(small)
        with append(small, [entry.body for entry in last_entries(folder / "log", 100)]):
            pass
        results["tampered"] = tamper(small, folder)
    print(results)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
