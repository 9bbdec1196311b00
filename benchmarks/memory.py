"""Peak memory: of embedding and of predicting ten times the rows, and of whole fits against what was estimated.

Run from the checkout: ``python benchmarks/memory.py [embedding] [predict] [explained] [fits [--case NAME]]
[--data FOLDER]``. Each figure is of a process of its own, by Linux's own account of it (``/proc/self/status``). The
figures go to ``benchmarks/results/memory.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from prodcls.progress import SilentProgress

RESULTS = Path(__file__).resolve().parent / "results" / "memory.json"
MB = 1e6
EXPLAINED = 128
"""Rows that are read and explained at a time: fewer than the few, so that what is kept of each row is seen."""
WORDS = [
    "steel",
    "kettle",
    "phone",
    "towel",
    "watch",
    "curtain",
    "camera",
    "lamp",
    "teapot",
    "cotton",
    "glass",
    "leather",
    "red",
    "blue",
    "small",
    "large",
    "new",
    "pack",
    "set",
    "home",
    "kitchen",
    "garden",
    "travel",
    "battery",
    "wireless",
    "cover",
    "holder",
    "round",
    "soft",
    "solid",
]


def status() -> dict[str, int]:
    """Return the bytes that Linux counts for this process, by name."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    return {name[:-1]: 1024 * int(rest[0]) for name, *rest in lines if rest[1:] == ["kB"]}


class Peak:
    """Watches the memory of this process while the ``with`` block lasts.

    Attributes
    ----------
    before, after : dict of str to int
        Bytes as `status` gives them; ``VmHWM`` afterwards is the highest ``VmRSS`` within the block.
    anonymous : int
        Highest ``RssAnon``, looked at every 5 ms: without pages of files, which the system can take back at any time.
    """

    def __enter__(self) -> Peak:
        """Begin."""
        Path("/proc/self/clear_refs").write_text("5")
        self.before, self.anonymous, self._over = status(), 0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()
        self.after = status()

    def _watch(self) -> None:
        while not self._over.wait(0.005):
            self.anonymous = max(self.anonymous, status()["RssAnon"])

    def told(self) -> dict[str, float]:
        """Return the figures in MB."""
        peak, anonymous = self.after["VmHWM"], max(self.anonymous, self.before["RssAnon"])
        return {
            "before": self.before["VmRSS"] / MB,
            "peak": peak / MB,
            "grown": (peak - self.before["VmRSS"]) / MB,
            "anonymous": anonymous / MB,
            "anonymous grown": (anonymous - self.before["RssAnon"]) / MB,
        }


def texts(n: int) -> list[str]:
    """Return ``n`` different short titles."""
    rng = np.random.default_rng(0)
    return [f"{' '.join(rng.choice(WORDS, size=6))} {i}" for i in range(n)]


def photos(n: int, folder: Path) -> list[Path]:
    """Return ``n`` different small photos."""
    from PIL import Image

    rng = np.random.default_rng(0)
    paths = [folder / f"{i}.jpg" for i in range(n)]
    for path in paths:
        Image.fromarray(rng.integers(0, 255, (96, 96, 3)).astype(np.uint8)).save(path, quality=70)
    return paths


def embed_once(kind: str, n: int, cache: Path) -> dict[str, float]:
    """Embed ``n`` texts or photos in this process, as a fit does."""
    import prodcls.training  # noqa: F401 - what a fit has loaded by then
    from prodcls.catalogue import Catalogue, Schema, Source
    from prodcls.embeddings import EmbeddingStore
    from prodcls.preparation import Recipe, prepare
    from prodcls.progress import SilentProgress

    with tempfile.TemporaryDirectory() as folder:
        titles = {"title": tuple(texts(n))} if kind == "texts" else {}
        shown = tuple(photos(n, Path(folder))) if kind == "photos" else None
        ids = tuple(map(str, range(n)))
        source = Source("generated", "", 0)
        catalogue = Catalogue(ids, np.arange(n), titles, {}, {}, shown, None, Schema(()), source, ())
        recipe = Recipe(tuple(titles), ("minilm",) if titles else (), None if shown is None else "lite0", "onnx", "")
        store = EmbeddingStore(cache)
        started = time.perf_counter()
        with Peak() as peak:
            inputs = prepare(catalogue, recipe, store, SilentProgress())
        assert all(e.present.all() for e in inputs.dense.values())  # noqa: S101
        return {"rows": n, **peak.told(), "seconds": time.perf_counter() - started, "encoded": store.stats[0].encoded}


