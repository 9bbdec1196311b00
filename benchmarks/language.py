"""What folding Chinese gains, and how well a model of one language classifies products in another.

Run from the checkout: ``python benchmarks/language.py [folding] [transfer]``; both by default. Writes
``benchmarks/results/language.json``. OpenCC, which only tests and benchmarks need, makes traditional texts.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from accuracy import DATA, figures
from numpy.typing import NDArray
from opencc import OpenCC
from threadpoolctl import threadpool_limits

from prodcls.config import FitConfig
from prodcls.demo import write_demo
from prodcls.evaluation import Problem, cross_validate
from prodcls.evidence import LEXICAL
from prodcls.gathering import gather
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.metrics import exact_interval
from prodcls.model import Model, fit_model
from prodcls.progress import SilentProgress
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "language.json"
CHINESE = ("zh_yanxuan", "zh_jd_phone_tv")
TEXTS = ("title", "description")
SEEDS = (0, 1, 2)
FOLDS = 5


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a catalogue."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def problem_of(rows: list[dict[str, str]], columns: tuple[str, ...], **options: Any) -> Problem:  # noqa: ANN401
    """Return the classification problem of rows with these columns."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "products.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        return gather(FitConfig(catalogue=path, text=TEXTS, threads=2, **options), SilentProgress()).problem


def split(problem: Problem, seed: int) -> Problem:
    """Return the problem with its folds."""
    return replace(
        problem, fold=stratified_group_folds(problem.labels, problem.groups, FOLDS, seed, problem.inputs.ids)
    )


# --- folding ----------------------------------------------------------------------------------------------------------


def reading(model: Model, **changes: Any) -> Model:  # noqa: ANN401
    """Return the model with a vocabulary that reads texts in another way."""
    head = model.head
    if not isinstance(head, EvidenceHead) or head.evidence.lexical is None:
        raise TypeError(type(head).__name__)
    vocabulary = replace(head.evidence.lexical.vocabulary, **changes)
    evidence = replace(head.evidence, lexical=replace(head.evidence.lexical, vocabulary=vocabulary))
    return replace(model, head=replace(head, evidence=evidence))


@contextmanager
def not_folding() -> Iterator[None]:
    """Have vocabularies learnt and read without folding."""
    with mock.patch("prodcls.lexical.simplified", str):
        yield


def by_words(model: Model, inputs: Inputs) -> NDArray[np.int64]:
    """Return the classes that the words alone tell."""
    if not isinstance(model.head, EvidenceHead):
        raise TypeError(type(model.head).__name__)
    channels = [channel.key for channel in model.head.evidence.channels]
    return model.head.evidence.scores(inputs)[:, :, channels.index(f"{LEXICAL}.score")].argmax(axis=1)


Way = tuple[Inputs, bool]
"""Products as they are tested, and whether their words are read as they stand."""


def predicted(problem: Problem, ways: dict[str, Way], seed: int) -> dict[str, dict[str, float]]:
    """Learn the problem's products fold by fold, and classify those left out in all ways."""
    problem = split(problem, seed)
    found = {name: np.zeros((2, len(problem.labels)), dtype=np.int64) for name in ways}
    for k in range(FOLDS):
        train, test = np.flatnonzero(problem.fold != k), np.flatnonzero(problem.fold == k)
        inputs, groups = problem.inputs.take(train), problem.groups[train]
        model = fit_model(inputs, problem.labels[train], groups, problem.classes, random_state=seed).model
        for name, (products, as_they_stand) in ways.items():
            asked = reading(model, folded=False) if as_they_stand else model
            tested = products.take(test)
            found[name][0, test] = asked.probabilities(tested).argmax(axis=1)
            found[name][1, test] = by_words(asked, tested)
    return {
        f"{name}, {what}": figures(problem, classes[i])
        for name, classes in found.items()
        for i, what in enumerate(("all evidence", "words alone"))
    }


def in_all_ways(simple: Problem, traditional: Problem, mixed: Problem, seed: int) -> dict[str, dict[str, float]]:
    """Return the figures of models of simplified texts, and of models of both forms."""
    ways = {
        "simplified": (simple.inputs, False),
        "traditional, folded": (traditional.inputs, False),
        "traditional, not folded": (traditional.inputs, True),
    }
    found = predicted(simple, ways, seed) | predicted(mixed, {"half of each, folded": (mixed.inputs, False)}, seed)
    with not_folding():
        return found | predicted(mixed, {"half of each, not folded": (mixed.inputs, False)}, seed)


