"""Another file than the one trained on: brands never seen, columns renamed, missing, in another order, or added.

Without care a model reads the wrong column, or fills in what it does not know, and nobody notices. Each difference must
be printed, by ``predict`` and by ``drift``, or the file refused with the column named; what makes no difference, the
order of the columns, must change no score. Counted are differences that were there and were not told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from attacks import rounds
from bundle_factory import COLUMNS, product_rows, saved, stand_in, write_catalogue
from prodcls import drifting, scoring_rows
from prodcls.card_drift import drift_lines
from prodcls.drifting import find_drift
from prodcls.errors import SchemaError
from prodcls.language import load_language
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue

SAMPLE, FULL = 16, 1000
USED = ("title", "price", "brand", "image")
EN = load_language("en")


@dataclass
class Attack:
    """A file, and what was done to it.

    Attributes
    ----------
    rows : list of dict
    columns : list of str
        In the file's order.
    told : list of str
        What must be printed.
    refused : str
        Column that must be named in the refusal; empty where the file is to be taken.
    """

    rows: list[dict[str, Any]]
    columns: list[str]
    told: list[str] = field(default_factory=list)
    refused: str = ""


def attack(folder: Path, seed: int) -> Attack:
    """Return the training catalogue with one to five things done to it."""
    rng = np.random.default_rng(seed)
    found = Attack(product_rows(folder), list(COLUMNS))
    done = [bool(rng.integers(2)) for _ in range(3)]
    if done[0]:
        brand = f"Maker {rng.integers(1000)}"
        for i in rng.permutation(len(found.rows))[: rng.integers(1, 60)]:
            found.rows[int(i)]["brand"] = brand
        found.told.append(brand)
    if done[1]:
        name = ("colour", "weight", "titles", "Title", "品牌", "price2")[int(rng.integers(6))]
        found.columns.append(name)
        found.rows = [{**row, name: "x"} for row in found.rows]
        found.told.append(name)
    if done[2] or not any(done):
        found.columns = [found.columns[int(i)] for i in rng.permutation(len(found.columns))]
    kind = rng.integers(4)
    if kind < 2:
        column = USED[int(rng.integers(4))]
        place = found.columns.index(column)
        if kind:
            found.columns[place] = f"{column}_old"
            found.rows = [{**row, f"{column}_old": row[column]} for row in found.rows]
        else:
            del found.columns[place]
        found.refused = column
    return found


@pytest.fixture(autouse=True)
def _encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_rows, "prepare", stand_in)
    monkeypatch.setattr(drifting, "prepare", stand_in)


def test_no_difference_of_the_columns_is_silent(tmp_path: Path) -> None:
    bundle = saved(tmp_path / "bundle")
    out = tmp_path / "scored.parquet"

    def predicted(path: Path) -> str:
        outcome = predict_catalogue(bundle, path, out, PredictOptions(batch_size=1000), progress=SilentProgress())
        return "\n".join(outcome.summary_lines)

    def drifted(path: Path) -> str:
        return "\n".join(line.plain for line in drift_lines(find_drift(bundle, path, SilentProgress()), EN))

    predicted(write_catalogue(tmp_path / "plain.csv", product_rows(tmp_path)))
    plain = pq.read_table(out)
    count, silent = {"told": 0, "refused": 0, "same": 0}, []
    for seed in range(rounds(SAMPLE, FULL)):
        one = attack(tmp_path, seed)
        path = write_catalogue(tmp_path / "new.csv", one.rows, one.columns)
        for command in (predicted, drifted):
            try:
                said = command(path)
            except SchemaError as error:
                right = error.code == "columns-differ" and one.refused in str(error)
                count["refused"] += 1
            else:
                right = not one.refused and all(words in said for words in one.told)
                count["told"] += bool(one.told)
                if command is predicted and not any("Maker" in words for words in one.told):
                    right &= pq.read_table(out).equals(plain)
                    count["same"] += 1
            if not right:
                silent.append((seed, command.__name__, one.told, one.refused))
    assert silent == []
    assert min(count.values()) > 0, count
