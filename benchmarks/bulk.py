"""How many products a second are classified and explained in bulk once their embeddings are known, and the peers.

Run from the checkout: ``python benchmarks/bulk.py [--data ../shared/data] [--bundle DIR] [--rows 10000 100000]``. The
products are those of flipkart1050 with 35 classes, repeated; each time a text comes it is another one, with a number at
its end, so that no word is counted from memory, while its vector stays. In the same run a flat LightGBM of the same
embeddings predicts, and SHAP's TreeExplainer explains it. Each of ``--rows`` is one whole run of ``prodcls predict
--explain`` in a process of its own, of texts that come again. The figures go to ``benchmarks/results/bulk.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from predict import fitted, rows_of, write
from threadpoolctl import threadpool_limits

from prodcls.bundle import Bundle, load_bundle
from prodcls.catalogue import Catalogue
from prodcls.dissection import Dissected, dissect_item
from prodcls.embeddings import EmbeddingStore
from prodcls.explain import reading, regions, segments
from prodcls.explain.decisions import Account, decide
from prodcls.explain.pieces import Pieces
from prodcls.explain.reading import Difference, split_pieces
from prodcls.flat import _table, fit_flat, flat_probabilities
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.lexical import Vocabulary, _analyse
from prodcls.new_products import Reading
from prodcls.preparation import IMAGE_BLOCK, open_readers, prepare
from prodcls.progress import SilentProgress
from prodcls.scoring import open_new
from prodcls.scoring_accounts import account_column
from prodcls.scoring_rows import Scorer

RESULTS = Path(__file__).resolve().parent / "results" / "bulk.json"
TIMES, BATCH, REPEATS = 20, 1024, 3
"""How often each product is predicted, and in batches of how many; the best of so many runs counts."""
SHOWN = 5
"""Products that SHAP explains."""


def head_of(bundle: Bundle) -> EvidenceHead:
    """Return the head of a bundle, which is an evidence head."""
    if not isinstance(bundle.model.head, EvidenceHead):
        raise TypeError
    return bundle.model.head


def vocabulary_of(head: EvidenceHead) -> Vocabulary:
    """Return the words that a head knows."""
    if head.evidence.lexical is None:
        raise TypeError
    return head.evidence.lexical.vocabulary


def rates(count: int, work: Callable[[], object]) -> dict[str, float]:
    """Return the products a second by the wall's clock, and of one processor: the best of several runs."""
    wall, spent = [], []
    for _ in range(REPEATS):
        before = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - before[0])
        spent.append(time.process_time() - before[1])
    return {"wall": count / min(wall), "processor": count / min(spent)}


def many(batch: Catalogue, inputs: Inputs) -> Iterator[tuple[Catalogue, Inputs]]:
    """Yield batches of the products repeated, each time with other texts."""
    n = len(batch)
    for i in range(TIMES):
        texts = {name: tuple(f"{cell} {i}" if cell else "" for cell in cells) for name, cells in batch.texts.items()}
        changed, known = replace(batch, texts=texts), replace(inputs, texts=texts)
        for start in range(0, n, BATCH):
            rows = np.arange(start, min(start + BATCH, n))
            yield changed.take(rows), known.take(rows)


def predicted(bundle: Bundle, batch: Catalogue, inputs: Inputs) -> dict[str, Any]:
    """Return what a prediction takes from known embeddings, as a whole and by stages of one processor."""
    prepared = list(many(batch, inputs))
    total = sum(len(part) for part, _ in prepared)
    scorer = Scorer(bundle, EmbeddingStore(), 3)
    head = head_of(bundle)

    def score() -> None:
        for part, known in prepared:
            scorer.score_inputs(part, known)

    with threadpool_limits(1):
        whole = rates(total, score)
        some = prepared[0][1].aligned(bundle.known.numeric, bundle.known.categorical)
        channels = head.evidence.scores(some)
        dense = {
            name: (block, some.dense[name].vectors[some.dense[name].present])
            for name, block in head.evidence.dense.items()
        }
        vocabulary = vocabulary_of(head)

        def words() -> None:
            _analyse.cache_clear()
            vocabulary.vectors(some.joined_text())

        stages: dict[str, Callable[[], object]] = {
            "probes": lambda: [block.probe.scores(vectors) for block, vectors in dense.values()],
            "words": words,
            "all evidence": lambda: (_analyse.cache_clear(), head.evidence.scores(some)),
            "pool and booster": lambda: head.decide(channels),
            "scored rows": lambda: (_analyse.cache_clear(), scorer._score_piece(prepared[0][0], some, apart=False)),
        }
        found = {name: rates(len(some), work)["processor"] for name, work in stages.items()}
    return {"products": total, "scored": whole, "stages": found}


def read_parts(bundle: Bundle, batch: Catalogue) -> tuple[list[dict[str, Dissected]], float]:
    """Return the products read part by part, and how many a second that was."""
    readers = open_readers(bundle.recipe, 1)
    items = [(i, name, batch.texts[name][i]) for i in range(len(batch)) for name in bundle.recipe.text_columns]
    items += [(i, IMAGE_BLOCK, photo) for i, photo in enumerate(batch.photos or ())]
    started = time.perf_counter()
    with ThreadPoolExecutor() as pool:
        read = list(
            pool.map(
                lambda one: dissect_item(one[1], one[2], readers.of(one[1])),
                items,
            )
        )
    seconds = time.perf_counter() - started
    found: list[dict[str, Dissected]] = [{} for _ in range(len(batch))]
    for (i, name, _), one in zip(items, read, strict=True):
        found[i][name] = one
    return found, len(batch) / seconds


