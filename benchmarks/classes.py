"""What many classes cost: memory and time of fits, against one flat LightGBM, and what is left beside the encoders.

Run from the checkout: ``python benchmarks/classes.py [PART ...]``. Each fit is a process of its own, and memory is by
Linux's account of it. Generated products have a vector, a title, a price and a brand, all drawn
around their class. The figures go to ``benchmarks/results/classes.json``.

Parts: ``memory`` (50 and 5,000 classes, the same rows), ``large`` (200,000 rows, 5,000 classes), ``flat`` (35 classes),
``warm`` (amazon_in11k, all vectors in the store), ``cold`` (10,000 products; the model alone fitted again with one in a
hundred changed, and all of it with others changed).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from accuracy import CASES, DATA, load
from memory import MB, Peak
from numpy.typing import NDArray
from predict import write
from threadpoolctl import threadpool_limits

from prodcls.embeddings import Embeddings
from prodcls.flat import _table
from prodcls.inputs import Inputs
from prodcls.metrics import evaluate
from prodcls.model import fit_model
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "classes.json"
WIDTH = 384
THREADS = 2
MEMORY = ((20_000, 50), (20_000, 5_000))
LARGE = (200_000, 5_000)
NEW = 5_000
"""Generated products that a generated model is tried on."""

FLAT_FOLDS = 1
"""Folds of five in which a flat LightGBM is fitted; one takes it minutes."""

UNTRIED = ("--no-baselines", "--witnesses", "0", "--robustness", "0")
"""Options that leave out what compares the model with others and asks the encoders about changed products."""


@dataclass(frozen=True)
class Drawn:
    """Generated products with their classes."""

    inputs: Inputs
    labels: NDArray[np.int64]


def draw(rows: int, n_classes: int, seed: int = 0) -> Drawn:
    """Return products; those of any seed have the same classes."""
    centres = np.random.default_rng(n_classes).normal(size=(n_classes, WIDTH)).astype(np.float32)
    rng = np.random.default_rng((seed, rows))
    labels = rng.permutation(np.arange(rows) % n_classes)
    vectors = np.empty((rows, WIDTH), dtype=np.float32)
    for start in range(0, rows, 4096):
        part = slice(start, start + 4096)
        noise = rng.standard_normal((len(labels[part]), WIDTH), dtype=np.float32)
        vectors[part] = centres[labels[part]] + 3 * noise
        vectors[part] /= np.linalg.norm(vectors[part], axis=1, keepdims=True)
    chance = np.cumsum(1 / np.arange(1, 30_001))
    words = np.searchsorted(chance, rng.random((rows, 10)) * chance[-1])
    told = rng.random(rows) < 0.6
    texts = tuple(
        " ".join(f"w{w:x}q" for w in line) + (f" class{k}" if tells else "")
        for line, k, tells in zip(words.tolist(), labels.tolist(), told.tolist(), strict=True)
    )
    price = np.exp(3.0 + 0.3 * (labels % 10) + rng.normal(size=rows))
    brands = tuple(f"b{b}" for b in ((labels + rng.integers(3, size=rows)) % 500).tolist())
    there = np.ones(rows, dtype=np.bool_)
    title = Embeddings("title", "drawn", vectors, there, np.ones(rows, dtype=np.float32))
    ids = tuple(map(str, range(rows)))
    return Drawn(Inputs(ids, {"title": texts}, {"title": title}, {"price": price}, {"brand": brands}), labels)


def fit_once(rows: int, n_classes: int) -> dict[str, float]:
    """Fit generated products in this process; return what it took, and how it does on new ones."""
    drawn = draw(rows, n_classes)
    names = tuple(f"class {k:05d}" for k in range(n_classes))
    started = time.perf_counter()
    with Peak() as peak, threadpool_limits(1):
        model = fit_model(drawn.inputs, drawn.labels, np.arange(rows), names, threads=THREADS).model
    seconds = time.perf_counter() - started
    new, right = draw(NEW, n_classes, seed=1), 0
    for start in range(0, NEW, 250):
        part = np.arange(start, min(start + 250, NEW))
        said = model.probabilities(new.inputs.take(part))
        right += int((said.argmax(axis=1) == new.labels[part]).sum())
    return {"rows": rows, "classes": n_classes, "seconds": seconds, "accuracy": right / NEW, **peak.told()}


def child(rows: int, n_classes: int) -> dict[str, float]:
    """Return what this program says of one fit in a process of its own."""
    command = [sys.executable, __file__, "--child", str(rows), str(n_classes)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def memory() -> dict[str, Any]:
    """Fit the same number of rows with few and with many classes."""
    few, many = (child(*size) for size in MEMORY)
    return {"few": few, "many": many, "ratio of peaks": many["peak"] / few["peak"]}


def flat() -> dict[str, Any]:
    """Fit flipkart1050 with 35 classes, fold by fold, turn by turn with LightGBM's defaults on the same vectors."""
    problem = load(CASES["flipkart second level, specs"], THREADS)
    rows = np.flatnonzero(np.bincount(problem.labels)[problem.labels] >= 5)
    _, labels = np.unique(problem.labels[rows], return_inverse=True)
    inputs, groups = problem.inputs.take(rows), problem.groups[rows]
    n_classes = int(labels.max()) + 1
    fold = stratified_group_folds(labels, groups, 5, 0, inputs.ids)
    names = tuple(map(str, range(n_classes)))
    categories = {name: tuple(sorted(set(cells) - {""})) for name, cells in inputs.categorical.items()}
    seconds = {"evidence": 0.0, "flat": 0.0}
    spent = dict(seconds)
    guesses = {name: np.full(len(labels), -1) for name in seconds}

    def count(name: str, started: tuple[float, float]) -> None:
        seconds[name] += time.perf_counter() - started[0]
        spent[name] += time.process_time() - started[1]

    for k in range(FLAT_FOLDS):
        train, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        started = time.perf_counter(), time.process_time()
        with threadpool_limits(1):
            model = fit_model(inputs.take(train), labels[train], groups[train], names, threads=THREADS).model
        count("evidence", started)
        guesses["evidence"][test] = model.probabilities(inputs.take(test)).argmax(axis=1)
        started = time.perf_counter(), time.process_time()
        peer = lightgbm.LGBMClassifier(n_jobs=THREADS, verbosity=-1)
        peer.fit(_table(inputs.take(train), categories), labels[train])
        count("flat", started)
        guesses["flat"][test] = peer.predict(_table(inputs.take(test), categories))
    found: dict[str, Any] = {"rows": len(labels), "classes": n_classes, "folds": FLAT_FOLDS}
    tested = fold < FLAT_FOLDS
    for name, guess in guesses.items():
        scores = evaluate(labels[tested], guess[tested], None, n_classes, 0)
        figures = {"accuracy": scores.accuracy.value, "macro_f1": scores.macro_f1.value}
        found[name] = {"seconds": seconds[name], "processor": spent[name], **figures}
    ratios = {"times as fast": seconds["flat"] / seconds["evidence"], "by processor": spent["flat"] / spent["evidence"]}
    return found | ratios


