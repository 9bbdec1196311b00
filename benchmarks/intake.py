"""How fast a generated catalogue is read, validated and cleaned, and in how much memory.

Run from the checkout: ``python benchmarks/intake.py [--gigabytes 5]``. A million rows are held as a whole, as in a fit,
beside pandas reading the same file; a larger file is read in parts, as in a prediction. Each runs in a process of its
own. The figures go to ``benchmarks/results/intake.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results" / "intake.json"
ROWS = 1_000_000
REPEATS = 3

MEASURED = """
import json, resource, sys, time
from pathlib import Path
path = Path(sys.argv[1])
{imports}
start = time.perf_counter()
rows, told = {call}
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(dict(rows=rows, seconds=seconds, peak_mb=peak, told=told)))
"""

WHOLE = MEASURED.format(
    imports="from prodcls.cleaning import counted\nfrom prodcls.intake import read_catalogue\n"
    "from prodcls.schema import ColumnOptions\n"
    "def read():\n"
    "    found = read_catalogue(path, ColumnOptions(), need_labels=True)\n"
    "    return len(found), dict(rejections=len(found.rejections), cleaned=counted(found.cleaned or {}))\n",
    call="read()",
)
PARTS = MEASURED.format(
    imports="from prodcls.catalogue_parts import open_catalogue\nfrom prodcls.intake import read_catalogue\n"
    "from prodcls.schema import ColumnOptions\n"
    "schema = read_catalogue(path.with_name('schema.csv'), ColumnOptions(), need_labels=False).schema\n"
    "def read():\n"
    "    found = open_catalogue(path, schema)\n"
    "    return sum(len(part) for part in found.parts), dict(size=found.source.size)\n",
    call="read()",
)
PANDAS = MEASURED.format(
    imports="import pandas as pd\n", call="(len(pd.read_csv(path, dtype=str, keep_default_na=False)), None)"
)


def write_catalogue(path: Path, rows: int, repeat: int = 1) -> None:
    """Write ``rows`` rows with some markup, quotes, line breaks and accents, ``repeat`` times with other ids."""
    rng = random.Random(0)  # noqa: S311 - no secret
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 9))) for _ in range(5000)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "title", "description", "price", "brand", "category"])
        for turn in range(repeat):
            rng.seed(1)
            for i in range(rows):
                title, text = (" ".join(rng.choices(words, k=k)) for k in (8, 40))
                if i % 10 == 0:
                    text = f"<p>{text} &amp; more</p>"
                if i % 7 == 0:
                    text = f'{text[:50]}, {text[50:]}\n"quoted"'
                price = f"₹{rng.randint(1, 99_999):,}.{rng.randint(0, 99):02d}"
                brand, category = rng.choice(words[:500]), rng.choice(words[:100])
                writer.writerow([f"SKU-{turn}-{i:07d}", title.title(), text, price, brand, category])


def measure(code: str, path: Path) -> dict[str, object]:
    """Run ``code`` in a process of its own and return what it says."""
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    found["rows_per_second"] = found["rows"] / found["seconds"]  # type: ignore[operator]
    print(found)
    return found


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    gigabytes = parser.parse_args().gigabytes
    results = {}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "million.csv"
        write_catalogue(path, ROWS)
        size = path.stat().st_size
        for what, code in {"whole": WHOLE, "pandas": PANDAS}.items():
            runs = [measure(code, path) for _ in range(REPEATS)]
            results[what] = min(runs, key=lambda run: run["seconds"]) | {"size": size}
        path.unlink()
        large = Path(name) / "large.csv"
        write_catalogue(Path(name) / "schema.csv", 1000)
        write_catalogue(large, ROWS, max(1, round(gigabytes * 1e9 / size)))
        results["parts"] = measure(PARTS, large) | {"size": large.stat().st_size}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