def explained(bundle: Bundle, batch: Catalogue, inputs: Inputs) -> dict[str, Any]:
    """Return what accounts take once vectors and parts are known: from the decision to the column that is written."""
    parts, read = read_parts(bundle, batch)
    head = head_of(bundle)
    probes = {name: block.probe for name, block in head.evidence.dense.items()}
    known = inputs.aligned(bundle.known.numeric, bundle.known.categorical)

    def pieces(i: int, block: str, difference: Difference) -> Pieces | None:
        one = parts[i][block]
        text = batch.texts[block][i] if block in batch.texts else ""
        return (
            None
            if one.split is None
            else split_pieces(block, text, one.photo_size, one.split, probes[block], difference)
        )

    def accounts() -> list[Account]:
        for kept in (_analyse, segments.words, segments.bounds, reading.word_places, regions.region_places):
            kept.cache_clear()
        return list(decide(bundle.model, known).accounts(pieces))

    with threadpool_limits(1):
        made = accounts()
        found = {
            "accounts": rates(len(batch), accounts),
            "accounts, top words": rates(len(batch), lambda: account_column(accounts(), "top-words")),
            "accounts, full": rates(len(batch), lambda: account_column(accounts(), "full")),
        }
    counted = sum(len(account.lines.value) for account in made) / len(made)
    numbers = [one.split for product in parts for one in product.values() if one.split is not None]
    size = sum(p.vectors.size * 4 for split in numbers for p in split.parts) / len(batch)
    words = sum(len(p.vectors) * 8 for split in numbers for p in split.parts) / len(batch)
    return {
        "products": len(batch),
        "read in parts": read,
        **found,
        "parts an account": counted,
        "bytes of parts in float32": size,
        "bytes of parts for two classes": words,
    }


def peers(inputs: Inputs, labels: list[str]) -> dict[str, Any]:
    """Return what a flat LightGBM of the same embeddings takes to predict, and SHAP to explain it."""
    import shap

    names = sorted(set(labels))
    flat = fit_flat(inputs, np.array([names.index(one) for one in labels]), len(names), 0, 2)
    explainer = shap.TreeExplainer(flat.booster)
    features = _table(inputs.take(np.arange(SHOWN)), flat.categories)
    return {
        "flat LightGBM": rates(len(inputs), lambda: flat_probabilities(flat, inputs)),
        "shap.TreeExplainer": rates(SHOWN, lambda: explainer.shap_values(features)),
    }


def catalogue(rows: list[dict[str, str]], count: int, path: Path) -> None:
    """Write ``count`` products as Parquet, the given ones again and again with ids of their own."""
    names = list(rows[0])
    with pq.ParquetWriter(path, pa.schema([(name, pa.string()) for name in names])) as file:
        for start in range(0, count, len(rows)):
            some = rows[: count - start]
            columns = [[row[name] for row in some] for name in names if name != names[0]]
            file.write_table(pa.table([[f"p{start + i}" for i in range(len(some))], *columns], names=names))


def whole_run(
    bundle: Path, rows: list[dict[str, str]], count: int, photos: Path, folder: Path, detail: str
) -> dict[str, float]:
    """Return what one run of ``prodcls predict --explain`` took."""
    new, out = folder / "new.parquet", folder / f"scored-{count}"
    catalogue(rows, count, new)
    # The largest resident set of the process itself: what `getrusage` tells may be its parent's.
    code = (
        "import re, sys; from pathlib import Path; from prodcls.cli import main\n"
        "try: main()\n"
        "finally: print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1], file=sys.stderr)"
    )
    command = [
        sys.executable,
        "-c",
        code,
        "predict",
        str(bundle),
        str(new),
        "-o",
        str(out),
        "--image-root",
        str(photos),
    ]
    command += ["--explain", detail] if detail else []
    started = time.perf_counter()
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    parts = sorted(out.iterdir())
    if sum(pq.ParquetFile(part).metadata.num_rows for part in parts) != count:
        raise RuntimeError(told.stderr)
    found = {
        "rows": count,
        "seconds": seconds,
        "peak MB": int(told.stderr.split()[-1]) / 1024,
        "files": len(parts),
        "output MB": sum(part.stat().st_size for part in parts) / 2**20,
    }
    for part in parts:
        part.unlink()
    return found


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="Folder of catalogues.")
    parser.add_argument("--bundle", type=Path, help="Bundle of this catalogue, where there is one already.")
    parser.add_argument("--products", type=int, default=200, help="Products that are explained once read in parts.")
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000], help="Rows of the whole runs.")
    parser.add_argument("--detail", default="top-words", help="What the whole runs write; empty for no accounts.")
    given = parser.parse_args()
    photos = given.data / "flipkart1050"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder_of_bundle = given.bundle or fitted(given.data, folder)
        bundle = load_bundle(folder_of_bundle)
        rows = rows_of(given.data)
        parts = open_new(write(rows, folder / "all.csv"), bundle, Reading(image_root=photos)).parts
        batch = next(parts)
        inputs = prepare(batch, bundle.recipe, EmbeddingStore(), SilentProgress())
        some = np.arange(0, len(batch), max(1, len(batch) // given.products))
        results = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
        results |= {
            "load": os.getloadavg()[0],
            "classes": len(bundle.model.classes),
            "predict": predicted(bundle, batch, inputs),
            "explain": explained(bundle, batch.take(some), inputs.take(some)),
            "peers": peers(inputs, [row["category"] for row in rows]),
        }
        runs = results.setdefault("whole runs", {}).setdefault(given.detail or "none", {})
        runs |= {str(n): whole_run(folder_of_bundle, rows, n, photos, folder, given.detail) for n in given.rows}
    print(json.dumps(results, indent=1))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
