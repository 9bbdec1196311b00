"""What cleaning changes in real catalogues, what it does to accuracy, and what each step costs.

Run from the checkout: ``python benchmarks/cleaning.py``. The figures go to ``benchmarks/results/cleaning.json``;
``python benchmarks/tables.py`` makes the table of ``RESULTS.md`` from it.
"""

from __future__ import annotations

import csv
import html
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from accuracy import CASES, DATA, figures, write_catalogue
from threadpoolctl import threadpool_limits

from prodcls.catalogue import Catalogue
from prodcls.cleaning import STEPS, clean_cells, counted
from prodcls.config import FitConfig
from prodcls.evaluation import cross_validate
from prodcls.gathering import Material, gather
from prodcls.intake import read_catalogue
from prodcls.progress import SilentProgress
from prodcls.schema import ColumnOptions
from prodcls.splits import stratified_group_folds

RESULTS = Path(__file__).resolve().parent / "results" / "cleaning.json"
DAMAGED = "flipkart second level, default columns, texts damaged"
JUDGED = ("flipkart second level, default columns", "flipkart second level, specs", "zh_yanxuan")
HARMS = ("<b>{}</b>", "{}<br/>", '<span style="color:red">{}</span>', "&nbsp;{}", "\u200b{}")
SEEDS = (0, 1, 2)
TIMED = 20_000
"""Texts timed, repeated from those of the column."""


def damage(path: Path) -> None:
    """Damage the texts of a catalogue in place, each of them by some of what shops do to them."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rng = np.random.default_rng(5)
    for row in rows:
        for column in ("title", "description"):
            words = html.escape(row[column]).split(" ")
            for _ in range(len(words) // 3):
                at = int(rng.integers(len(words)))
                words[at] = rng.choice(
                    ("<b>{}</b>", "{}<br/>", '<span style="color:red">{}</span>', "&nbsp;{}", "\u200b{}")
                )
                words[at] = words[at].format(row[column].split(" ")[at])
            row[column] = f'<div class="text"><p>{" ".join(words)}</p></div>'
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def accuracy(name: str) -> dict[str, Any]:
    """Return accuracy and macro-F1 with and without cleaning, as means over seeds on the same folds."""
    case = CASES[JUDGED[0] if name == DAMAGED else name]
    with tempfile.TemporaryDirectory() as folder:
        path = write_catalogue(case, Path(folder))
        if name == DAMAGED:
            damage(path)
        config = FitConfig(catalogue=path, text=case.text, image_root=DATA / case.catalogue)
        materials = {wanted: gather(replace(config, clean=wanted), SilentProgress()) for wanted in (False, True)}
    of_both = materials[True].problem
    told: dict[str, Any] = {"rows": len(of_both.labels)} | _changed(materials[True].catalogue)
    right: dict[bool, list[Any]] = {}
    for wanted, material in materials.items():
        rows = [_judged(material, materials[True], seed) for seed in SEEDS]
        right[wanted] = [hits for _, hits in rows]
        told["cleaned" if wanted else "as it stands"] = {
            figure: sum(found[figure] for found, _ in rows) / len(rows) for figure in ("accuracy", "macro_f1")
        }
    pairs = list(zip(right[True], right[False], strict=True))
    told["only right cleaned"] = sum(int((a & ~b).sum()) for a, b in pairs)
    told["only right as it stands"] = sum(int((b & ~a).sum()) for a, b in pairs)
    return told


def _judged(material: Material, folds_of: Material, seed: int) -> tuple[dict[str, float], Any]:
    groups = folds_of.problem.groups
    problem = replace(material.problem, groups=groups)
    fold = stratified_group_folds(problem.labels, groups, 5, seed, problem.inputs.ids)
    scores = cross_validate(replace(problem, fold=fold), random_state=seed, threads=2)
    return figures(problem, scores.ranked[:, 0]), scores.ranked[:, 0] == problem.labels[scores.rows]


def _changed(catalogue: Catalogue) -> dict[str, Any]:
    """Return how many texts were changed, and by which steps."""
    cleaned = catalogue.cleaned or {}
    return {
        "texts": sum(map(len, catalogue.texts.values())),
        "changed": sum(map(len, cleaned.values())),
        "steps": {step: sum(by.values()) for step, by in counted(cleaned).items()},
    }


def speed(cells: Sequence[str]) -> dict[str, float]:
    """Return texts a second of one thread: of each step alone, and of all of them as a catalogue is read."""
    some = [cells[i % len(cells)] for i in range(TIMED)]
    told = {step: TIMED / _seconds(lambda do=do: [do(text) for text in some]) for step, do in STEPS.items()}
    told["all"] = TIMED / _seconds(lambda: clean_cells(some))
    return told | {"characters": sum(map(len, some)) / TIMED}


def _seconds(run: Callable[[], object]) -> float:
    """Return the processor seconds of the fastest of three runs."""
    took = []
    for _ in range(3):
        started = time.process_time()
        run()
        took.append(time.process_time() - started)
    return min(took)


def texts() -> dict[str, Sequence[str]]:
    """Return the texts that are timed, by what they are."""

    def column(catalogue: str, name: str, **options: Any) -> tuple[str, ...]:  # noqa: ANN401 - options of the reader
        path = DATA / catalogue / "products.csv"
        return read_catalogue(path, ColumnOptions(text=(name,), image=""), need_labels=False, **options).texts[name]

    ascii_titles = [t for t in column("amazon_in11k", "title") if t.isascii()]
    marked = [f"<p>{t}</p><br/>&nbsp;<b>Rs.&#8377;</b>" for t in column("flipkart1050", "title")]
    return {
        "clean ASCII titles": ascii_titles,
        "titles of amazon_in11k as they stand": column("amazon_in11k", "title", clean=False),
        "titles of zh_yanxuan as they stand": column("zh_yanxuan", "title", clean=False),
        "descriptions of flipkart1050 as they stand": column("flipkart1050", "description", clean=False),
        "titles of flipkart1050 in HTML": marked,
    }


def main() -> None:
    """Measure everything and write it down."""
    results: dict[str, Any] = {"speed": {name: speed(cells) for name, cells in texts().items()}}
    print(json.dumps(results, indent=1), flush=True)
    results["accuracy"] = {}
    for name in (*JUDGED, DAMAGED):
        with threadpool_limits(1):
            results["accuracy"][name] = accuracy(name)
        print(name, json.dumps(results["accuracy"][name], indent=1), flush=True)
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
