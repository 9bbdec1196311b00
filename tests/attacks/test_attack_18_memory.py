"""Row 18: catalogues that do not fit into memory.

Vectors of all rows in memory, several times over, make a machine swap or a process die after hours of encoding. So
embedding ten times the rows may hardly take more memory, and a fit that is told how much it may take keeps to it, or
says at the start what it would need. Each figure is of a process of its own, by Linux's own account of it.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from attacks import rounds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a part")

TEXTS = rounds(sample=3000, full=20_000)
ENCODED = rounds(sample=60, full=2000)
GROWTH = 1.10

COMMON = """
import json, sys
from pathlib import Path
import numpy as np

def peak():
    lines = (line.split() for line in open("/proc/self/status"))
    return next(1024 * int(words[1]) for words in lines if words[0] == "VmHWM:")
"""

EMBED = """
import prodcls.training
from prodcls.embedding_store import content_key
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import Encoded, text_encoder
from prodcls.preparation import embed_block, joined
from prodcls.progress import SilentProgress

root, n, new = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
texts = [f"steel kettle number {i}" for i in range(n)]
encoder, store = text_encoder("minilm"), EmbeddingStore(root)
rng = np.random.default_rng(0)
for first in range(new, n, 500):
    vectors = rng.normal(size=(min(n, first + 500) - first, encoder.dimension)).astype(np.float32)
    keys = [content_key(text) for text in texts[first : first + 500]]
    store.add(encoder.identity, keys, Encoded(vectors, np.ones(len(vectors), dtype=np.float32)))
del vectors, keys
Path("/proc/self/clear_refs").write_text("5")
found = joined([embed_block("title", texts, encoder, store, SilentProgress())], store.scratch)
print(json.dumps({"peak": peak(), "rows": int(found.present.sum()), "encoded": store.stats[0].encoded}))
"""

FIT = """
from prodcls.console import run
from prodcls.fit import fit

code = run(fit, sys.argv[1:], "fit")
print(json.dumps({"peak": peak(), "code": code}))
"""


def child(code: str, *arguments: object) -> tuple[dict[str, int], str]:
    """Return what a process says last, and what it says to its user."""
    command = [sys.executable, "-c", COMMON + code, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found, done.stderr


@pytest.mark.parametrize("encoded", [0, ENCODED], ids=["all in the store", "some encoded"])
def test_ten_times_the_rows_take_hardly_more_memory_to_embed(encoded: int, tmp_path: Path) -> None:
    few, many = (child(EMBED, tmp_path / str(n), n, encoded)[0] for n in (TEXTS, 10 * TEXTS))
    assert [found["rows"] for found in (few, many)] == [TEXTS, 10 * TEXTS]
    assert [found["encoded"] for found in (few, many)] == [encoded, encoded]
    assert many["peak"] <= GROWTH * few["peak"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a catalogue of short texts that is quickly encoded."""
    path = tmp_path / "shop.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "title", "price", "category"])
        for i in range(120):
            kind = ("kettle", "phone", "towel")[i % 3]
            table.writerow([f"p{i}", f"{kind} number {i} of {('steel', 'black', 'cotton')[i % 3]}", 10 + i, f"{kind}s"])
    return path


def test_a_budget_is_refused_before_anything_is_encoded_or_kept(shop: Path, tmp_path: Path) -> None:
    words = [shop, "--text-encoder", "minilm", "--folds", 3, "--witnesses", 0, "--robustness", 0, "--dossiers", 1]
    words += ["--cache-dir", tmp_path / "cache", "--out", tmp_path / "out", "--threads", 2, "--no-baselines"]
    refused, said = child(FIT, *words, "--memory", "400MB")
    assert refused["code"] == 2
    assert "memory-budget" in said
    assert "encoders" in said
    assert not (tmp_path / "cache").exists()
    assert not (tmp_path / "out").exists()
    needed = float(said.split("the fit takes about ")[1].split(" MB")[0])
    kept, said = child(FIT, *words, "--memory", f"{needed + 1:.1f}MB")
    assert kept["code"] == 0, said
    assert kept["peak"] <= (needed + 1) * 1e6
    assert kept["peak"] >= needed * 1e6 / 2, "the estimate is far above what is taken"
