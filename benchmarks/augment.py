"""Whether altered copies of the photos of small classes help (``prodcls fit --augment N``), on the same folds.

Run from the checkout: ``python benchmarks/augment.py [CASE ...] [--seeds 0 1 2] [--least 10 20 40]``. The figures are
written to ``benchmarks/results/augment.json``; ``python benchmarks/tables.py`` makes the table of ``RESULTS.md``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from accuracy import CASES, DATA, Case, write_catalogue
from numpy.typing import NDArray

from prodcls.augmentation import augment
from prodcls.config import FitConfig
from prodcls.embeddings import Copies
from prodcls.evaluation import Problem, cross_validate
from prodcls.gathering import Material, gather
from prodcls.paired import compare_predictions
from prodcls.preparation import IMAGE_BLOCK
from prodcls.progress import SilentProgress
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "augment.json"
MINE = {
    "flipkart second level, default columns": CASES["flipkart second level, default columns"],
    "flipkart second level, photo alone": Case("flipkart1050", (), level=1),
    "eshop101": CASES["eshop101"],
    "eshop101, photo alone": Case("eshop101", ()),
}


def predicted(problem: Problem, seed: int, threads: int) -> NDArray[np.int64]:
    """Return out-of-fold classes on the folds of ``seed``."""
    fold = stratified_group_folds(problem.labels, problem.groups, 5, seed, problem.inputs.ids)
    return cross_validate(replace(problem, fold=fold), random_state=seed, threads=threads).ranked[:, 0]


def sizes_of(problem: Problem, copies: Copies | None) -> dict[str, int]:
    """Return how many classes and photos are copied, and how often."""
    source = np.empty(0, dtype=np.intp) if copies is None else copies.source
    classes = len(np.unique(problem.labels[source]))
    return {"classes": classes, "photos": len(np.unique(source)), "copies": len(source)}


def load(case: Case, threads: int) -> Material:
    """Return the material of a case; with no text, photos are all there is."""
    with tempfile.TemporaryDirectory() as folder:
        alone = {"numeric": (), "categorical": ()} if case.text == () else {}
        config = FitConfig(
            catalogue=write_catalogue(case, Path(folder)),
            text=case.text,
            image_root=DATA / case.catalogue,
            threads=threads,
            **alone,
        )
        return gather(config, SilentProgress())


def main() -> None:
    """Run the named cases, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--least", type=int, nargs="+", default=[10, 20, 40])
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for name in options.cases or MINE:
        material = load(MINE[name], options.threads)
        problem, threads = material.problem, options.threads
        plain = {seed: predicted(problem, seed, threads) for seed in options.seeds}
        for least in options.least:
            inputs = augment(
                problem.inputs,
                material.catalogue,
                material.recipe,
                material.store,
                SilentProgress(),
                least=least,
                random_state=0,
                threads=threads,
            )
            copied, copies = replace(problem, inputs=inputs), inputs.dense[IMAGE_BLOCK].copies
            for seed in options.seeds:
                after = predicted(copied, seed, threads)
                found = compare_predictions(problem.labels, plain[seed], after, len(problem.classes), seed)
                results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
                sizes = sizes_of(problem, copies)
                results.setdefault(name, {}).setdefault(str(least), sizes)[f"seed {seed}"] = asdict(found)
                RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
                print(name, least, sizes, seed, found, flush=True)


if __name__ == "__main__":
    main()
