"""A threshold with a guarantee, from what the bundle keeps of its tested products."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bundle_factory import CREATED, contents, product_rows, stand_in, write_catalogue
from prodcls import scoring_rows
from prodcls.bundle import load_bundle, save_bundle
from prodcls.errors import InputError
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, PredictOutcome, predict_catalogue
from prodcls.scoring_rows import point_within
from prodcls.selective import Automation


def bundle(folder: Path, automation: Automation | None) -> Path:
    save_bundle(folder, replace(contents(), automation=automation), created=CREATED)
    return folder


def ladder(n: int, wrong: int) -> Automation:
    """Return n tested products of which the least certain ones are wrong."""
    return Automation(n + 10, np.linspace(1, 0, n), np.arange(n) < n - wrong, np.arange(n) % 2 > 0)


def run(folder: Path, tmp_path: Path, max_error: float) -> PredictOutcome:
    path = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path))
    options = PredictOptions(max_error=max_error)
    return predict_catalogue(folder, path, tmp_path / "s.parquet", options, progress=SilentProgress())


def test_the_less_certain_are_up_for_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_rows, "prepare", stand_in)
    folder = bundle(tmp_path / "bundle", ladder(1000, 600))
    point = point_within(load_bundle(folder), 0.05)
    assert 0.55 < point.threshold < 0.65
    outcome = run(folder, tmp_path, 0.05)
    rows = pq.read_table(tmp_path / "s.parquet").to_pylist()
    less = [row["probability"] < point.threshold for row in rows]
    assert [row["review"] for row in rows] == less
    assert [row["reasons"] for row in rows] == [["not-sure-enough"] if b else [] for b in less]
    told = "\n".join(outcome.summary_lines)
    assert f"{90 - sum(less)} of 90 rows" in told
    assert "at most 5.00% of such are wrong, with 95% confidence" in told


@pytest.mark.parametrize(
    ("automation", "why"),
    [
        (None, "keeps no tested products: fit it again"),
        (ladder(200, 0), "it takes 299 tested products without an error to show that, and there are 200: allow"),
        (replace(ladder(400, 0), right=np.arange(400) % 2 > 0), "hold more errors: allow"),
    ],
)
def test_what_cannot_be_shown_is_refused(automation: Automation | None, why: str, tmp_path: Path) -> None:
    folder = bundle(tmp_path / "bundle", automation)
    with pytest.raises(InputError, match=re.escape(why)) as caught:
        run(folder, tmp_path, 0.01)
    assert caught.value.code == "max-error-unproven"
    assert not (tmp_path / "s.parquet").exists()
