"""What writing accounts costs a prediction, and what more workers bring: flipkart1050 with 35 classes.

Run from the checkout: ``python benchmarks/predict.py [--data ../shared/data] [--bundle DIR] [--rows 100]``. Without a
bundle one is fitted first. Vectors are in the cache in every run; accounts read texts and photos again, part by part.
Turn by turn, medians. The figures go to ``benchmarks/results/predict.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from prodcls.bundle import Bundle, load_bundle
from prodcls.config import FitConfig
from prodcls.dissection import dissect
from prodcls.embedding_store import content_key
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import Encoded, Encoder, Item
from prodcls.explain.chain import explain
from prodcls.inputs import Inputs
from prodcls.new_products import Reading
from prodcls.preparation import open_readers, prepare
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, open_new, predict_catalogue
from prodcls.training import fit_catalogue

RESULTS = Path(__file__).resolve().parent / "results" / "predict.json"
REPEATS = 2
LEAST_ROWS = 5


def rows_of(data: Path) -> list[dict[str, str]]:
    """Return flipkart1050 with its classes of the second level, those with at least `LEAST_ROWS` rows."""
    with (data / "flipkart1050" / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["category"] = " > ".join(row.pop("category_path").split(" >> ")[:2])
    counts = Counter(row["category"] for row in rows)
    return [row for row in rows if counts[row["category"]] >= LEAST_ROWS]


def write(rows: list[dict[str, str]], path: Path) -> Path:
    """Write a catalogue."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def fitted(data: Path, folder: Path) -> Path:
    """Fit a bundle and return its folder."""
    config = FitConfig(
        catalogue=write(rows_of(data), folder / "products.csv"),
        image_root=data / "flipkart1050",
        out=folder / "out",
        path="",
        text=("title", "description"),
        dossiers=0,
        witnesses=0,
        robustness=0,
        baselines=False,
    )
    return fit_catalogue(config, SilentProgress()).bundle_path


class Times(SilentProgress):
    """Seconds of the wall's clock and of the processors, without opening the bundle."""

    def __init__(self) -> None:
        super().__init__()
        self.processors: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage by both clocks."""
        before = time.process_time()
        with super().stage(name):
            yield
        self.processors[name] = time.process_time() - before

    @property
    def wall(self) -> float:
        """Seconds by the wall's clock."""
        return self.seconds["read"] + self.seconds["predict"]

    @property
    def spent(self) -> float:
        """Seconds of all processors."""
        return self.processors["read"] + self.processors["predict"]


@dataclass(frozen=True)
class Place:
    """What is predicted by what: a bundle, the folder of the photos, and a store of just these vectors."""

    bundle: Path
    photos: Path
    store: Path

    def predict(self, catalogue: Path, **options: Any) -> Times:  # noqa: ANN401 - each option has its own type
        """Predict, and return what it took without opening the bundle."""
        times, store = Times(), EmbeddingStore(self.store)
        asked = PredictOptions(reading=Reading(image_root=self.photos), **options)
        out = catalogue.with_name("scored.parquet")
        predict_catalogue(self.bundle, catalogue, out, asked, progress=times, store=store)
        return times


def fill(place: Place, catalogue: Path) -> None:
    """Put the vectors of a catalogue into the store: from the user's, where it has them."""
    loaded = load_bundle(place.bundle)
    batch = next(open_new(catalogue, loaded, Reading(image_root=place.photos)).parts)
    prepare(batch, loaded.recipe, EmbeddingStore(), SilentProgress())
    readers = open_readers(loaded.recipe)
    items: list[tuple[Encoder, Sequence[Item]]] = [
        (encoder, [cell for column in loaded.recipe.text_columns for cell in batch.texts[column] if cell])
        for encoder in readers.text
    ]
    items += [(encoder, [photo for photo in batch.photos or () if photo]) for encoder in readers.image]
    for encoder, those in items:
        found, _ = EmbeddingStore().load(encoder.identity, [content_key(item) for item in those])
        encoded = Encoded(
            np.stack([row.vector for row in found.values()]),
            np.array([row.read_share for row in found.values()], dtype=np.float32),
        )
        EmbeddingStore(place.store).add(encoder.identity, list(found), encoded)