def folding() -> dict[str, Any]:
    """Return the figures of each catalogue, means over the seeds."""
    convert = OpenCC("s2tw").convert
    results: dict[str, Any] = {}
    for name in CHINESE:
        rows = rows_of(DATA / name / "products.csv")
        changed = [row | {column: convert(row[column]) for column in TEXTS} for row in rows]
        columns = ("id", *TEXTS, "price", "category")
        simple, traditional = problem_of(rows, columns), problem_of(changed, columns)
        found: dict[str, list[dict[str, float]]] = {}
        for seed in SEEDS:
            coin = np.random.default_rng(seed).random(len(rows)) < 0.5
            half = [b if other else a for a, b, other in zip(rows, changed, coin, strict=True)]
            with threadpool_limits(1):
                told = in_all_ways(simple, traditional, problem_of(half, columns), seed)
            for way, one in told.items():
                found.setdefault(way, []).append(one)
        results[name] = {
            "rows": len(simple.labels),
            "changed": sum(a != b for a, b in zip(rows, changed, strict=True)),
            "ways": {
                way: {k: float(np.mean([one[k] for one in all_of])) for k in all_of[0]} for way, all_of in found.items()
            },
        }
        print(name, json.dumps(results[name], indent=1), flush=True)
    return results


# --- from one language to another -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Blocks:
    """What the models see.

    Attributes
    ----------
    encoders : tuple of str
    columns : tuple of str
        Beside id, texts and class.
    """

    encoders: tuple[str, ...]
    columns: tuple[str, ...] = ()


SEEN = {
    "texts by use": Blocks(("use",)),
    "texts by use-pooled": Blocks(("use-pooled",)),
    "texts by minilm + use-pooled": Blocks(("minilm", "use-pooled")),
    "texts by minilm": Blocks(("minilm",)),
    "texts by use-pooled, price, brand, photo": Blocks(("use-pooled",), ("price", "currency", "brand", "image")),
}


def chinese(rows: list[dict[str, str]]) -> NDArray[np.bool_]:
    """Tell which titles are in Chinese: those with a Han character beside the brand."""
    titles = (row["title"].replace(row["brand"], "") for row in rows)
    return np.array([any("\u4e00" <= c <= "\u9fff" for c in title) for title in titles])


def transfer() -> dict[str, Any]:
    """Learn the demo's products of one language, and classify those of the other, which are other products."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        path = write_demo(Path(name))
        rows = rows_of(path)
        for what, seen in SEEN.items():
            columns = ("id", *TEXTS, *seen.columns, "category")
            problem = problem_of(rows, columns, text_encoder=seen.encoders, image_root=Path(name))
            order = {row["id"]: is_chinese for row, is_chinese in zip(rows, chinese(rows), strict=True)}
            zh = np.array([order[one] for one in problem.inputs.ids])
            for way, tested in (("English to Chinese", zh), ("Chinese to English", ~zh)):
                with threadpool_limits(1):
                    results.setdefault(way, {})[what] = judged(problem, tested)
                print(way, what, results[way][what], flush=True)
    return results


def judged(problem: Problem, tested: NDArray[np.bool_]) -> dict[str, Any]:
    """Classify the tested products by a model of the other language, and out of fold by one of their own."""
    rows, others = np.flatnonzero(tested), np.flatnonzero(~tested)
    labels = problem.labels[rows]
    own = replace(problem, inputs=problem.inputs.take(rows), labels=labels, groups=problem.groups[rows])
    native = cross_validate(split(own, 0), random_state=0, threads=2).ranked[:, 0]
    away = problem.inputs.take(others)
    model = fit_model(away, problem.labels[others], problem.groups[others], problem.classes, random_state=0).model
    moved = model.probabilities(own.inputs).argmax(axis=1)
    spoken = reading(model, least_known=0.0).probabilities(own.inputs).argmax(axis=1)

    def told(predicted: NDArray[np.int64]) -> tuple[float, float, float]:
        found = exact_interval(int((predicted == labels).sum()), len(labels))
        return found.value, found.low, found.high

    return {
        "learned": len(others),
        "tested": len(rows),
        "native": told(native),
        "transfer": told(moved),
        "ratio": float((moved == labels).mean() / (native == labels).mean()),
        "with every known word": told(spoken),
    }


PARTS = {"folding": folding, "transfer": transfer}


def main() -> None:
    """Measure the named parts, both by default, and add them to the results."""
    for name in sys.argv[1:] or PARTS:
        found = PARTS[name]()
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(results | {name: found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
