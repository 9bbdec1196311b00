"""How costs grow with rows, classes and words, beside a flat LightGBM and sentence-transformers: ``make bench``.

Real products: amazon_in11k, whose titles are encoded first and are no part of what is timed, but where encoding itself
is. Every point of ours and of the peer is timed in the same session. pytest-benchmark writes the JSON; `page.py` draws
it. The sizes can be made smaller: ``PRODCLS_BENCH_SMALL=1`` for a look at whether all of it works.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import available_processors, text_encoder
from prodcls.encoders.weights import MINILM
from prodcls.inputs import Inputs
from prodcls.intake import read_catalogue
from prodcls.model import Model, fit_model
from prodcls.preparation import Recipe, prepare
from prodcls.progress import SilentProgress
from prodcls.schema import ColumnOptions

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SMALL = bool(os.environ.get("PRODCLS_BENCH_SMALL"))
RECIPE = Recipe(("title",), ("minilm", "use-pooled"), None, "onnx", "set by the benchmark")
ROWS = (250, 500) if SMALL else (250, 500, 1000, 2000)
CLASSES = (5, 10) if SMALL else (5, 10, 20, 40)
WORDS = (5, 10) if SMALL else (5, 10, 20, 40, 80)
CLASSES_HELD, PREDICTED, TEXTS = 20, 500 if SMALL else 2000, 40
ROWS_HELD = 500
"""As many as the five largest classes have together."""
THREADS = available_processors()


class Timer(Protocol):
    """What pytest-benchmark hands to a test."""

    extra_info: dict[str, Any]

    def pedantic(self, work: Callable[[], object], *, rounds: int, iterations: int, warmup_rounds: int) -> object:
        """Time ``work``."""


@dataclass(frozen=True)
class Products:
    """Encoded titles of n products, their prices and their classes."""

    inputs: Inputs
    labels: NDArray[np.int64]

    def sample(self, rows: int, classes: int) -> Products:
        """Return ``rows`` products of the ``classes`` largest classes, in turn from each as long as it lasts."""
        largest = [name for name, _ in Counter(self.labels.tolist()).most_common(classes)]
        place = {name: i for i, name in enumerate(largest)}
        kept = np.flatnonzero(np.isin(self.labels, largest))
        kept = np.sort(np.random.default_rng(0).permutation(kept)[:rows])
        return Products(self.inputs.take(kept), np.array([place[k] for k in self.labels[kept].tolist()]))

    def fit(self, head: Any = "evidence") -> Model:  # noqa: ANN401 - a literal of another module
        """Return a model of these products."""
        names = tuple(f"{k:03d}" for k in range(self.labels.max() + 1))
        return fit_model(self.inputs, self.labels, np.arange(len(self.labels)), names, head=head, threads=THREADS).model


@cache
def products() -> Products:
    """Return the catalogue, encoded."""
    path = DATA / "amazon_in11k" / "products.csv"
    catalogue = read_catalogue(path, ColumnOptions(), need_labels=True)
    inputs = prepare(catalogue, RECIPE, EmbeddingStore(), SilentProgress())
    names = {name: i for i, name in enumerate(sorted(set(catalogue.labels or ())))}
    return Products(replace(inputs, categorical={}), np.array([names[x] for x in catalogue.labels or ()]))


@cache
def fitted(rows: int, classes: int, head: str) -> Model:
    """Return a model of a sample."""
    return products().sample(rows, classes).fit(head)


def timed(timer: Timer, what: str, across: str, size: int, of: int, work: Callable[[], object]) -> None:
    """Time ``work``, which does something with ``of`` items, for the curve ``what`` at one size."""
    timer.extra_info |= {"chart": what, "across": across, "size": size, "items": of}
    long = SMALL or what == "fit"
    timer.pedantic(work, rounds=2 if long else 5, iterations=1, warmup_rounds=0 if what == "fit" else 1)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_fit_by_rows(benchmark: Timer, head: str, rows: int) -> None:
    sample = products().sample(rows, CLASSES_HELD)
    timed(benchmark, "fit", "rows", rows, 1, lambda: sample.fit(head))


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_fit_by_classes(benchmark: Timer, head: str, classes: int) -> None:
    sample = products().sample(ROWS_HELD, classes)
    timed(benchmark, "fit", "classes", classes, 1, lambda: sample.fit(head))


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_predict_by_rows(benchmark: Timer, head: str, rows: int) -> None:
    model, sample = fitted(rows, CLASSES_HELD, head), products().sample(PREDICTED, CLASSES_HELD)
    timed(benchmark, "predict", "rows", rows, PREDICTED, lambda: model.decide(sample.inputs, threads=THREADS))


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("head", ["evidence", "flat"])
def test_predict_by_classes(benchmark: Timer, head: str, classes: int) -> None:
    model, sample = fitted(ROWS_HELD, classes, head), products().sample(ROWS_HELD, classes)
    timed(
        benchmark,
        "predict",
        "classes",
        classes,
        len(sample.labels),
        lambda: model.decide(sample.inputs, threads=THREADS),
    )


def texts(words: int) -> list[str]:
    """Return texts of so many words of the catalogue, each another one."""
    flow = " ".join(products().inputs.texts["title"]).split()
    return [" ".join(flow[i * words : (i + 1) * words]) for i in range(TEXTS)]


@cache
def sentence_transformer() -> Any:  # noqa: ANN401 - the peer's own type
    """Return the peer as it comes, from the package that MiniLM's weights are in."""
    peer = pytest.importorskip("sentence_transformers")
    return peer.SentenceTransformer(str(MINILM.locate().parent), device="cpu", local_files_only=True)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("who", ["minilm", "use-pooled", "sentence-transformers"])
def test_encode_by_words(benchmark: Timer, who: str, words: int) -> None:
    found = texts(words)
    encode = partial(sentence_transformer().encode, show_progress_bar=False)
    if who != "sentence-transformers":
        encode = text_encoder(who).encode
    timed(benchmark, "encode", "words", words, TEXTS, lambda: encode(found))
