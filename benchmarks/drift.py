"""How often ``prodcls drift`` raises an alarm where nothing has changed, and where something has.

Run from the checkout: ``python benchmarks/drift.py [halves] [classes] [titles] [demo]``; all by default. Writes
``benchmarks/results/drift.json``; what is not measured again keeps its figures, and draws that are there are not drawn
again. A draw fits a model on a random half of
a catalogue, judges it on that half out of fold as a fit does, and holds the other half against it.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from accuracy import CASES, DATA, write_catalogue
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_drift import DriftReport
from prodcls.bundle import Bundle
from prodcls.bundle_products import Judgements, Products, known_columns
from prodcls.calibration import softmax
from prodcls.catalogue import Catalogue
from prodcls.config import FitConfig
from prodcls.conformal import fit_sets, held_out_sets
from prodcls.demo import write_demo
from prodcls.drifting import drift_report, find_drift
from prodcls.evaluation import cross_validate
from prodcls.gathering import Material, gather
from prodcls.inputs import Inputs
from prodcls.model import fit_model
from prodcls.preparation import prepare
from prodcls.progress import SilentProgress
from prodcls.quality.scripts import main_scripts
from prodcls.splits import stratified_group_folds
from prodcls.training import fit_catalogue

RESULTS = Path(__file__).resolve().parent / "results" / "drift.json"
DRAWS = 100
CHANGED = 25
"""Draws in which something is changed."""
GONE = 5
"""Draws for each second-level class that is removed."""
LARGE = 20
"""Products from which on a second-level class is removed."""
FACTORS = (1.1, 1.2, 1.3)
SHARES = (0.05, 0.1, 0.2, 1.0)
COVERAGE = 0.9


@dataclass(frozen=True)
class Half:
    """A model of one half, and both halves."""

    fitted: Bundle
    before: Inputs
    first: NDArray[np.intp]
    second: NDArray[np.intp]


def material_of(case: str) -> Material:
    """Read and embed a catalogue of `accuracy.CASES`."""
    with tempfile.TemporaryDirectory() as name:
        path = write_catalogue(CASES[case], Path(name))
        options = FitConfig(catalogue=path, text=CASES[case].text, image_root=DATA / CASES[case].catalogue)
        return gather(options, SilentProgress())


def fit_half(material: Material, draw: int) -> Half:
    """Fit a random half as `prodcls.training` fits a catalogue."""
    problem, n = material.problem, len(material.problem.labels)
    order = np.random.default_rng(draw).permutation(n)
    first, second = np.sort(order[: n // 2]), np.sort(order[n // 2 :])
    inputs, groups = problem.inputs.take(first), problem.groups[first]
    present = np.unique(problem.labels[first])
    classes = tuple(problem.classes[k] for k in present)
    labels = np.searchsorted(present, problem.labels[first]).astype(np.int64)
    fold = stratified_group_folds(labels, groups, 5, draw, inputs.ids)
    part = replace(problem, inputs=inputs, labels=labels, groups=groups, fold=fold, classes=classes)
    scores = cross_validate(part, random_state=draw, threads=2)
    stated = softmax(scores.margins, scores.temperature)
    settled = held_out_sets(stated, labels, groups, COVERAGE).sum(axis=1) == 1
    judged = Judgements(tuple(classes[k] for k in stated.argmax(axis=1)), stated.max(axis=1), {}, settled)
    with threadpool_limits(1):
        model = fit_model(inputs, labels, groups, classes, random_state=draw, threads=2).model
    products = Products(
        ids=inputs.ids,
        labels=tuple(classes[k] for k in labels),
        rows=material.catalogue.rows[first],
        texts=inputs.texts,
        categorical=inputs.categorical,
        numeric=inputs.numeric,
        photos=(None,) * len(first),
        present={name: e.present for name, e in inputs.dense.items()},
        judged=judged,
    )
    fitted = SimpleNamespace(
        model=model,
        products=products,
        known=known_columns(inputs),
        sets=fit_sets(stated, labels, groups, COVERAGE),
        digest="",
        source=material.catalogue.source,
    )
    return Half(cast("Bundle", fitted), inputs, first, second)


def compared(
    half: Half, material: Material, rows: NDArray[np.intp], inputs: Inputs | None = None, *, labelled: bool = False
) -> DriftReport:
    """Hold products against the half; ``inputs`` take the place of their own."""
    after = material.problem.inputs.take(rows) if inputs is None else inputs
    names = tuple(material.problem.classes[k] for k in material.problem.labels[rows]) if labelled else None
    return drift_report(half.fitted, half.before, after, material.catalogue.take(rows), names)


def alarms(report: DriftReport) -> list[str]:
    """Return the lines with an alarm."""
    return [f"{line.kind} {line.name}".strip() for line in report.drift.lines if line.alarm]


def count(found: dict[str, Any], kind: str, report: DriftReport) -> None:
    """Count a draw: whether there was any alarm, and in which lines."""
    lines = alarms(report)
    told = found.setdefault(kind, {"draws": 0, "alarm": 0, "lines": {}})
    told["draws"] += 1
    told["alarm"] += bool(lines)
    for line in lines:
        told["lines"][line] = told["lines"].get(line, 0) + 1


def earlier(part: str, kind: str) -> tuple[dict[str, Any], int]:
    """Return what a run that was cut off has counted, and the draws that it has done."""
    found = json.loads(RESULTS.read_text(encoding="utf-8")).get(part, {}) if RESULTS.exists() else {}
    return found, found.get(kind, {"draws": 0})["draws"]


def dearer(inputs: Inputs, factor: float) -> Inputs:
    """Return the products with all prices multiplied."""
    return replace(inputs, numeric={name: values * factor for name, values in inputs.numeric.items()})


def halves() -> None:
    """Count alarms of random halves, of dearer products, and of halves without one of the classes."""
    material = material_of("flipkart top, specs")
    labels, classes = material.problem.labels, material.problem.classes
    found, done = earlier("halves", "same")
    for draw in range(done, DRAWS):
        half = fit_half(material, draw)
        count(found, "same, labelled", compared(half, material, half.second, labelled=True))
        count(found, "same", compared(half, material, half.second))
        if draw < CHANGED:
            new = material.problem.inputs.take(half.second)
            for factor in FACTORS:
                report = compared(half, material, half.second, dearer(new, factor), labelled=True)
                count(found, f"prices x {factor}", report)
            for k, name in enumerate(classes):
                kept = half.second[labels[half.second] != k]
                for told in ("", ", labelled"):
                    count(found, f"without {name}{told}", compared(half, material, kept, labelled=bool(told)))
        write("halves", found)


def classes() -> None:
    """Count alarms of halves without one of the larger second-level classes."""
    material = material_of("flipkart second level, specs")
    labels, names = material.problem.labels, material.problem.classes
    sizes = np.bincount(labels)
    found: dict[str, Any] = {}
    for draw in range(GONE):
        half = fit_half(material, draw)
        for k in np.flatnonzero(sizes >= LARGE):
            kept = half.second[labels[half.second] != k]
            count(found, f"{names[k]} ({sizes[k]})", compared(half, material, kept, labelled=True))
        write("second level", found)


def titles() -> None:
    """Count alarms of halves of which some titles are Chinese ones."""
    material = material_of("flipkart top, specs")
    with (DATA / "zh_yanxuan" / "products.csv").open(encoding="utf-8", newline="") as file:
        chinese = [row["title"] for row in csv.DictReader(file)]
    found, done = earlier("titles", f"{SHARES[-1]:.0%} of the titles")
    for draw in range(done, CHANGED):
        half = fit_half(material, draw)
        rng = np.random.default_rng(draw)
        for share in SHARES:
            new = _translated(material, half.second, chinese, share, rng)
            count(found, f"{share:.0%} of the titles", compared(half, material, half.second, new, labelled=True))
        write("titles", found)


def _translated(
    material: Material, rows: NDArray[np.intp], chinese: list[str], share: float, rng: np.random.Generator
) -> Inputs:
    part: Catalogue = material.catalogue.take(rows)
    cells = list(part.texts["title"])
    for i in rng.permutation(len(cells))[: round(share * len(cells))]:
        cells[i] = chinese[int(rng.integers(len(chinese)))]
    part = replace(part, texts=part.texts | {"title": tuple(cells)})
    return prepare(part, material.recipe, material.store, SilentProgress(), threads=2)


def demo() -> None:
    """Fit the English products of the demo catalogue and hold the Chinese ones against them, by the command's flow."""
    with tempfile.TemporaryDirectory() as name:
        path = write_demo(Path(name))
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        scripts = main_scripts([row["title"] for row in rows])
        halves = {script: [r for r, s in zip(rows, scripts, strict=True) if s == script] for script in ("latin", "cjk")}
        english = halves["latin"]
        order = np.random.default_rng(0).permutation(len(english))
        parts = {"old": [english[i] for i in order[::2]], "new": [english[i] for i in order[1::2]], "zh": halves["cjk"]}
        for part, chosen in parts.items():
            with (path.parent / f"{part}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(chosen)
        fit_catalogue(
            FitConfig(catalogue=path.parent / "old.csv", out=path.parent / "out", witnesses=0, robustness=0),
            SilentProgress(),
        )
        bundle = path.parent / "out" / "bundle"
        found = {
            title: alarms(find_drift(bundle, path.parent / f"{part}.csv", SilentProgress()))
            for title, part in (("English products", "new"), ("Chinese products", "zh"), ("the same file", "old"))
        }
    write("demo", found)


def write(part: str, found: dict[str, Any]) -> None:
    """Write what has been measured so far, and keep what was measured before."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(kept | {part: found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(part, {kind: told for kind, told in found.items() if kind in ("same", "same, labelled")}, flush=True)


PARTS: dict[str, Callable[[], None]] = {
    "halves": halves,
    "classes": classes,
    "titles": titles,
    "demo": demo,
}


def main() -> None:
    """Measure what was asked for."""
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
