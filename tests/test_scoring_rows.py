"""A threshold with a guarantee, from what the bundle keeps of its tested products."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bundle_factory import CREATED, contents, product_rows, stand_in, write_catalogue
from prodcls import scoring_rows
from prodcls.bundle import load_bundle, save_bundle
from prodcls.decisions import Logging
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import InputError
from prodcls.head import EvidenceHead
from prodcls.new_products import Reading
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, PredictOutcome, open_new, predict_catalogue
from prodcls.scoring_rows import Scorer, point_within
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


def test_the_size_of_a_piece_and_what_goes_on_beside_it_move_no_bit_of_a_product_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted = load_bundle(bundle(tmp_path / "bundle", None))
    path = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path))
    batch = next(open_new(path, fitted, Reading()).parts)
    inputs = stand_in(batch)

    def scored(rows: int, cells: int, threads: int) -> tuple[pa.Table, list[dict[str, Any]]]:
        monkeypatch.setattr(scoring_rows, "PIECE_ROWS", rows)
        monkeypatch.setattr(scoring_rows, "PIECE_CELLS", cells)
        logging = Logging(b"key", fitted.digest, 1)
        scorer = Scorer(fitted, EmbeddingStore(tmp_path), 2, logging=logging, threads=threads)
        table = scorer.score_inputs(batch, inputs, apart=True)
        return table, [{**json.loads(body), "time": ""} for body in scorer.bodies]

    whole = scored(10_000, 10**9, 1)
    assert len(whole[1]) == len(batch)
    assert scored(7, 10**9, 3) == whole
    assert scored(10_000, 1, 2) == whole  # so many classes that they are scored one by one


def test_many_classes_are_scored_in_small_pieces(tmp_path: Path) -> None:
    fitted = load_bundle(bundle(tmp_path / "bundle", None))
    scorer = Scorer(fitted, EmbeddingStore(tmp_path), 1)
    assert scorer.piece == scoring_rows.PIECE_ROWS
    names = tuple(f"class {i}" for i in range(100_000))
    scorer.fitted = replace(fitted, model=replace(fitted.model, classes=names))
    del scorer.piece
    assert isinstance(fitted.model.head, EvidenceHead)
    assert scorer.piece == scoring_rows.PIECE_CELLS // (100_000 * len(fitted.model.head.evidence.channels)) >= 1