def turns(place: Place, all_rows: Path, some: Path, runs: dict[str, dict[str, Any]]) -> dict[str, list[Times]]:
    """Return what the runs took, by turns; the first turn warms up. Accounts are made of some rows only."""
    found: dict[str, list[Times]] = {name: [] for name in runs}
    for _ in range(REPEATS + 1):
        for name, options in runs.items():
            found[name].append(place.predict(some if options else all_rows, **options))
    return {name: times[1:] for name, times in found.items()}


def half(place: Place, catalogue: Path, both: Any, found: Any) -> None:  # noqa: ANN401 - of multiprocessing
    """Explain a half in this process with one worker, when the other one is ready too."""
    place.predict(catalogue, explain="full", workers=1)
    for _ in range(REPEATS):
        both.wait()
        found.put(place.predict(catalogue, explain="full", workers=1).wall)


def by_processes(place: Place, rows: list[dict[str, str]], folder: Path) -> float:
    """Return about the median of seconds in which two processes explain a half each, their start left out."""
    context = get_context("spawn")
    both, found = context.Barrier(2), context.Queue()
    running = []
    for i in range(2):
        (folder / str(i)).mkdir()
        catalogue = write(rows[i::2], folder / str(i) / "new.csv")
        running.append(context.Process(target=half, args=(place, catalogue, both, found)))
        running[-1].start()
    times = sorted(found.get() for _ in range(2 * REPEATS))
    for process in running:
        process.join()
    return times[-2]  # of the slower halves


def stages(bundle: Bundle, catalogue: Path, photos: Path) -> dict[str, float]:
    """Return the products a second of one processor: read part by part, and explained once they are."""
    batch = next(open_new(catalogue, bundle, Reading(image_root=photos)).parts)
    readers = open_readers(bundle.recipe, 1)
    with threadpool_limits(1):
        started, subjects = time.process_time(), []
        for i in range(len(batch)):
            one = batch.take(np.array([i]))
            inputs = Inputs(one.ids, one.texts, {}, one.numeric, one.categorical)
            subjects.append(dissect(inputs, None if one.photos is None else one.photos[0], bundle, readers))
        read = time.process_time() - started
        times = []
        for _ in range(REPEATS):
            started = time.process_time()
            for subject in subjects:
                explain(bundle.model, subject)
            times.append(time.process_time() - started)
    return {"read in parts": len(batch) / read, "explained": len(batch) / min(times)}


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="Folder of catalogues.")
    parser.add_argument("--bundle", type=Path, help="Bundle of this catalogue, where there is one already.")
    parser.add_argument("--rows", type=int, default=100, help="Products that are explained.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle = given.bundle or fitted(given.data, folder)
        place = Place(bundle, given.data / "flipkart1050", folder / "store")
        rows = rows_of(given.data)
        everything, some = write(rows, folder / "all.csv"), write(rows[: given.rows], folder / "some.csv")
        fill(place, everything)
        runs: dict[str, dict[str, Any]] = {
            "off": {},
            "top-words": {"explain": "top-words"},
            "full": {"explain": "full"},
        }
        workers = {f"{n} workers": {"explain": "full", "workers": n} for n in (1, 2)}
        times = turns(place, everything, some, runs | workers)
        halves = by_processes(place, rows[: given.rows], folder)
        loaded = load_bundle(bundle)
        size = {name: given.rows if (runs | workers)[name] else len(rows) for name in times}
        walls = {name: size[name] / median(one.wall for one in times[name]) for name in times}
        results = {
            "rows": len(rows),
            "explained": given.rows,
            "classes": len(loaded.model.classes),
            "products a second": walls | {"2 processes": given.rows / halves},
            "products a processor second": {n: size[n] / median(one.spent for one in times[n]) for n in runs},
            "one processor": stages(loaded, some, place.photos),
        }
    print(json.dumps(results, indent=1))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
