"""Predictions by the workers of a cluster: the same bytes, whatever becomes of a worker."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from bundle_factory import product_rows, write_catalogue
from cluster_factory import address, cluster
from prodcls import scoring_kept
from prodcls.decision_log import last_entries
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import InputError
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.scoring_batches import ScoredBatch
from prodcls.scoring_kept import KeptBatches
from real_bundle import real, save_another

ROWS = 40


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    rows = product_rows(tmp_path, n=ROWS)
    rows[7]["price"] = "a lot"
    return write_catalogue(tmp_path / "new.csv", rows)


def predict(catalogue: Path, out: Path, bundle: Path | None = None, **options: Any) -> dict[str, bytes]:
    """Return the files that a prediction writes."""
    out.parent.mkdir()
    settings = PredictOptions(**{"batch_size": 8, **options})
    predict_catalogue(bundle or real().folder, catalogue, out, settings, progress=SilentProgress())
    return {path.name: path.read_bytes() for path in out.parent.iterdir() if path.suffix != ".log"}


@pytest.mark.parametrize("explain", [None, "top-words"])
def test_workers_write_the_bytes_of_this_process(explain: str | None, catalogue: Path, tmp_path: Path) -> None:
    alone = predict(catalogue, tmp_path / "alone" / "s.csv", explain=explain, log=tmp_path / "alone.log")
    spread = predict(
        catalogue, tmp_path / "spread" / "s.csv", explain=explain, log=tmp_path / "spread.log", scheduler=address()
    )
    assert sorted(alone) == ["s.csv", "s.rejections.parquet"]
    assert spread == alone
    one, other = (
        [json.loads(entry.body) for entry in last_entries(tmp_path / f"{name}.log", 99)] for name in ("alone", "spread")
    )
    assert len(one) == ROWS
    for field in ("predicted", "probability", "set", "reasons", "account"):
        assert [entry[field] for entry in one] == [entry[field] for entry in other]


def test_a_killed_worker_costs_its_batches_only(
    catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = predict(catalogue, tmp_path / "alone" / "s.csv")
    kept: list[ScoredBatch] = []
    keep = KeptBatches.keep

    def keep_and_kill(self: KeptBatches, batch: Any, made: ScoredBatch, seconds: float) -> None:
        keep(self, batch, made, seconds)
        kept.append(made)
        if len(kept) == 2:
            os.kill(next(iter(cluster()._client.run(os.getpid).values())), signal.SIGKILL)

    monkeypatch.setattr(KeptBatches, "keep", keep_and_kill)
    assert predict(catalogue, tmp_path / "spread" / "s.csv", scheduler=address()) == alone
    assert len(kept) == ROWS / 8


def test_batches_that_were_finished_are_asked_of_no_worker(
    catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring_kept, "QUICK_SECONDS", 0.0)
    out = tmp_path / "s" / "s.csv"
    keep, found = KeptBatches.keep, list[ScoredBatch]()

    def keep_three(self: KeptBatches, batch: Any, made: ScoredBatch, seconds: float) -> None:
        keep(self, batch, made, seconds)
        found.append(made)
        if len(found) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(KeptBatches, "keep", keep_three)
        with pytest.raises(KeyboardInterrupt):
            predict(catalogue, out, scheduler=address())
    found.clear()
    monkeypatch.setattr(KeptBatches, "keep", lambda *args: found.append(args[2]) or keep(*args))
    outcome = predict_catalogue(
        real().folder, catalogue, out, PredictOptions(batch_size=8, scheduler=address()), progress=SilentProgress()
    )
    assert "3 batches taken over from a call that did not finish" in outcome.summary_lines
    assert len(found) == ROWS / 8 - 3


def test_a_worker_that_finds_another_bundle_is_refused(
    catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bundle"
    copytree(real().folder, folder)
    cut = EmbeddingStore.__init__

    def replaced(self: EmbeddingStore, *args: Any) -> None:  # after the bundle was read here
        save_another(folder)
        cut(self, *args)

    monkeypatch.setattr(EmbeddingStore, "__init__", replaced)
    with pytest.raises(InputError) as caught:
        predict(catalogue, tmp_path / "s" / "s.csv", folder, scheduler=address())
    assert caught.value.code == "cluster-bundle"
