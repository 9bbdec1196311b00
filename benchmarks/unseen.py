"""How well classes are known that were added from their names and a few examples, and what it costs the others.

Run from the checkout: ``python benchmarks/unseen.py [CASE ...]``. In each draw some classes are left out at random. The
other classes' products are split, near-duplicates together: a model is fitted on four fifths, and judged on the rest.
Then the classes are added from their names and a few examples each, and judged on all of their products that are no
near-duplicates of the examples. Beside it stands a fit that sees the examples from the start. The figures go to
``benchmarks/results/unseen.json``.

The constants of `prodcls.extending` were chosen on the cases named ``development``; ``flipkart1050`` had no say in the
values.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from accuracy import DATA, SPECS, Case, write_catalogue
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.adding import read_names
from prodcls.config import FitConfig
from prodcls.evaluation import Problem
from prodcls.extending import NewClasses, TrainedOn, extend_head
from prodcls.gathering import gather
from prodcls.head import EvidenceHead, HeadFit, fit_head
from prodcls.preparation import open_readers
from prodcls.progress import SilentProgress
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "unseen.json"
LEAST = 2
"""Products of a class that are left to judge it by."""


@dataclass(frozen=True)
class Task:
    """A catalogue, and how classes of it are left out.

    Attributes
    ----------
    case : Case
    added : int
        Classes left out in a draw.
    examples : int
        Products of each that are shown.
    draws : int
    seed : int
        Of the first draw.
    some : tuple of (int, int), optional
        So many classes are drawn for each draw, of at most so many products each.
    """

    case: Case
    added: int
    examples: int
    draws: int
    seed: int = 0
    some: tuple[int, int] | None = None


FLIPKART, AMAZON = Case("flipkart1050", SPECS, level=1), Case("amazon_in11k", grouped=False)
TASKS = {
    "flipkart1050, 3 examples": Task(FLIPKART, 5, 3, 30),
    "flipkart1050, 1 example": Task(FLIPKART, 5, 1, 12),
    "flipkart1050, 5 examples": Task(FLIPKART, 5, 5, 12),
    "development: amazon_in11k, 3 examples": Task(AMAZON, 5, 3, 12, 500, (35, 30)),
    "development: amazon_in11k, 1 example": Task(AMAZON, 5, 1, 12, 500, (35, 30)),
    "development: amazon_in11k, 6 examples": Task(AMAZON, 5, 6, 12, 500, (35, 30)),
    "development: eshop101, 3 examples": Task(Case("eshop101"), 2, 3, 20, 500),
    "development: zh_yanxuan, 3 examples": Task(Case("zh_yanxuan"), 2, 3, 20, 500),
}


@dataclass(frozen=True)
class Loaded:
    """A catalogue with its class names as the text encoders read them."""

    problem: Problem
    names: dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Draw:
    """What is left out; rows of the problem."""

    new: NDArray[np.int64]
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    examples: NDArray[np.intp]
    judged: NDArray[np.intp]


def load(case: Case, threads: int) -> Loaded:
    """Read a catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        config = FitConfig(
            catalogue=write_catalogue(case, Path(folder)),
            text=case.text,
            group_duplicates=case.grouped,
            image_root=DATA / case.catalogue,
            threads=threads,
        )
        found = gather(config, SilentProgress())
    readers = open_readers(found.recipe, threads)
    return Loaded(found.problem, read_names(found.problem.classes, found.recipe, readers, found.store))


def draw(task: Task, labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int) -> Draw:
    """Choose classes, examples and folds."""
    rng = np.random.default_rng(seed)
    rows = np.arange(len(labels))
    if task.some is not None:
        count, most = task.some
        large = np.flatnonzero(np.bincount(labels) >= 8)
        chosen = rng.permutation(large)[:count]
        rows = np.concatenate(
            [rng.permutation(np.flatnonzero(labels == k))[: rng.integers(8, most + 1)] for k in chosen]
        )
    known = np.flatnonzero(np.bincount(labels[rows]) >= max(5, task.examples + LEAST))
    new = np.sort(rng.permutation(known)[: task.added])
    others = np.sort(rows[~np.isin(labels[rows], new)])
    fold = stratified_group_folds(labels[others], groups[others], 5, seed)
    examples, judged = [], []
    for k in new:
        mine = rng.permutation(rows[labels[rows] == k])
        _, first = np.unique(groups[mine], return_index=True)
        shown = mine[np.sort(first)[: task.examples]]
        examples.append(shown)
        judged.append(mine[~np.isin(groups[mine], groups[shown])])
    return Draw(new, others[fold != 0], others[fold == 0], np.concatenate(examples), np.concatenate(judged))


