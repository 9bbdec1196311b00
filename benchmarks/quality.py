"""What the findings about data find of faults that are known, and what they cost.

Run from the checkout: ``python benchmarks/quality.py``. The figures go to ``benchmarks/results/quality.json``;
``python benchmarks/tables.py`` makes the table of ``RESULTS.md`` from it.
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import CASES, DATA, figures, write_catalogue
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_quality import Finding, QualityFindings
from prodcls.config import FitConfig
from prodcls.demo import write_demo
from prodcls.duplicates import near_duplicate_groups
from prodcls.evaluation import cross_validate
from prodcls.gathering import Material, gather
from prodcls.progress import SilentProgress
from prodcls.quality.labels import suspected_labels
from prodcls.quality.opinions import held_out_opinions
from prodcls.quality.scripts import main_scripts
from prodcls.reporting_quality import find_faults
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "quality.json"
FLIPPED = 0.03
SEEDS = (0, 1, 2)


def of_kind(quality: QualityFindings, kind: str) -> Finding:
    """Return a finding, empty where nothing was found."""
    return next((f for f in quality.findings if f.kind == kind), Finding(kind, "note", 0, {"groups": 0}))


def hits(found: set[Any], truth: set[Any]) -> dict[str, float]:
    """Return recall, precision and counts."""
    both = len(found & truth)
    return {
        "planted": len(truth),
        "found": len(found),
        "recall": both / max(len(truth), 1),
        "precision": both / max(len(found), 1),
    }


def groups_of(material: Material) -> set[frozenset[str]]:
    """Return the ids of each group of near-duplicates."""
    ids = np.array(material.problem.inputs.ids)
    return {frozenset(ids[material.copies == g]) for g in np.flatnonzero(np.bincount(material.copies) > 1)}


def demo() -> dict[str, Any]:
    """Compare the findings about the demo catalogue with what was planted, in all and by language."""
    with tempfile.TemporaryDirectory() as name:
        path = write_demo(Path(name))
        planted = json.loads((path.parent / "planted.json").read_text(encoding="utf-8"))
        material = gather(FitConfig(catalogue=path), SilentProgress())
        quality = find_faults(material)
    suspects = {e.ids[0] for e in of_kind(quality, "label_error").examples}
    pairs = {frozenset(pair) for pair in planted["near_duplicates"]}
    found = {
        "mislabels": hits(suspects, set(planted["mislabelled"])),
        "near-duplicates": hits(groups_of(material), pairs),
    }
    leaks = [str(e.values["phrase"]) for e in of_kind(quality, "leak_phrase").examples]
    told = {s for s in planted["leak_sentences"] if any(leak in s for leak in leaks)}
    found["leak sentences"] = hits(told, set(planted["leak_sentences"])) | {"found": len(leaks)}
    absurd = {one for e in of_kind(quality, "price_absurd").examples for one in e.ids}
    found["absurd prices"] = hits(absurd, set(planted["absurd_prices"]))
    script = dict(zip(material.problem.inputs.ids, main_scripts(material.problem.inputs.joined_text()), strict=True))
    for name, title in (("latin", "English"), ("cjk", "Chinese")):
        of = {one for one, written in script.items() if written == name}
        found[f"mislabels, {title}"] = hits(suspects & of, set(planted["mislabelled"]) & of)
        spoken = {pair for pair in pairs if pair <= of}
        found[f"near-duplicates, {title}"] = hits({g for g in groups_of(material) if g <= of}, spoken)
    return found


def flipped(material: Material) -> dict[str, float]:
    """Return how many labels turned at random are suspected, as a mean over seeds."""
    problem, n_classes = material.problem, len(material.problem.classes)
    found = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        turned = rng.permutation(len(problem.labels))[: round(FLIPPED * len(problem.labels))]
        labels = problem.labels.copy()
        labels[turned] = (labels[turned] + rng.integers(1, n_classes, len(turned))) % n_classes
        opinions = held_out_opinions(problem.inputs, labels, material.copies, n_classes)
        found.append(hits(set(suspected_labels(opinions.together, labels).rows.tolist()), set(turned.tolist())))
    return {name: sum(f[name] for f in found) / len(found) for name in found[0]}


def grouping() -> dict[str, Any]:
    """Return the head's figures on folds by words and equal photos alone, and with photos that look alike."""
    case = CASES["flipkart top, specs"]
    with tempfile.TemporaryDirectory() as name:
        path = write_catalogue(case, Path(name))
        config = FitConfig(catalogue=path, text=case.text, image_root=DATA / case.catalogue)
        material = gather(config, SilentProgress())
    problem = material.problem
    before = near_duplicate_groups(problem.inputs.joined_text(), material.photo_digests)
    told: dict[str, Any] = {}
    for title, groups in (("without photos that look alike", before), ("with them", material.copies)):
        sizes = np.bincount(groups)
        told[title] = {"groups": int((sizes > 1).sum()), "rows": int(sizes[sizes > 1].sum())}
        told[title] |= _mean([_judged(replace(problem, groups=groups), groups, seed) for seed in SEEDS])
    return told


def _judged(problem: Any, groups: NDArray[np.int64], seed: int) -> dict[str, float]:  # noqa: ANN401 - a Problem
    fold = stratified_group_folds(problem.labels, groups, 5, seed, problem.inputs.ids)
    scores = cross_validate(replace(problem, fold=fold), random_state=seed, threads=2)
    return figures(problem, scores.ranked[:, 0])


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}


def main() -> None:
    """Measure everything and write it down."""
    results: dict[str, Any] = {"demo": demo()}
    print(json.dumps(results["demo"], indent=1), flush=True)
    material = gather(FitConfig(catalogue=DATA / "flipkart1050" / "products.csv"), SilentProgress())
    started, busy = time.perf_counter(), time.process_time()
    quality = find_faults(material)
    results["seconds"] = {"wall": time.perf_counter() - started, "processor": time.process_time() - busy}
    results["flipkart"] = {f.kind: {"severity": f.severity, "count": f.count} for f in quality.findings}
    results["photo groups"] = of_kind(quality, "photo_same").values["groups"]
    with threadpool_limits(1):
        results["flipped labels"] = flipped(material)
    print(json.dumps(results, indent=1), flush=True)
    results["grouping"] = grouping()
    print(json.dumps(results["grouping"], indent=1), flush=True)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
