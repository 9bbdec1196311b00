"""Trees of classes on the real catalogues, out of fold: near misses by branch, and where decisions stop.

Run from the checkout: ``python benchmarks/hierarchy.py [CASE ...]``. Each case is written to
``benchmarks/results/hierarchy.json``; ``python benchmarks/tables.py`` makes the tables of ``RESULTS.md`` from it.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import DATA, SPECS
from numpy.typing import NDArray

from prodcls.calibration import softmax
from prodcls.candidates import best_classes
from prodcls.config import FitConfig
from prodcls.conformal import fit_sets
from prodcls.evaluation import cross_validate
from prodcls.gathering import gather
from prodcls.hierarchy import ClassTree, hierarchical
from prodcls.metrics import Estimate
from prodcls.progress import SilentProgress
from prodcls.splits import stratified_group_folds
from prodcls.stopping import StopRule, Stops, fit_stops, held_out_stops, stop_levels

RESULTS = Path(__file__).resolve().parent / "results" / "hierarchy.json"
TARGET = 0.95
SPLITS = 20
"""Random halves of which one sets the thresholds and the other is judged."""


@dataclass(frozen=True)
class Case:
    """A catalogue whose classes form a tree.

    Attributes
    ----------
    catalogue : str
        Folder below the data folder.
    text : tuple of str or None
    target : str
        Column of the class.
    levels : int or None
        Levels of ``category_path`` that are kept.
    """

    catalogue: str
    text: tuple[str, ...] | None = None
    target: str = "category"
    levels: int | None = None


CASES = {
    "flipkart, two levels, specs": Case("flipkart1050", SPECS, "category_path", 2),
    "zh_yanxuan, paths": Case("zh_yanxuan", target="category_path"),
    "amazon_in11k, class and path": Case("amazon_in11k"),
}


def cut_catalogue(case: Case, folder: Path) -> Path:
    """Write the case's rows with their paths cut; return the file."""
    with (DATA / case.catalogue / "products.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if case.levels is not None:
        for row in rows:
            parts = [part.strip() for part in row["category_path"].split(">>")]
            row["category_path"] = " >> ".join(parts[: case.levels]) if len(parts) > 1 else ""
    path = folder / "products.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def out_of_fold(case: Case, threads: int) -> tuple[ClassTree, dict[str, NDArray[Any]]]:
    """Return the tree, and calibrated probabilities, labels and groups."""
    with tempfile.TemporaryDirectory() as folder:
        config = FitConfig(
            catalogue=cut_catalogue(case, Path(folder)),
            text=case.text,
            target=case.target,
            image_root=DATA / case.catalogue,
            threads=threads,
        )
        material = gather(config, SilentProgress())
    problem, tree = material.problem, material.tree
    if tree is None:
        raise ValueError(case)
    fold = stratified_group_folds(problem.labels, problem.groups, 5, 0, problem.inputs.ids)
    problem = replace(problem, fold=fold)
    scores = cross_validate(problem, random_state=0, threads=threads)
    return tree, {
        "probabilities": softmax(scores.margins, scores.temperature),
        "labels": problem.labels[scores.rows],
        "groups": problem.groups[scores.rows],
    }


def common_ancestors(
    tree: ClassTree, probabilities: NDArray[np.float64], inside: NDArray[np.bool_], predicted: NDArray[np.int64]
) -> Stops:
    """Return the stops of a rival rule: the deepest node that the whole prediction set and the predicted class share.

    An empty set stops at once.
    """
    depth, probability = np.zeros(len(predicted), dtype=np.int64), np.ones(len(predicted))
    going = inside.any(axis=1)
    for level in tree.levels.T:
        here = level[predicted]
        below = level[None] == here[:, None]
        going = going & (here >= 0) & ~(inside & ~below).any(axis=1)
        depth += going
        probability = np.where(going, (probabilities * below).sum(axis=1), probability)
    return Stops(depth, depth == tree.depths[predicted], probability)


def told(
    tree: ClassTree, found: Stops, labels: NDArray[np.int64], predicted: NDArray[np.int64]
) -> dict[str, float | None]:
    """Return shares that stop at the class, at a parent and at none, how many are right, and the coverage."""
    levels = stop_levels(tree, found, labels, predicted)
    figures: dict[str, float | None] = {}
    right = 0
    for name, wanted in (("leaf", levels[:1]), ("parent", levels[1:-1])):
        rows = sum(one.rows for one in wanted)
        hits = sum(round(one.right.value * one.rows) for one in wanted if one.right is not None)
        figures |= {name: rows / len(labels), f"{name} right": hits / rows if rows else None}
        right += hits
    none = levels[-1].rows
    named = len(labels) - none
    covered = (right + none) / len(labels)
    return figures | {"none": none / len(labels), "named right": right / named if named else None, "coverage": covered}


def split_means(tree: ClassTree, found: dict[str, NDArray[Any]]) -> dict[str, dict[str, float | None]]:
    """Return the mean figures of the rules over random halves, groups of near-duplicates kept together."""
    probabilities, labels, groups = found["probabilities"], found["labels"], found["groups"]
    predicted = best_classes(probabilities, 1)[:, 0]
    rng = np.random.default_rng(0)
    names = np.unique(groups)
    runs: dict[str, list[dict[str, float | None]]] = {"rule": [], "set": [], "threshold": []}
    for _ in range(SPLITS):
        first = np.isin(groups, rng.permutation(names)[: len(names) // 2])
        judged = ~first
        said, guess = probabilities[judged], predicted[judged]
        rule = fit_stops(tree, probabilities[first], labels[first], predicted[first], TARGET)
        sets = fit_sets(probabilities[first], labels[first], groups[first], TARGET)
        ways = {
            "rule": rule.stops(said, guess),
            "set": common_ancestors(tree, said, sets.sets(said), guess),
            "threshold": StopRule(tree, TARGET, TARGET).stops(said, guess),
        }
        for name, way in ways.items():
            runs[name].append(told(tree, way, labels[judged], guess))
    return {name: {key: mean([run[key] for run in of]) for key in of[0]} for name, of in runs.items()}


def mean(values: list[float | None]) -> float | None:
    """Return the mean of the values that there are."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def run(case: Case, threads: int) -> dict[str, Any]:
    """Return the figures of a case."""
    tree, found = out_of_fold(case, threads)
    probabilities, labels = found["probabilities"], found["labels"]
    predicted = best_classes(probabilities, 1)[:, 0]
    near = hierarchical(labels, predicted, tree)
    reported = held_out_stops(tree, probabilities, labels, found["groups"], predicted, TARGET)

    def plain(estimate: Estimate) -> list[float]:
        return [estimate.value, estimate.low, estimate.high]

    return {
        "rows": len(labels),
        "classes": len(tree.paths),
        "tops": len({path[0] for path in tree.paths}),
        "precision": plain(near.precision),
        "recall": plain(near.recall),
        "f1": plain(near.f1),
        "levels": [plain(level) for level in near.levels],
        "in the report": told(tree, reported, labels, predicted),
        "halves": split_means(tree, found),
    }


def main() -> None:
    """Run the named cases, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    RESULTS.parent.mkdir(exist_ok=True)
    for name in options.cases or CASES:
        found = run(CASES[name], options.threads)
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(results | {name: found}, indent=1, ensure_ascii=False) + "\n")
        print(name, found["f1"], found["halves"], flush=True)


if __name__ == "__main__":
    main()
