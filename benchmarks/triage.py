"""What review catches: error bounds on products that had no say in the threshold, and classes that were never learned.

Run from the checkout: ``python benchmarks/triage.py [CASE ...]``. Each case is written to
``benchmarks/results/triage.json``; ``python benchmarks/tables.py`` makes the tables of ``RESULTS.md`` from it.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import load
from confidence import STUDIED, TARGET
from numpy.typing import NDArray

from prodcls.bundle_products import known_columns
from prodcls.calibration import softmax
from prodcls.conformal import fit_sets
from prodcls.evaluation import OutOfFold, Problem, cross_validate
from prodcls.model import fit_model
from prodcls.reporting_cost import reasons_found
from prodcls.selective import automate, guaranteed
from prodcls.splits import stratified_group_folds
from prodcls.triage import review_reasons

RESULTS = Path(__file__).resolve().parent / "results" / "triage.json"
BOUNDS = (0.01, 0.02, 0.05)
HALVES = 200
LEFT_OUT = 50
"""Least rows of a class that is left out."""


def out_of_fold(problem: Problem, threads: int) -> tuple[Problem, OutOfFold, NDArray[np.float64]]:
    """Return the problem with its folds, the scores and the calibrated probabilities."""
    fold = stratified_group_folds(problem.labels, problem.groups, 5, 0, problem.inputs.ids)
    problem = replace(problem, fold=fold)
    scores = cross_validate(problem, random_state=0, threads=threads)
    return problem, scores, softmax(scores.margins, scores.temperature)


def bounds(problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64]) -> dict[str, Any]:
    """Choose thresholds on random halves, and look at the other halves."""
    labels, groups = problem.labels[scores.rows], problem.groups[scores.rows]
    asked = reasons_found(problem, scores, probabilities, TARGET)
    alone = ~np.any(list(asked.values()), axis=0)
    usual = ~np.any([rows for name, rows in asked.items() if name != "not-one-class"], axis=0)
    certainty, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    names, rng = np.unique(groups), np.random.default_rng(0)
    found: dict[str, Any] = {
        "alone": float(alone.mean()),
        "error alone": float((~right[alone]).mean()),
        "error asked": float((~right[~alone]).mean()),
        "reasons": {name: int(rows.sum()) for name, rows in asked.items()},
    }
    halves = [np.isin(groups, rng.permutation(names)[: len(names) // 2]) for _ in range(HALVES)]
    for bound in BOUNDS:
        shown, shares, errors, broken = 0, [], [], 0
        for half in halves:
            point = guaranteed(certainty[half & usual], right[half & usual], bound).point
            shares.append(0.0)
            if point is None:
                continue
            other = automate(certainty[~half & usual], right[~half & usual], point.threshold)
            shown += 1
            shares[-1] = other.automated / int((~half).sum())
            if other.error is not None:
                errors.append(other.error.value)
                broken += other.error.low > bound
        found[str(bound)] = {
            "shown": shown / HALVES,
            "automated": float(np.mean(shares)),
            "error": float(np.mean(errors)) if errors else None,
            "broken": broken / max(shown, 1),
        }
    return found


def strangers(problem: Problem, threads: int) -> dict[str, Any]:
    """Learn one half without one class, and look for it in the other half."""
    rng = np.random.default_rng(0)
    names = np.unique(problem.groups)
    half = np.isin(problem.groups, rng.permutation(names)[: len(names) // 2])
    counts = np.bincount(problem.labels)
    found: dict[str, Any] = {}
    for k in np.flatnonzero(counts >= LEFT_OUT).tolist():
        train, test = np.flatnonzero(half & (problem.labels != k)), np.flatnonzero(~half)
        inputs = problem.inputs.take(train)
        fit = fit_model(
            inputs, problem.labels[train], problem.groups[train], problem.classes, random_state=0, threads=threads
        )
        fold = stratified_group_folds(problem.labels[train], problem.groups[train], 5, 0)
        part = Problem(inputs, problem.labels[train], problem.groups[train], fold, problem.classes)
        _, scores, held_out = out_of_fold(part, threads)
        sets = fit_sets(held_out, part.labels[scores.rows], part.groups[scores.rows], TARGET)
        new = problem.inputs.take(test)
        reasons = review_reasons(fit.model, known_columns(inputs), sets, new, fit.model.decide(new, threads=threads))
        review = np.any(list(reasons.values()), axis=0)
        gone = problem.labels[test] == k
        found[problem.classes[k]] = {
            "new": int(gone.sum()),
            "review new": float(review[gone].mean()),
            "review others": float(review[~gone].mean()),
            **{f"{name} new": float(rows[gone].mean()) for name, rows in reasons.items()},
            **{f"{name} others": float(rows[~gone].mean()) for name, rows in reasons.items()},
        }
        print(problem.classes[k], found[problem.classes[k]], flush=True)
    return found


def main() -> None:
    """Run the named cases, all by default, and add them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for name in options.cases or STUDIED:
        problem = load(STUDIED[name], options.threads)
        found = {"bounds": bounds(*out_of_fold(problem, options.threads))}
        if name == "flipkart top, specs":
            found["strangers"] = strangers(problem, options.threads)
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        RESULTS.write_text(json.dumps(results | {name: found}, indent=1, ensure_ascii=False) + "\n")
        print(name, found["bounds"], flush=True)


if __name__ == "__main__":
    main()
