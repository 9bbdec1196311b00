"""Attack 24: other threads, batch sizes, row orders, caches and surroundings, which must not move a bit.

Batches move the last bits of embeddings, threads the order of sums, a hash seed the order of sets, and shuffled rows
all of these; a model then has another digest than the one that was audited, and nobody can tell why. Each way is a fit,
or a prediction, in a process of its own with the real encoders, held against the plain one byte by byte.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from attacks import rounds
from prodcls.config import FitConfig, Head, Runtime
from prodcls.encoders import Item, image_encoder, text_encoder
from prodcls.progress import SilentProgress
from prodcls.training import FitOutcome, fit_catalogue
from sameness import (
    Fit,
    Outcome,
    Rows,
    everything_else,
    read_rows,
    run,
    shuffled,
    some,
    ways,
    write_rows,
)
from synthetic import use_fake_encoders

FULL = rounds(sample=0, full=1)
HEADS: tuple[Head, Head] = ("evidence", "flat")
CHEAP = ("--witnesses", "0", "--robustness", "0", "--dossiers", "2", "--no-baselines")


@pytest.fixture(scope="module")
def reference(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Fit, Path, Outcome]:
    """A fit of part of the demo, as plain as can be."""
    folder = tmp_path_factory.mktemp("reference")
    catalogue = write_rows(folder / "products.csv", some(read_rows(demo), rounds(sample=60, full=200)))
    fit = Fit(catalogue, demo.parent, () if FULL else CHEAP)
    return fit, folder / "out", fit.run(folder / "out")


def test_all_ways_together_come_to_the_same_bytes(reference: tuple[Fit, Path, Outcome], tmp_path: Path) -> None:
    fit, fitted, expected = reference
    assert expected.differences(everything_else(fit, fitted, tmp_path).run(tmp_path / "out")) == []


@pytest.mark.skipif(not FULL, reason="the long variant: PRODCLS_ATTACKS=full")
def test_each_way_comes_to_the_same_bytes(reference: tuple[Fit, Path, Outcome], tmp_path: Path) -> None:
    fit, fitted, expected = reference
    found = {
        name: expected.differences(other.run(tmp_path / name.replace(" ", "-")))
        for name, other in ways(fit, fitted, tmp_path / "ways").items()
    }
    assert not any(found.values()), found


@pytest.mark.skipif(not FULL, reason="the long variant: PRODCLS_ATTACKS=full")
@pytest.mark.parametrize("options", [("--head", "flat"), ("--augment", "20"), ("--path", ""), ("--runtime", "torch")])
def test_other_kinds_of_fits_come_to_the_same_bytes(
    reference: tuple[Fit, Path, Outcome], options: tuple[str, ...], tmp_path: Path
) -> None:
    fit = replace(reference[0], options=(*reference[0].options, *options))
    expected = fit.run(tmp_path / "a")
    assert expected.differences(everything_else(fit, tmp_path / "a", tmp_path / "ways").run(tmp_path / "b")) == []


@pytest.mark.skipif(not FULL, reason="the long variant: PRODCLS_ATTACKS=full")
def test_shuffled_rows_of_a_test_catalogue_change_nothing(reference: tuple[Fit, Path, Outcome], tmp_path: Path) -> None:
    fit, _, _ = reference
    rows = read_rows(fit.catalogue)
    cut = len(rows) * 3 // 4
    train = write_rows(tmp_path / "train.csv", rows[:cut])
    outcomes = []
    for name, held in (("a", rows[cut:]), ("b", shuffled(rows[cut:]))):
        test = write_rows(tmp_path / name / "test.csv", held)
        options = (*fit.options, "--test", str(test))
        outcomes.append(replace(fit, catalogue=train, options=options).run(tmp_path / name / "out"))
    assert outcomes[0].differences(outcomes[1]) == []


def test_predictions_hang_on_no_batch_order_or_thread(fitted_demo: FitOutcome, demo: Path, tmp_path: Path) -> None:
    rows = read_rows(demo)[: rounds(sample=30, full=600)]
    straight = write_rows(tmp_path / "p.csv", rows)
    mixed = write_rows(tmp_path / "mixed" / "p.csv", shuffled(rows))
    root = ("--image-root", demo.parent)
    found = []
    for i, (catalogue, size, threads) in enumerate(
        ((straight, "1000", "1"), (mixed, "7", "2"), *([(mixed, "1", "3")] if FULL else []))
    ):
        out, env = tmp_path / f"{i}.csv", {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        run("prodcls.predict", fitted_demo.bundle_path, catalogue, "-o", out, "--batch-size", size, *root, env=env)
        found.append(out.read_bytes())
    assert all(_by_id(data) == _by_id(found[0]) for data in found[1:])


def _by_id(data: bytes) -> list[dict[str, str]]:
    """Return the lines by id, without the numbers of the rows."""
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(lines) > 1
    found = sorted(({k: v for k, v in line.items() if k != "row"} for line in lines), key=lambda line: line["id"])
    assert all(a["id"] != b["id"] for a, b in pairwise(found))
    return found


ENCODERS = [
    *((name, runtime) for name in ("minilm", "use", "use-pooled", "lite0") for runtime in ("onnx", "torch")),
]


@pytest.mark.parametrize(("name", "runtime"), ENCODERS)
def test_vectors_hang_on_neither_neighbours_nor_threads(name: str, runtime: Runtime, demo: Path) -> None:
    count = rounds(sample=6, full=100)
    rows = read_rows(demo)[: 2 * count]
    photos = [demo.parent / row["image"] for row in rows if (demo.parent / row["image"]).is_file()]
    texts = [row["title"] + row["description"] for row in rows]
    items: Sequence[Item] = photos[:count] if name == "lite0" else texts[:count]
    open_encoder = image_encoder if name == "lite0" else text_encoder
    together = open_encoder(name, runtime, 1).encode(items).vectors
    before = torch.get_num_threads()
    try:
        for threads in (2, 3):
            torch.set_num_threads(threads)
            backwards = open_encoder(name, runtime, threads).encode(items[::-1]).vectors
            np.testing.assert_array_equal(backwards[::-1], together)
            alone = open_encoder(name, runtime, threads).encode(items[:1]).vectors
            np.testing.assert_array_equal(alone[0], together[0])
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("seed", range(1, rounds(sample=2, full=40)))
def test_catalogues_full_of_ties_have_no_order(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fake_encoders(monkeypatch)
    rows, head = _full_of_ties(random.Random(seed)), HEADS[seed % 2]
    mixed = shuffled(rows, seed)
    # Of different rows under one id the first keeps it, so these two stay in their order.
    places = sorted(mixed.index(row) for row in rows if row["id"] == "twice")
    for place, row in zip(places, [row for row in rows if row["id"] == "twice"], strict=True):
        mixed[place] = row
    straight = _fitted(tmp_path / "straight", rows, head)
    assert straight.differences(_fitted(tmp_path / "mixed", mixed, head)) == []
    cheaper = [{**row, "price": row["price"].replace("20", "19")} for row in rows]
    assert "digest" in straight.differences(_fitted(tmp_path / "cheaper", cheaper, head))


def _full_of_ties(rng: random.Random) -> Rows:
    """Return products that say the same, cost the same, repeat each other, and cannot all be read."""

    def product(name: str, kind: str) -> dict[str, str]:
        words = {"Kettles": ("kettle", "steel", "red"), "Phones": ("phone", "black", "red"), "Odd": ("thing", "red")}[
            kind
        ]
        return {
            "id": name,
            "title": " ".join(rng.choice(words) for _ in range(rng.randint(1, 3))),
            "brand": rng.choice(("Acme", "Bolt", "")),
            "price": rng.choice(("10", "10", "20", "from 5", "?", "")),
            "category": kind,
        }

    kinds = ["Kettles"] * rng.randint(9, 14) + ["Phones"] * rng.randint(9, 14) + ["Odd"] * rng.randint(1, 3)
    rows = [product(f"p{i}", kind) for i, kind in enumerate(kinds)]
    rows += [dict(rng.choice(rows)) for _ in range(3)]
    rows += [{**product("unlabelled", "Odd"), "category": ""}]
    return [
        *rows,
        {**product("twice", "Phones"), "title": "phone one"},
        {**product("twice", "Phones"), "title": "phone"},
    ]


def _fitted(folder: Path, rows: Rows, head: Head) -> Outcome:
    options = FitConfig(
        catalogue=write_rows(folder / "shop.csv", rows),
        out=folder / "out",
        cache_dir=folder / "cache",
        head=head,
        folds=3,
        witnesses=0,
        robustness=10,
        dossiers=4,
        baselines=False,
    )
    fit_catalogue(options, SilentProgress())
    return Outcome.of(folder / "out")
