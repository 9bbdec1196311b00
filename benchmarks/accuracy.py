"""Accuracy of the head against every baseline on the same folds, on the real catalogues beside the checkout.

Run from the checkout: ``python benchmarks/accuracy.py [CASE ...] [--seeds 0 1 2]``. Each case is written to
``benchmarks/results/accuracy.json``; ``python benchmarks/tables.py`` makes the tables of ``RESULTS.md`` from it.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.baselines import baseline_names, run_baseline
from prodcls.calibration import softmax
from prodcls.config import FitConfig
from prodcls.evaluation import Problem, cross_validate
from prodcls.gathering import gather
from prodcls.metrics import evaluate
from prodcls.progress import SilentProgress
from prodcls.splits import stratified_group_folds

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESULTS = Path(__file__).resolve().parent / "results" / "accuracy.json"
SPECS = ("title", "description", "specs")


@dataclass(frozen=True)
class Case:
    """One catalogue and target.

    Attributes
    ----------
    catalogue : str
        Folder below the data folder.
    text : tuple of str or None
    level : int or None
        Level of ``category_path`` to predict instead of the category.
    grouped : bool
        Near-duplicates in one fold.
    sample : int or None
        Seed of a random subsample of 150 to 600 rows.
    """

    catalogue: str
    text: tuple[str, ...] | None = None
    level: int | None = None
    grouped: bool = True
    sample: int | None = None


CASES = {
    "flipkart top, specs": Case("flipkart1050", SPECS),
    "flipkart top, specs, plain folds": Case("flipkart1050", SPECS, grouped=False),
    "flipkart second level, specs": Case("flipkart1050", SPECS, level=1),
    "flipkart second level, specs, plain folds": Case("flipkart1050", SPECS, level=1, grouped=False),
    "flipkart second level, default columns": Case("flipkart1050", level=1),
    "eshop101": Case("eshop101"),
    "zh_jd_phone_tv": Case("zh_jd_phone_tv"),
    "zh_yanxuan": Case("zh_yanxuan"),
    "amazon_in11k, plain folds": Case("amazon_in11k", grouped=False),
    **{f"flipkart subsample {s}": Case("flipkart1050", sample=s, grouped=False) for s in range(10)},
    **{f"amazon subsample {s}": Case("amazon_in11k", sample=s, grouped=False) for s in range(10)},
}


def write_catalogue(case: Case, folder: Path) -> Path:
    """Write the case's rows, with its target in the column ``category``; return the file."""
    source = DATA / case.catalogue / "products.csv"
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if case.level is not None:
        for row in rows:
            levels = [part.strip() for part in row["category_path"].split(">>")]
            row["category"] = levels[case.level] if len(levels) > case.level else ""
        rows = [row for row in rows if row["category"]]
    if case.sample is not None:
        rng = np.random.default_rng(case.sample)
        size = int(rng.integers(150, 601))
        rows = [rows[i] for i in np.sort(rng.permutation(len(rows))[:size])]
    path = folder / "products.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def load(case: Case, threads: int) -> Problem:
    """Return the classification problem of a case."""
    with tempfile.TemporaryDirectory() as folder:
        config = FitConfig(
            catalogue=write_catalogue(case, Path(folder)),
            text=case.text,
            group_duplicates=case.grouped,
            image_root=DATA / case.catalogue,
            threads=threads,
        )
        return gather(config, SilentProgress()).problem


def figures(problem: Problem, predicted: NDArray[np.int64]) -> dict[str, float]:
    """Return accuracy and macro-F1."""
    scores = evaluate(problem.labels, predicted, None, len(problem.classes), 0)
    return {"accuracy": scores.accuracy.value, "macro_f1": scores.macro_f1.value}


def run(problem: Problem, seed: int, threads: int) -> dict[str, dict[str, float]]:
    """Return the figures of the head and of every competitor on one split."""
    fold = stratified_group_folds(problem.labels, problem.groups, 5, seed, problem.inputs.ids)
    problem = replace(problem, fold=fold)
    started = time.perf_counter()
    scores = cross_validate(problem, random_state=seed, threads=threads)
    seconds = time.perf_counter() - started
    probabilities = softmax(scores.margins, scores.temperature)
    whole = evaluate(problem.labels, scores.ranked[:, 0], probabilities, len(problem.classes), seed)
    found = {
        "evidence head": figures(problem, scores.ranked[:, 0])
        | {"log_loss": whole.log_loss or 0.0, "ece": whole.ece or 0.0, "seconds": seconds}
    }
    ablation = scores.ablation()
    found |= {"plain sum": figures(problem, ablation["sum"]), "pool": figures(problem, ablation["all"])}
    for name in baseline_names(problem.inputs):
        result = run_baseline(name, problem.inputs, problem.labels, len(problem.classes), fold, seed, threads)
        found[name] = figures(problem, result.predicted) | {"seconds": result.seconds}
    return found


def main() -> None:
    """Run the named cases, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    RESULTS.parent.mkdir(exist_ok=True)
    for name in options.cases or CASES:
        problem = load(CASES[name], options.threads)
        for seed in options.seeds:
            found = run(problem, seed, options.threads)
            results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
            sizes = {"rows": len(problem.labels), "classes": len(Counter(problem.labels.tolist()))}
            results.setdefault(name, sizes)[f"seed {seed}"] = found
            RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
            best = max((v["accuracy"], k) for k, v in found.items() if k != "evidence head")
            head = found["evidence head"]
            print(
                f"{name}, seed {seed}: {head['accuracy']:.4f} / {head['macro_f1']:.4f}; best other {best}", flush=True
            )


if __name__ == "__main__":
    main()
