"""Calibration, prediction sets and automation on the real catalogues, out of fold.

Run from the checkout: ``python benchmarks/confidence.py [CASE ...]``. Each case is written to
``benchmarks/results/confidence.json``; ``python benchmarks/tables.py`` makes the tables of ``RESULTS.md`` from it.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import CASES, Case, load
from numpy.typing import NDArray

from prodcls.calibration import softmax
from prodcls.conformal import PROMISED
from prodcls.conformal_study import study_sets
from prodcls.evaluation import cross_validate
from prodcls.recalibration import compare_calibrations
from prodcls.reliability import reliability
from prodcls.selective import guaranteed, risk_curve
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "confidence.json"
TARGET = 0.95
FLOOR = 0.92
"""Least mean coverage of a class that has a promise."""

STUDIED = {
    "flipkart top, specs": CASES["flipkart top, specs"],
    "flipkart second level, specs": CASES["flipkart second level, specs"],
    "zh_yanxuan": CASES["zh_yanxuan"],
    "amazon_in11k": Case("amazon_in11k"),
    "amazon_in11k, plain folds": CASES["amazon_in11k, plain folds"],
}


def out_of_fold(case: Case, threads: int) -> dict[str, Any]:
    """Return margins, served probabilities, labels and groups of a case, and the folds' calibrations."""
    problem = load(case, threads)
    fold = stratified_group_folds(problem.labels, problem.groups, 5, 0, problem.inputs.ids)
    problem = replace(problem, fold=fold)
    scores = cross_validate(problem, random_state=0, threads=threads)
    return {
        "margins": scores.uncalibrated(),
        "probabilities": softmax(scores.margins, scores.temperature),
        "labels": problem.labels[scores.rows],
        "groups": problem.groups[scores.rows],
        "calibrations": [fold.model.head.calibration for fold in scores.folds],
    }


def sets(found: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return coverage and size of each way to make sets, and of one threshold that covers each class as well."""
    said = (found["probabilities"], found["labels"], found["groups"])
    study = study_sets(*said, TARGET, 0)
    promised = np.array(study.support) >= PROMISED
    figures: dict[str, Any] = {}
    for name, method in study.methods.items():
        by_class = np.array([c.value for c in method.by_class])[promised]
        figures[name] = {
            "coverage": method.coverage.value,
            "size": method.size.value,
            "worst": float(by_class.min()),
            "short": int((by_class < FLOOR).sum()),
        }
    for target in (*np.arange(0.95, 0.99, 0.005), *np.arange(0.99, 0.9999, 0.001)):
        lac = study_sets(*said, float(target), 0).methods["lac"]
        by_class = np.array([c.value for c in lac.by_class])[promised]
        if by_class.min() >= FLOOR:
            figures["lac, every class"] = {"coverage": lac.coverage.value, "size": lac.size.value}
            figures["lac, every class"] |= {"worst": float(by_class.min()), "short": 0}
            break
    return {"classes": int(promised.sum()), "methods": figures}


def run(case: Case, threads: int) -> dict[str, Any]:
    """Return the figures of a case."""
    found = out_of_fold(case, threads)
    labels, probabilities = found["labels"], found["probabilities"]
    certainty, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    figures: dict[str, Any] = {"rows": len(labels), "accuracy": float(right.mean()), "sets": sets(found)}
    for when, said in (("before", softmax(found["margins"])), ("after", probabilities)):
        measured = reliability(said, labels, 0)
        for name, estimate in (("ece", measured.ece), ("classwise", measured.classwise_ece)):
            figures[f"{name} {when}"] = [estimate.value, estimate.low, estimate.high]
    compared = compare_calibrations(found["margins"], probabilities, labels, found["groups"], 0)
    figures["calibrations"] = {name: asdict(scores) for name, scores in compared.items()}
    figures["forms"] = [asdict(c) for c in found["calibrations"]]
    figures["aurc"] = risk_curve(certainty, right).area
    figures["automated"] = {}
    for bound in (0.01, 0.02, 0.05):
        point = guaranteed(certainty, right, bound).point
        figures["automated"][str(bound)] = 0.0 if point is None else point.automated / len(labels)
    return figures


def main() -> None:
    """Run the named cases, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    RESULTS.parent.mkdir(exist_ok=True)
    for name in options.cases or STUDIED:
        found = run(STUDIED[name], options.threads)
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(results | {name: found}, indent=1, ensure_ascii=False) + "\n")
        print(name, found["sets"]["methods"]["rule"], flush=True)


if __name__ == "__main__":
    main()
