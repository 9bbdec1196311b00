"""What the views over the whole catalogue must show, and how exact and how repeatable accounts are.

Run from the checkout: ``python benchmarks/global_views.py [--products 20] [--without threads]``. Writes
``benchmarks/results/global_views.json`` and prints it as a Markdown table.

- *leak*: the demo catalogue has a sentence planted in one class; its rank among the words of that class.
- *random prices*: Flipkart's prices are replaced by random ones; the share of the price in the accounts, which is the
  size of its part over the sizes of the parts of all blocks, mean over products, out of fold.
- *residual*: the parts of an account less the served margin, largest size over products and classes, out of fold.
- *threads*: the text of ``prodcls why --json`` in processes of their own.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from accuracy import CASES, DATA, write_catalogue
from numpy.typing import NDArray
from tables import view_lines
from threadpoolctl import threadpool_limits

from prodcls.candidates import best_classes
from prodcls.config import FitConfig
from prodcls.demo import write_demo
from prodcls.encoders import image_encoder, text_encoder
from prodcls.evaluation import cross_validate
from prodcls.explain.account import explain_evidence, explain_rest
from prodcls.explain.chain import explain_many
from prodcls.explain.phrases import mine_phrases
from prodcls.explain.subject import Split, Subject
from prodcls.folding import folded
from prodcls.gathering import Material, gather
from prodcls.head import EvidenceHead
from prodcls.images import load_photo
from prodcls.inspection import look_for, plan_views
from prodcls.model import Model, fit_model
from prodcls.preparation import IMAGE_BLOCK
from prodcls.progress import SilentProgress
from prodcls.reporting_accounts import Accounts, gather_accounts
from prodcls.reporting_views import global_views

RESULTS = Path(__file__).resolve().parent / "results" / "global_views.json"
CASE = CASES["flipkart second level, specs"]
PRICE_SEEDS = (0, 1, 2)
RUNS = 5
T = TypeVar("T")


def there(value: T | None) -> T:
    """Return what the evidence head always has."""
    if value is None:
        raise RuntimeError("the flat head has no views and no accounts")
    return value


def leak() -> dict[str, Any]:
    """Return the rank of the planted sentence in its class, and what is called a possible leak."""
    with tempfile.TemporaryDirectory() as name:
        path = write_demo(Path(name))
        planted = json.loads((path.parent / "planted.json").read_text())
        material = gather(FitConfig(catalogue=path), SilentProgress())
        scores = cross_validate(material.problem, threads=2, look=look_for(material, plan_views(material.problem), 0))
        phrases = mine_phrases(material.problem.inputs.texts, material.copies)
        views = there(global_views(material, scores, gather_accounts(scores), phrases))
    words = next(c for c in views.classes if c.name == planted["leak_class"]).words_for
    ranks = {
        sentence: next((i for i, w in enumerate(words, start=1) if folded(w.text) in folded(sentence)), None)
        for sentence in planted["leak_sentences"]
    }
    flagged = [w.text for c in views.classes for w in c.words_for if w.leak]
    return {"class": planted["leak_class"], "ranks": ranks, "flagged": flagged, "products": views.products}


def load(folder: Path, seed: int | None = None) -> Material:
    """Return the catalogue; with random prices when there is a seed."""
    path = write_catalogue(CASE, folder)
    if seed is not None:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        prices = np.random.default_rng(seed).lognormal(6.5, 1.0, len(rows))
        for row, price in zip(rows, prices, strict=True):
            row["price"] = f"{price:.0f}"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    config = FitConfig(catalogue=path, text=CASE.text, image_root=DATA / CASE.catalogue)
    return gather(config, SilentProgress())


def price_share(accounts: Accounts, columns: tuple[str, ...]) -> float:
    """Return the mean share of numeric columns in the accounts, block by block."""
    blocks = list(dict.fromkeys(c.block for c in accounts.channels))
    parts = np.zeros((len(accounts.margin), len(blocks)))
    for i, channel in enumerate(accounts.channels):
        parts[:, blocks.index(channel.block)] += accounts.shares[:, i]
    size = np.abs(parts)
    mine = size[:, [b in columns for b in blocks]].sum(axis=1)
    return float((mine / np.maximum(size.sum(axis=1), 1e-12)).mean())


def random_prices() -> dict[str, Any]:
    """Return the share of the price, for the real one and for random ones."""
    found: dict[str, Any] = {}
    for seed in (None, *PRICE_SEEDS):
        with tempfile.TemporaryDirectory() as folder:
            material = load(Path(folder), seed)
        accounts = there(gather_accounts(cross_validate(material.problem, threads=2)))
        share = price_share(accounts, tuple(material.problem.inputs.numeric))
        found["real" if seed is None else f"random, seed {seed}"] = share
    return found


@dataclass(frozen=True)
class Fold:
    """A model and the products that it has not seen."""

    model: Model
    head: EvidenceHead
    test: NDArray[np.intp]


def folds(material: Material) -> Iterator[Fold]:
    """Yield the model of each fold."""
    problem = material.problem
    for k in np.unique(problem.fold[problem.fold >= 0]):
        train, test = np.flatnonzero(problem.fold != k), np.flatnonzero(problem.fold == k)
        with threadpool_limits(1):
            model = fit_model(
                problem.inputs.take(train), problem.labels[train], problem.groups[train], problem.classes
            ).model
        if isinstance(model.head, EvidenceHead):
            yield Fold(model, model.head, test)


def evidence_residuals(material: Material, fold: Fold) -> tuple[float, int]:
    """Return the largest residual of named evidence, each product against every class and the rest, and the count."""
    inputs = material.problem.inputs.take(fold.test)
    margins = fold.head.margins(inputs)
    a = best_classes(margins.total, 1)[:, 0]
    rivals = [np.full(len(a), k) for k in range(len(material.problem.classes))]
    found = [explain_evidence(fold.head, margins, a, b).residual for b in rivals]
    found.append(explain_rest(fold.head, margins, a).residual)
    return float(np.abs(found).max()), sum(len(x) for x in found) - len(a)  # the class itself is no rival


def subject(material: Material, row: int) -> Subject:
    """Return a product with its vectors taken apart."""
    recipe, inputs = material.recipe, material.problem.inputs.take(np.array([row]))
    texts = tuple(text_encoder(name, recipe.runtime) for name in recipe.text_encoders)
    splits = {
        name: Split(texts, tuple(e.encode_parts([cells[0]])[0] for e in texts))
        for name, cells in inputs.texts.items()
        if cells[0].strip()
    }
    catalogue, at = material.place(row)
    photo = None if catalogue.photos is None else catalogue.photos[at]
    if not recipe.image_encoders or photo is None:
        return Subject(inputs, splits)
    encoders = tuple(image_encoder(name, recipe.runtime) for name in recipe.image_encoders)
    splits[IMAGE_BLOCK] = Split(encoders, tuple(e.encode_parts([photo])[0] for e in encoders))
    height, width = load_photo(photo).shape[:2]
    return Subject(inputs, splits, (width, height))


def chain_residuals(material: Material, fold: Fold, count: int) -> tuple[float, int]:
    """Return the largest residual in words, regions and columns over ``count`` products against every class."""
    largest, accounts = 0.0, 0
    for row in np.random.default_rng(0).permutation(fold.test)[:count]:
        product = subject(material, int(row))
        top = int(best_classes(fold.head.margins(product.inputs).total, 1)[0, 0])
        names = fold.model.classes
        pairs = [(names[top], name) for i, name in enumerate(names) if i != top]
        for found in explain_many(fold.model, product, [*pairs, (names[top], "rest")]):
            largest = max(largest, abs(there(found.certificate).residual))
            accounts += 1
    return largest, accounts


def residuals(products: int) -> dict[str, Any]:
    """Return the largest residuals over products and classes."""
    with tempfile.TemporaryDirectory() as folder:
        material = load(Path(folder))
    evidence, chain = [], []
    for fold in folds(material):
        evidence.append(evidence_residuals(material, fold))
        chain.append(chain_residuals(material, fold, -(-products // 5)))
    return {
        "evidence": {"largest": max(r for r, _ in evidence), "accounts": sum(n for _, n in evidence)},
        "chain": {"largest": max(r for r, _ in chain), "accounts": sum(n for _, n in chain)},
    }


def threads() -> dict[str, Any]:
    """Return how many different texts ``why --json`` prints for one product of one bundle."""
    found: dict[str, Any] = {"runs": 0, "different": 0}
    with tempfile.TemporaryDirectory() as name:
        path = write_catalogue(CASE, Path(name))
        root = str(DATA / CASE.catalogue)
        fit = [sys.executable, "-m", "prodcls.fit", str(path), "--out", name, "--image-root", root]
        subprocess.run([*fit, "--text", ",".join(CASE.text or ()), "--no-baselines"], check=True, capture_output=True)
        with path.open(encoding="utf-8", newline="") as file:
            product = next(csv.DictReader(file))["id"]
        said = set()
        for count in (1, 2):
            for _ in range(RUNS):
                why = [sys.executable, "-m", "prodcls.why", str(Path(name) / "bundle"), product, "--json"]
                environment = {**os.environ, "OMP_NUM_THREADS": str(count)}
                run = subprocess.run([*why, "--image-root", root], check=True, capture_output=True, env=environment)
                said.add(hashlib.sha256(run.stdout).hexdigest())
                found["runs"] += 1
    return {**found, "different": len(said)}


def main() -> None:
    """Measure, write the results, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=20, help="products explained in words against every class")
    parser.add_argument("--without", nargs="*", default=[], choices=["leak", "prices", "residual", "threads"])
    options = parser.parse_args()
    parts = {
        "leak": ("leak", leak),
        "prices": ("random prices", random_prices),
        "residual": ("residual", lambda: residuals(options.products)),
        "threads": ("threads", threads),
    }
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name, (title, measure) in parts.items():
        if name not in options.without:
            results[title] = measure()
            print(title, results[title], file=sys.stderr, flush=True)
            RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    print("\n".join(view_lines(results)))


if __name__ == "__main__":
    main()
