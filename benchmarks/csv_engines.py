"""What readers of CSV make of damaged files, and how fast they are: rows changed or lost without a word.

Run from the checkout: ``python benchmarks/csv_engines.py``; engines that are not installed are left out (the table of
``RESULTS.md`` was made with ``pip install duckdb polars``). The figures go to ``benchmarks/results/csv_engines.json``.
"""

from __future__ import annotations

import csv
import json
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from mutated_csv import MUTATIONS, Row, judge, mutated
from prodcls.readers import open_table_file

RESULTS = Path(__file__).resolve().parent / "results" / "csv_engines.json"
FILES = 100
ROWS = 100_000
REPEATS = 3

Taken = tuple[list[Row], int]


def with_prodcls(path: Path) -> Taken:
    """Read in chunks, as a fit does."""
    rows: list[Row] = []
    rejected = 0
    for chunk in open_table_file(path).chunks():
        rows += zip(*chunk.columns.values(), strict=True)
        rejected += len(chunk.rejections)
    return rows, rejected


def with_pandas(path: Path) -> Taken:
    """Read text only, with bad lines told."""
    import pandas as pd

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, on_bad_lines="warn")
    bad = sum(str(w.message).count("Skipping line") for w in told)
    return list(frame.itertuples(index=False, name=None)), bad


def with_arrow(path: Path) -> Taken:
    """Read text only, with invalid rows told."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    bad: list[object] = []
    names = ("id", "title", "brand", "price")
    table = arrow.read_csv(
        path,
        parse_options=arrow.ParseOptions(
            newlines_in_values=True, invalid_row_handler=lambda row: bad.append(row) or "skip"
        ),
        convert_options=arrow.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True)), len(bad)


def with_polars(path: Path) -> Taken:
    """Read text only."""
    import polars as pl

    rows = pl.read_csv(path, infer_schema=False).rows()
    return [tuple("" if cell is None else cell for cell in row) for row in rows], 0


def with_duckdb(path: Path) -> Taken:
    """Read text only, with rejected lines stored."""
    import duckdb

    with duckdb.connect() as connection:
        query = f"FROM read_csv('{path}', all_varchar = true, header = true, store_rejects = true)"
        rows = [tuple("" if cell is None else cell for cell in row) for row in connection.execute(query).fetchall()]
        (bad,) = connection.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchone() or (0,)
    return rows, bad


ENGINES: dict[str, Callable[[Path], Taken]] = {
    "prodcls": with_prodcls,
    "pandas": with_pandas,
    "pyarrow": with_arrow,
    "polars": with_polars,
    "duckdb": with_duckdb,
}


def damage(read: Callable[[Path], Taken], folder: Path) -> dict[str, dict[str, int]]:
    """Return, by kind of damage, how many files came out how."""
    found = {}
    path = folder / "p.csv"
    for kind in MUTATIONS:
        counts = {"exact": 0, "refused": 0, "changed": 0, "lost": 0, "spoiled": 0}
        for seed in range(5 if kind == "huge cell" else FILES):
            file = mutated(kind, seed)
            path.write_bytes(file.data)
            try:
                rows, reported = read(path)
            except Exception:  # noqa: BLE001 - each engine has errors of its own
                counts["refused"] += 1
                continue
            verdict = asdict(judge(file, rows, reported))
            worst = next((name for name in ("changed", "lost", "spoiled") if verdict[name]), "exact")
            counts[worst] += 1
        found[kind] = counts
    return found


def write_large(path: Path) -> None:
    """Write a catalogue of ordinary rows."""
    rng = random.Random(0)  # noqa: S311 - no secret
    words = [f"word{i}" for i in range(5000)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "title", "brand", "price"])
        for i in range(ROWS):
            writer.writerow(
                [f"P{i}", " ".join(rng.choices(words, k=8)), rng.choice(words), f"{rng.randint(1, 999)}.50"]
            )


def main() -> None:
    """Measure and write the figures."""
    results: dict[str, object] = {"files": FILES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = folder / "large.csv"
        write_large(large)
        for engine, read in ENGINES.items():
            try:
                number = version(engine)
            except PackageNotFoundError:
                continue
            seconds = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                rows = len(read(large)[0])
                seconds.append(time.perf_counter() - start)
                if rows != ROWS:
                    raise RuntimeError(engine)
            results[engine] = {
                "version": number,
                "rows_per_second": ROWS / min(seconds),
                "damage": damage(read, folder),
            }
            print(engine, results[engine])
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
