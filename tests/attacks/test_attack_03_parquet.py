"""Parquet: flipped bits, and dictionaries that expand.

A file of 2.8 kB can stand for 10 GB: one long value in a dictionary, and indices that repeat it. Flipped bits in pages
without checksums give other values silently, whichever library reads them; with checksums they are found. What reads
the damaged files here runs in a child process, so that a crash would be seen as one (Arrow has had several, such as
CVE-2019-12410 and CVE-2024-52338).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from attacks import rounds

ROWS = 200

FLIP = """
import json, random, sys
from prodcls.errors import CatalogueError
from prodcls.readers import read_table
path, rounds = sys.argv[1], int(sys.argv[2])
data = open(path, "rb").read()
true = read_table(path).columns
rng = random.Random(3)
counts = {"refused": 0, "as written": 0, "differs": 0}
for _ in range(rounds):
    flipped = bytearray(data)
    flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    open(path, "wb").write(flipped)
    try:
        table = read_table(path)
    except CatalogueError:
        counts["refused"] += 1
    else:
        counts["as written" if table.columns == true and not table.rejections else "differs"] += 1
print(json.dumps(counts))
"""

READ = """
import sys
from prodcls.errors import CatalogueError
from prodcls.readers import open_table_file
try:
    print(sum(len(chunk.rows) + len(chunk.rejections) for chunk in open_table_file(sys.argv[1]).chunks()))
except CatalogueError as error:
    print(error.code)
"""


def run(code: str, *args: str) -> tuple[str, float]:
    """Run ``code`` in a child process; return its output, and the peak of its memory in MB."""
    # Not ru_maxrss, which a process takes over from the one that started it.
    code += "\nprint(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])"
    done = subprocess.run(
        [sys.executable, "-c", f"import re\n{code}", *args], capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *printed, peak = done.stdout.split()
    return " ".join(printed), int(peak) / 1024


@pytest.fixture
def products() -> pa.Table:
    rng = np.random.default_rng(0)
    return pa.table(
        {
            "id": [f"P{i:05d}" for i in range(ROWS)],
            "title": [f"Kettle {rng.integers(10**6)} 冰箱" for _ in range(ROWS)],
            "brand": pa.array(rng.choice(["NA", "Acme", "Zenith"], ROWS)),
            "price": rng.uniform(1, 100, ROWS),
        }
    )


def test_flipped_bits_are_found_where_pages_have_checksums(products: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(products, path, write_page_checksum=True)
    counts = json.loads(run(FLIP, str(path), str(rounds(150, 2000)))[0])
    assert counts["refused"] > counts["as written"]
    # Names, statistics and counts in the footer have no checksum of their own.
    assert counts["differs"] <= 0.05 * sum(counts.values())


def test_flipped_bits_end_no_process(products: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    pq.write_table(products, path)
    counts = json.loads(run(FLIP, str(path), str(rounds(150, 2000)))[0])
    assert sum(counts.values()) == rounds(150, 2000)


LONG = "x" * 1_000_000
BOMB_ROWS = rounds(500, 10_000)


def bombs(path: Path, kind: str) -> None:
    """Write a small file that stands for some 10 GB."""
    rows = BOMB_ROWS
    kinds = {
        "text": pa.string(),
        "large text": pa.large_string(),
        "binary": pa.binary(),
        "list": pa.list_(pa.string()),
        "struct": pa.struct([("x", pa.string())]),
    }
    wrap = {"list": lambda v: [v], "struct": lambda v: {"x": v}, "binary": str.encode}.get(kind, str)
    with pq.ParquetWriter(path, pa.schema([("title", kinds[kind])]), compression="zstd") as writer:
        batch = pa.table({"title": pa.array([wrap(LONG)] * 100, kinds[kind])})
        whole = pa.concat_tables([batch] * (rows // 100))
        writer.write_table(whole, row_group_size=rows)


@pytest.mark.parametrize("kind", ["text", "large text", "binary", "list", "struct"])
def test_a_dictionary_does_not_fill_the_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    code = f"from pathlib import Path; import sys; sys.path[:0] = {sys.path!r}\n"
    code += f"from attacks.test_attack_03_parquet import bombs; bombs(Path({str(path)!r}), {kind!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert path.stat().st_size < 50_000
    said, peak = run(READ, str(path))
    assert said in {str(BOMB_ROWS), "file-too-large"}
    assert peak < 300
