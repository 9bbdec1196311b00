"""Poisoned labels and copies across the split: scores that look better, or worse, than the model is (ATTACKS row 27).

One per cent of the labels of a catalogue is turned and one per cent of its products is planted again with a word
changed. What is found of both is stated, and no group of copies lies on two sides of any fold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from attacks import rounds
from prodcls.config import FitConfig
from prodcls.gathering import Material, gather
from prodcls.progress import SilentProgress
from prodcls.reporting_quality import find_faults
from synthetic import catalogue_rows, use_fake_encoders, write_csv

CLASSES = ("Kettles", "Phones", "Towels", "Watches")


@dataclass(frozen=True)
class Poisoned:
    """A catalogue with planted faults, and what was found in it."""

    turned: set[str]
    copied: dict[str, str]
    material: Material
    suspected: set[str]


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Poisoned:
    folder = tmp_path_factory.mktemp("poison")
    size = rounds(150, 1000)
    rows = catalogue_rows(dict.fromkeys(CLASSES, size), seed=27)
    rng = np.random.default_rng(27)
    planted = rng.choice(len(rows), size=2 * (len(rows) // 100), replace=False)
    turned, copied = set(), {}
    for i in planted[::2]:
        rows[i]["category"] = CLASSES[(CLASSES.index(rows[i]["category"]) + 1) % 4]
        turned.add(rows[i]["id"])
    for i in planted[1::2]:
        words = rows[i]["title"].split()
        words[-1] = words[-1].upper() + "!"
        copied[f"copy-{rows[i]['id']}"] = rows[i]["id"]
        rows.append({**rows[i], "id": f"copy-{rows[i]['id']}", "title": " ".join(words)})
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        path = write_csv(folder / "shop.csv", rows)
        material = gather(FitConfig(catalogue=path, cache_dir=folder / "cache"), SilentProgress())
        quality = find_faults(material)
    found = [f for f in quality.findings if f.kind == "label_error"]
    return Poisoned(turned, copied, material, {one for f in found for e in f.examples for one in e.ids})


def test_turned_labels_are_found(poisoned: Poisoned, record_property: pytest.RecordProperty) -> None:
    found = poisoned.turned & poisoned.suspected
    recall = len(found) / len(poisoned.turned)
    precision = len(found) / max(1, len(poisoned.suspected))
    record_property("recall", recall)
    record_property("precision", precision)
    assert len(poisoned.turned) == len(poisoned.material.catalogue.labels or ()) // 101
    # Of 6 turned labels 5 are found, of 40 in the full attack 30, none of them wrongly. Four of five is what the demo
    # catalogue promises; here the encoders are no encoders.
    assert recall >= 0.7, recall
    assert precision >= 0.6, precision


def test_planted_copies_share_a_group_and_no_group_is_split(poisoned: Poisoned) -> None:
    problem = poisoned.material.problem
    place = {name: i for i, name in enumerate(problem.inputs.ids)}
    together = [problem.groups[place[a]] == problem.groups[place[b]] for a, b in poisoned.copied.items()]
    assert np.mean(together) == 1.0
    folds: dict[int, set[int]] = {}
    for group, fold in zip(problem.groups.tolist(), problem.fold.tolist(), strict=True):
        folds.setdefault(group, set()).add(fold)
    assert all(len(found) == 1 for found in folds.values())
    assert poisoned.material.grouped