def fit_file(catalogue: Path, folder: Path, cache: Path | None, *options: str) -> dict[str, float]:
    """Fit a file as a user does; return the stages' seconds, that of the process, and the peak."""
    environment = os.environ if cache is None else {**os.environ, "PRODCLS_CACHE": str(cache)}
    command = [sys.executable, "-m", "prodcls.fit", str(catalogue), "--out", str(folder / "out"), *options]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    audit = json.loads((folder / "out" / "audit.json").read_text())
    seconds = time.perf_counter() - started
    return {**audit["timing"], "process": seconds, "peak": audit["resources"]["peak_rss_bytes"] / MB}


def warm() -> dict[str, Any]:
    """Fit amazon_in11k until all of its vectors are in the store of this machine."""
    catalogue = DATA / "amazon_in11k" / "products.csv"
    with tempfile.TemporaryDirectory() as name:
        found = fit_file(catalogue, Path(name), None, *UNTRIED)
        return found if not found["encoding"] else fit_file(catalogue, Path(name), None, *UNTRIED)


def ten_thousand(folder: Path) -> list[dict[str, str]]:
    """Return flipkart1050 ten times, each time with other words and other photos."""
    from PIL import Image, ImageEnhance

    source = DATA / "flipkart1050"
    with (source / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rng = np.random.default_rng(0)
    found = []
    (folder / "images").mkdir()
    for turn in range(10):
        for row in rows[:1000]:
            changed = dict(row) | {"id": f"{row['id']}-{turn}"}
            for column in ("title", "description"):
                words = changed[column].split()
                kept = rng.random(len(words)) < 0.7
                changed[column] = " ".join(w for w, k in zip(words, kept, strict=True) if k or turn == 0)
            if row["image"]:
                with Image.open(source / row["image"]) as photo:
                    shown = photo.convert("RGB").rotate(float(rng.uniform(-25, 25))) if turn else photo.convert("RGB")
                    shown = ImageEnhance.Brightness(shown).enhance(float(rng.uniform(0.6, 1.4))) if turn else shown
                    changed["image"] = f"images/{len(found)}.jpg"
                    shown.save(folder / changed["image"], quality=90)
            found.append(changed)
    return found


def refit_file(catalogue: Path, folder: Path, cache: Path) -> dict[str, float]:
    """Fit the model alone again as a user does; return the seconds of the process."""
    command = [sys.executable, "-m", "prodcls.refit", str(folder / "out" / "bundle"), str(catalogue)]
    started = time.perf_counter()
    subprocess.run(
        [*command, "--out", str(folder / "refitted")],
        check=True,
        capture_output=True,
        env={**os.environ, "PRODCLS_CACHE": str(cache)},
    )
    return {"process": time.perf_counter() - started}


def edited(rows: list[dict[str, str]], first: int) -> list[dict[str, str]]:
    """Return the rows with other titles and descriptions of one in 100."""
    found = [dict(row) for row in rows]
    for row in found[first::100]:
        row["title"], row["description"] = f"{row['title']} new edition", f"now {row['description']}"
    return found


def cold() -> dict[str, Any]:
    """Fit 10,000 products with nothing in the store, then with one in 100 edited: the model alone, and all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = ten_thousand(folder)
        options = (*UNTRIED, "--text", "title,description")
        # The networks are exported by a fit of some others, which is done once on a machine.
        other = write([row | {"title": f"{row['title']} before"} for row in rows[:200]], folder / "other.csv")
        fit_file(other, folder, folder / "cache", *options, "--image", "")
        first = fit_file(write(rows, folder / "products.csv"), folder, folder / "cache", *options)
        refit = refit_file(write(edited(rows, 0), folder / "products.csv"), folder, folder / "cache")
        again = fit_file(write(edited(rows, 50), folder / "products.csv"), folder, folder / "cache", *options)
    ratios = {"ratio": again["process"] / first["process"], "refit ratio": refit["process"] / first["process"]}
    return {"first": first, "refit": refit, "again": again, **ratios}


def keep(part: str, figures: dict[str, Any]) -> None:
    """Write the figures of one part beside those of the others."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[part] = figures
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print(part, json.dumps(figures, indent=1), flush=True)


def main() -> None:
    """Measure the parts that are asked for, all by default, and keep the figures of the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["memory", "large", "flat", "warm", "cold"])
    parser.add_argument("--child", nargs=2, type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(fit_once(*given.child)))
        return
    if "memory" in given.parts:
        keep("memory", memory())
    if "large" in given.parts:
        keep("large", child(*LARGE))
    for name, measure in (("flat", flat), ("warm", warm), ("cold", cold)):
        if name in given.parts:
            keep(name, measure())


if __name__ == "__main__":
    main()
