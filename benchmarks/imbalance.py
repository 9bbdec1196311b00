"""Classes of unequal size: ways to balance them, on long-tailed cuts of amazon_in11k and on two catalogues as they are.

Run from the checkout: ``python benchmarks/imbalance.py [CASE ...] [--seeds 0 1 2]``. Each case is written to
``benchmarks/results/imbalance.json``; ``python benchmarks/tables.py`` makes the tables of ``RESULTS.md`` from it.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from accuracy import CASES, DATA, Case, load
from imbalance_variants import Floats, Known, score, thresholds, weighted_probes
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.balance import choose_balance
from prodcls.evaluation import Problem
from prodcls.held_out import EvidenceFit, fit_evidence
from prodcls.metrics import evaluate
from prodcls.paired import compare_predictions
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "imbalance.json"
LEAST = 3
"""Rows of the smallest class of a cut."""

WHOLE = 8
"""Main categories of amazon_in11k that stay one class in the cut over two levels."""


def tail(n_classes: int, largest: int) -> NDArray[np.int64]:
    """Return sizes that fall exponentially from ``largest`` to `LEAST`, as in the cuts of Cui et al. (2019)."""
    steps = np.arange(n_classes) / (n_classes - 1)
    return np.round(largest * (LEAST / largest) ** steps).astype(np.int64)


def cut(problem: Problem, sizes: NDArray[np.int64], seed: int) -> Problem:
    """Return at most ``sizes[k]`` random rows of each class; near-duplicates keep their groups."""
    order = np.random.default_rng(seed).permutation(len(problem.labels))
    rows = np.concatenate([order[problem.labels[order] == k][:size] for k, size in enumerate(sizes)])
    rows = np.sort(rows)
    return replace(problem, inputs=problem.inputs.take(rows), labels=problem.labels[rows], groups=problem.groups[rows])


def one_level(problem: Problem, seed: int) -> Problem:
    """Return the cut that keeps every class; which one is large is random."""
    n_classes = len(problem.classes)
    sizes = tail(n_classes, int(np.bincount(problem.labels).max()))
    return cut(problem, sizes[np.random.default_rng(seed).permutation(n_classes)], seed)


def two_levels(problem: Problem, seed: int) -> Problem:
    """Return a cut with `WHOLE` main categories as one class each, and a tail of all other classes."""
    with (DATA / "amazon_in11k" / "products.csv").open(encoding="utf-8", newline="") as file:
        main = {row["id"]: row["category_path"].split(">>")[0].strip() for row in csv.DictReader(file)}
    of_class = {k: main[i.split("~")[0]] for k, i in zip(problem.labels.tolist(), problem.inputs.ids, strict=True)}
    names = sorted(set(of_class.values()))
    rng = np.random.default_rng(seed)
    whole = {names[i] for i in rng.permutation(len(names))[:WHOLE]}
    titles = [
        of_class[k] if of_class[k] in whole else f"{of_class[k]} >> {name}" for k, name in enumerate(problem.classes)
    ]
    classes = tuple(sorted(set(titles)))
    labels = np.array([classes.index(title) for title in titles], dtype=np.int64)[problem.labels]
    sizes = np.full(len(classes), len(labels))
    small = np.flatnonzero([name not in whole for name in classes])
    sizes[rng.permutation(small)] = tail(len(small), 100)
    return cut(replace(problem, labels=labels, classes=classes), sizes, seed)


def as_it_is(problem: Problem, seed: int) -> Problem:
    """Return the catalogue itself."""
    del seed
    return problem


STUDIED: dict[str, tuple[Case, Callable[[Problem, int], Problem]]] = {
    "amazon_in11k, long tail": (Case("amazon_in11k"), one_level),
    "amazon_in11k, long tail over two levels": (Case("amazon_in11k"), two_levels),
    "zh_yanxuan": (CASES["zh_yanxuan"], as_it_is),
    "flipkart second level, specs": (CASES["flipkart second level, specs"], as_it_is),
}


def fold_scores(problem: Problem, train: NDArray[np.intp], test: NDArray[np.intp], full: bool) -> dict[str, Floats]:
    """Return probabilities of the test rows by variant; also those that need other probes or trees, if ``full``."""
    inputs, labels, groups = problem.inputs.take(train), problem.labels[train], problem.groups[train]
    n_classes = len(problem.classes)

    def known(fit: EvidenceFit) -> Known:
        return Known(fit.held_out, labels, groups, fit.model.scores(problem.inputs.take(test)), fit.model.channels)

    fit = fit_evidence(inputs, labels, groups, n_classes)
    given = known(fit)
    plain, prior = score(given), given.log_prior
    found = {"none": plain}
    for name in ("macro-f1", "accuracy"):
        strength = choose_balance(plain.inner, labels, prior, name).strength
        found[f"offset, chosen by {name}"] = plain.shifted(-strength * prior)
    found |= {f"offset {s:g}": plain.shifted(-s * prior) for s in (0.25, 0.5, 1.0)}
    found["offset for each class"] = plain.shifted(thresholds(plain, labels))
    if full:
        found |= {f"weights ^{power:g} in pool and trees": score(given, power) for power in (0.25, 0.5, 1.0)}
        found["candidates in favour of small classes"] = score(given, lure=1.0)
        with mock.patch("prodcls.held_out.fit_probe", weighted_probes(0.5)):
            other = known(fit_evidence(inputs, labels, groups, n_classes))
        found["weights ^0.5 in probes"] = score(other)
    return {name: scored.probabilities(labels) for name, scored in found.items()}


def run(problem: Problem, seed: int, full: bool) -> dict[str, Any]:
    """Return the figures of each variant on one split."""
    n_classes, labels = len(problem.classes), problem.labels
    fold = stratified_group_folds(labels, problem.groups, 5, seed, problem.inputs.ids)
    said: dict[str, Floats] = {}
    for k in range(5):
        train, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        for name, found in fold_scores(problem, train, test, full).items():
            said.setdefault(name, np.empty((len(labels), n_classes)))[test] = found
    counts = np.bincount(labels, minlength=n_classes)
    thirds = np.array_split(np.argsort(counts, kind="stable"), 3)
    before, figures = said["none"].argmax(axis=1), {}
    for name, probabilities in said.items():
        guess = probabilities.argmax(axis=1)
        whole = evaluate(labels, guess, probabilities, n_classes, seed)
        recall = [float(np.mean([(guess[labels == k] == k).mean() for k in third])) for third in thirds]
        against = compare_predictions(labels, before, guess, n_classes, seed)
        figures[name] = {
            "accuracy": whole.accuracy.value,
            "macro_f1": whole.macro_f1.value,
            "recall": [whole.macro_recall.value, *recall],
            "log_loss": whole.log_loss,
            "ece": whole.ece,
            "less none": {"accuracy": asdict(against.accuracy), "macro_f1": asdict(against.macro_f1)},
        }
    sizes = {"rows": len(labels), "classes": n_classes, "smallest": int(counts.min()), "largest": int(counts.max())}
    return {**sizes, "variants": figures}


def main() -> None:
    """Run the named cases, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--quick", action="store_true", help="leave out what needs other probes or trees")
    options = parser.parse_args()
    for name in options.cases or STUDIED:
        case, change = STUDIED[name]
        problem = load(case, 2)
        for seed in options.seeds:
            with threadpool_limits(1):
                found = run(change(problem, seed), seed, not options.quick)
            results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
            results.setdefault(name, {})[f"seed {seed}"] = found
            RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
            for variant, f in found["variants"].items():
                print(f"{name}, seed {seed}, {variant}: {f['accuracy']:.4f} / {f['macro_f1']:.4f}", flush=True)


if __name__ == "__main__":
    main()