def fit(problem: Problem, labels: NDArray[np.int64], rows: NDArray[np.intp], threads: int) -> HeadFit:
    """Fit a head on some rows."""
    with threadpool_limits(1):
        return fit_head(
            problem.inputs.take(rows), labels[rows], problem.groups[rows], int(labels[rows].max()) + 1, threads=threads
        )


def extend(loaded: Loaded, head: EvidenceHead, found: Draw, numbers: NDArray[np.int64], names: bool) -> EvidenceHead:
    """Add the classes that were left out, their numbers after those of the others."""
    problem = loaded.problem
    inputs = problem.inputs.take(found.train)
    n_classes = len(head.evidence.log_prior)
    trained = TrainedOn(
        inputs.joined_text(),
        inputs.numeric,
        inputs.categorical,
        numbers[problem.labels[found.train]],
        np.ones(n_classes, dtype=np.bool_),
    )
    named = tuple(problem.classes[k] for k in found.new)
    vectors = {name: vectors[found.new] for name, vectors in loaded.names.items()} if names else {}
    labels = np.searchsorted(found.new, problem.labels[found.examples])
    new = NewClasses(named if names else ("",) * len(named), problem.inputs.take(found.examples), labels, vectors)
    return extend_head(head, trained, new, np.arange(n_classes + len(named)))


def run_draw(loaded: Loaded, task: Task, seed: int, threads: int) -> dict[str, float]:
    """Return the figures of one draw."""
    problem = loaded.problem
    found = draw(task, problem.labels, problem.groups, seed)
    old = np.unique(problem.labels[found.train])
    numbers = np.full(len(problem.classes), -1, dtype=np.int64)
    numbers[old], numbers[found.new] = np.arange(len(old)), len(old) + np.arange(len(found.new))
    labels = numbers[problem.labels]
    head = fit(problem, labels, found.train, threads).head
    started = time.perf_counter()
    extended = extend(loaded, head, found, numbers, names=True)
    seconds = time.perf_counter() - started
    refitted = fit(problem, labels, np.concatenate([found.train, found.examples]), threads).head
    new, test = problem.inputs.take(found.judged), problem.inputs.take(found.test)

    def right(one: EvidenceHead, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        said = one.margins(new if rows is found.judged else test, threads=threads).total.argmax(axis=1)
        hit: NDArray[np.bool_] = said == labels[rows]
        return hit

    before = float(right(head, found.test).mean())
    figures = {"products": len(found.judged), "others": len(found.test), "before": before, "seconds": seconds}
    for name, one in {
        "added": extended,
        "without names": extend(loaded, head, found, numbers, names=False),
        "refitted": refitted,
    }.items():
        hit = right(one, found.judged)
        figures[f"{name}, accuracy"] = float(hit.mean())
        figures[f"{name}, elsewhere"] = float(right(one, found.test).mean()) - before
    return figures


def run(task: Task, threads: int) -> list[dict[str, float]]:
    """Return the figures of all draws."""
    loaded = load(task.case, threads)
    counts = np.bincount(loaded.problem.labels)
    rows = np.flatnonzero(counts[loaded.problem.labels] >= 5)
    problem = replace(loaded.problem, inputs=loaded.problem.inputs.take(rows))
    problem = replace(problem, labels=problem.labels[rows], groups=problem.groups[rows], fold=problem.fold[rows])
    return [run_draw(replace(loaded, problem=problem), task, task.seed + i, threads) for i in range(task.draws)]


def told(draws: Iterable[dict[str, float]]) -> str:
    """Return the main figures in a line."""
    draws = list(draws)
    accuracy, elsewhere = ([d[f"added, {name}"] for d in draws] for name in ("accuracy", "elsewhere"))
    fitted, cost = (np.mean([d[f"refitted, {name}"] for d in draws]) for name in ("accuracy", "elsewhere"))
    plain = np.mean([d["without names, accuracy"] for d in draws])
    return (
        f"accuracy {np.mean(accuracy):.3f} (least {min(accuracy):.3f}), elsewhere {np.mean(elsewhere):+.4f} "
        f"(worst {min(elsewhere):+.4f}); without names {plain:.3f}; refitted {fitted:.3f}, {cost:+.4f}"
    )


def main() -> None:
    """Measure the cases that are asked for, all by default, and keep the figures of the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="beginnings of names")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for name, task in TASKS.items():
        if options.cases and not name.startswith(tuple(options.cases)):
            continue
        draws = run(task, options.threads)
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        results[name] = {"added classes": task.added, "examples": task.examples, "draws": draws}
        RESULTS.write_text(json.dumps({key: results[key] for key in TASKS if key in results}, indent=1) + "\n")
        print(f"{name}: {told(draws)}", flush=True)


if __name__ == "__main__":
    main()