def child(*arguments: object) -> dict[str, Any]:
    """Return what this program says of one part in a process of its own."""
    command = [sys.executable, __file__, "--child", *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def embedding() -> dict[str, Any]:
    """Embed few and ten times as many, with nothing in the store and with all."""
    found: dict[str, Any] = {}
    for kind, few in (("texts", 2000), ("photos", 200)):
        for n in (few, 10 * few):
            with tempfile.TemporaryDirectory() as cache:
                for how in ("cold", "warm"):
                    found.setdefault(f"{kind}, {how}", {})[str(n)] = child("embed", kind, n, cache)
    for sizes in found.values():
        few, many = (sizes[n] for n in list(sizes))
        sizes["ratio of peaks"] = many["peak"] / few["peak"]
        sizes["ratio of anonymous peaks"] = many["anonymous"] / few["anonymous"]
    return found


def predict_once(bundle: Path, catalogue: Path, cache: Path) -> dict[str, float]:
    """Predict a catalogue in this process, CSV in and CSV out."""
    from prodcls.embeddings import EmbeddingStore
    from prodcls.scoring import PredictOptions, predict_catalogue

    out = cache.parent / "scored.csv"
    with Peak() as peak:
        done = predict_catalogue(
            bundle, catalogue, out, PredictOptions(), progress=SilentProgress(), store=EmbeddingStore(cache)
        )
    return {"rows": done.rows, **peak.told()}


def predict() -> dict[str, Any]:
    """Predict few products and ten times as many with a model of a thousand generated ones."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as trained, tempfile.TemporaryDirectory() as new:
        small = "1,000 rows, 10 classes"
        child("fill", small, trained)
        child("fit", small, Path(trained) / "products.csv", trained)
        child("fill", "10,000 rows, 112 classes, no baselines", new)
        lines = (Path(new) / "products.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        known = lines[9:]  # whose vectors are in the store
        cells = [line.partition(",")[2] for line in known]
        for n in (5000, 50_000):  # the few are more than what is read at a time
            part = Path(new) / f"{n}.csv"
            rows = (f"n{i},{cells[i % len(cells)]}" for i in range(n))
            part.write_text("".join([lines[0], *rows]), encoding="utf-8")
            found[str(n)] = child("predict", Path(trained) / "out" / "bundle", part, Path(new) / "cache" / "embeddings")
    few, many = found.values()
    return {**found, "ratio of peaks": many["peak"] / few["peak"]}


def explain_once(bundle: Path, catalogue: Path, cache: Path) -> dict[str, float]:
    """Predict a catalogue with whole accounts in this process, CSV in and CSV out, `EXPLAINED` rows at a time."""
    from prodcls import delimited
    from prodcls.embeddings import EmbeddingStore
    from prodcls.scoring import PredictOptions, predict_catalogue

    delimited.CHUNK_ROWS = EXPLAINED
    options = PredictOptions(explain="full", batch_size=EXPLAINED)
    with Peak() as peak:
        store, out = EmbeddingStore(cache), cache.parent / "scored.csv"
        done = predict_catalogue(bundle, catalogue, out, options, progress=SilentProgress(), store=store)
    return {"rows": done.rows, **peak.told()}


def explained() -> dict[str, Any]:
    """Predict few products and ten times as many with whole accounts, by a model of a thousand generated ones."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as trained:
        small = "1,000 rows, 10 classes"
        child("fill", small, trained)
        child("fit", small, Path(trained) / "products.csv", trained)
        lines = (Path(trained) / "products.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        cells = [line.partition(",")[2] for line in lines[1:]]
        for n in (500, 5000):
            part = Path(trained) / f"{n}.csv"
            rows = (f"n{i},{cells[i % len(cells)]}" for i in range(n))
            part.write_text("".join([lines[0], *rows]), encoding="utf-8")
            found[str(n)] = child(
                "explain", Path(trained) / "out" / "bundle", part, Path(trained) / "new" / "embeddings"
            )
    few, many = found.values()
    return {**found, "ratio of peaks": many["peak"] / few["peak"]}


CASES = {
    "1,000 rows, 10 classes": {"rows": 1000, "classes": 10},
    "5,000 rows, 35 classes": {"rows": 5000, "classes": 35},
    "10,000 rows, 112 classes, no baselines": {"rows": 10000, "classes": 112, "baselines": False},
    "flipkart1050": {"data": "flipkart1050"},
    "10,000 rows, 112 classes, no baselines, one fold at a time": {
        "rows": 10000,
        "classes": 112,
        "baselines": False,
        "at_once": 1,
    },
}
"""Fits; those that are generated have 40 words a text, a price and a brand, and vectors that were drawn."""


def fill(case: dict[str, Any], folder: Path) -> None:
    """Write a catalogue of generated products, and vectors of all but a few of them into a store."""
    from prodcls.embedding_store import content_key
    from prodcls.embeddings import EmbeddingStore
    from prodcls.encoders import Encoded, text_encoder

    rng = np.random.default_rng(0)
    label = np.arange(case["rows"]) % case["classes"]
    chance = np.cumsum(1 / np.arange(1, 30_001))
    told = [
        " ".join(f"w{w:x}q" for w in np.searchsorted(chance, rng.random(40) * chance[-1]))
        + (f" class{k}" if rng.random() < 0.7 else "")
        + f" number{i}"
        for i, k in enumerate(label.tolist())
    ]
    encoder, store = text_encoder("minilm"), EmbeddingStore(folder / "cache" / "embeddings")
    centres = rng.normal(size=(case["classes"], encoder.dimension))
    for start in range(8, len(told), 1024):  # those before are encoded, so that the encoder is there as in any fit
        some = label[start : start + 1024]
        vectors = (centres[some] + 2 * rng.normal(size=(len(some), encoder.dimension))).astype(np.float32)
        keys = [content_key(text) for text in told[start : start + 1024]]
        store.add(encoder.identity, keys, Encoded(vectors, np.ones(len(some), dtype=np.float32)))
    with (folder / "products.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "title", "price", "brand", "category"])
        for i, (text, k) in enumerate(zip(told, label.tolist(), strict=True)):
            table.writerow([f"p{i}", text, round(float(np.exp(3 + rng.normal())), 2), f"b{i % 50}", f"class {k}"])


class Stages(SilentProgress):
    """Takes note of the highest memory in each stage."""

    def __init__(self) -> None:
        super().__init__()
        self.peaks: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Watch a stage."""
        with Peak() as peak, super().stage(name):
            yield
        self.peaks[name] = peak.told()["peak"]


def fit_once(case: dict[str, Any], catalogue: Path, folder: Path) -> dict[str, Any]:
    """Fit in this process; return the estimate and the peaks."""
    from prodcls import memory_plan
    from prodcls.config import FitConfig
    from prodcls.training import fit_catalogue

    estimates: list[Any] = []
    estimate, budget = memory_plan.at_once_within, case.get("at_once")

    def noted(load: Any, most: int) -> Any:  # noqa: ANN401
        estimates.append(memory_plan.estimate_memory(load, budget) if budget else estimate(load, most))
        return estimates[-1]

    memory_plan.at_once_within = noted
    generated = {"cache_dir": folder / "cache", "text_encoder": ("minilm",), "dossiers": 0, "witnesses": 0}
    options = generated | {"robustness": 0, "baselines": case.get("baselines", True)} if "rows" in case else {}
    config = FitConfig(catalogue=catalogue, out=folder / "out", threads=2, memory=10**12, **options)
    progress, started = Stages(), time.perf_counter()
    fit_catalogue(config, progress)
    peak = max(progress.peaks.values())
    parts = {name: size / MB for name, size in estimates[0].parts.items()}
    found = {"peak": peak, "estimate": estimates[0].total / MB, "parts": parts, "stages": progress.peaks}
    return {**found, "ratio": found["estimate"] / peak, "seconds": time.perf_counter() - started}


def fits(data: Path, names: list[str]) -> dict[str, Any]:
    """Fit catalogues, each in a process of its own."""
    results = json.loads(RESULTS.read_text()).get("fits", {}) if RESULTS.exists() else {}
    for name in names or CASES:
        with tempfile.TemporaryDirectory() as folder:
            catalogue = Path(folder) / "products.csv"
            if "data" in CASES[name]:
                catalogue = data / CASES[name]["data"] / "products.csv"
            else:
                child("fill", name, folder)
            results[name] = child("fit", name, catalogue, folder)
            print(name, json.dumps(results[name]), flush=True)
            keep("fits", results)
    return {name: results[name] for name in CASES if name in results}


def keep(part: str, figures: dict[str, Any]) -> None:
    """Write the figures of one part beside those of the others."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results[part] = figures
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def main() -> None:
    """Measure the parts that are asked for, all by default, and keep the figures of the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["embedding", "predict", "explained", "fits"])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="Folder of catalogues.")
    parser.add_argument("--case", action="append", default=[], choices=list(CASES), help="Fit that is measured.")
    parser.add_argument("--child", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        what, *rest = given.child
        if what == "embed":
            print(json.dumps(embed_once(rest[0], int(rest[1]), Path(rest[2]))))
        elif what == "predict":
            print(json.dumps(predict_once(*map(Path, rest))))
        elif what == "explain":
            print(json.dumps(explain_once(*map(Path, rest))))
        elif what == "fill":
            print(json.dumps(fill(CASES[rest[0]], Path(rest[1]))))
        else:
            print(json.dumps(fit_once(CASES[rest[0]], Path(rest[1]), Path(rest[2]))))
        return
    if "embedding" in given.parts:
        keep("embedding", embedding())
    if "predict" in given.parts:
        keep("predict", predict())
    if "explained" in given.parts:
        keep("explained", explained())
    if "fits" in given.parts:
        keep("fits", fits(given.data, given.case))


if __name__ == "__main__":
    main()
