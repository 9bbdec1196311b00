"""``--text-encoder auto`` against each single text encoder by the whole evaluation of a fit, on the same folds.

Run from the checkout: ``python benchmarks/auto.py [CATALOGUE ...]``. Each catalogue is added to
``benchmarks/results/auto.json``. Several encoders together are measured too where the trial chooses them. The trial is
made again each time; fits that are there keep their figures.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from accuracy import DATA, figures

from prodcls.config import FitConfig
from prodcls.encoder_trial import AUTO
from prodcls.evaluation import cross_validate
from prodcls.gathering import Material, gather
from prodcls.progress import SilentProgress
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "auto.json"
SINGLE = ("minilm", "use", "use-pooled")
CATALOGUES = ("flipkart1050", "zh_yanxuan", "amazon_in11k")


def material_of(catalogue: str, encoders: tuple[str, ...], threads: int) -> Material:
    """Read and embed a catalogue; only its texts are read by these encoders."""
    source = DATA / catalogue
    config = FitConfig(
        catalogue=source / "products.csv",
        text_encoder=encoders,
        image_root=source,
        group_duplicates=catalogue != "amazon_in11k",  # as in the table of accuracies
        threads=threads,
    )
    return gather(config, SilentProgress())


def judged(catalogue: str, encoders: tuple[str, ...], threads: int) -> dict[str, float]:
    """Return accuracy and macro-F1 of the evaluation of a fit."""
    problem = material_of(catalogue, encoders, threads).problem
    fold = stratified_group_folds(problem.labels, problem.groups, 5, 0, problem.inputs.ids)
    scores = cross_validate(replace(problem, fold=fold), random_state=0, threads=threads)
    return figures(problem, scores.ranked[:, 0])


def main() -> None:
    """Measure the named catalogues, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("catalogues", nargs="*", metavar="CATALOGUE")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for catalogue in options.catalogues or CATALOGUES:
        recipe = material_of(catalogue, (AUTO,), options.threads).recipe
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        fits = results.get(catalogue, {}).get("fits", {})
        found: dict[str, Any] = {"chosen": recipe.text_encoders, "reason": recipe.reason, "fits": fits}
        for encoders in dict.fromkeys([*((name,) for name in SINGLE), recipe.text_encoders]):
            if " + ".join(encoders) not in fits:
                fits[" + ".join(encoders)] = judged(catalogue, encoders, options.threads)
                print(catalogue, encoders, fits[" + ".join(encoders)], flush=True)
        RESULTS.write_text(
            json.dumps(results | {catalogue: found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        print(catalogue, found["reason"], flush=True)


if __name__ == "__main__":
    main()
