"""Accounts in the scored file are those of `prodcls why`, to the last bit."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bundle_factory import product_rows, saved, write_catalogue
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import InputError
from prodcls.explain.attribution import Attribution
from prodcls.explain.strongest import strongest
from prodcls.lookup import product_from_catalogue
from prodcls.new_products import Reading
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, case_of
from prodcls.scoring import PredictOptions, open_new, predict_catalogue
from prodcls.scoring_accounts import STRONGEST
from prodcls.scoring_explained import Explainer
from prodcls.scoring_rows import Scorer
from real_bundle import real

ASKED, DAMAGED = 14, 7


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Products with and without a title, a photo and a price; some Chinese, and one with a damaged photo."""
    folder = tmp_path_factory.mktemp("explained")
    rows = product_rows(folder, n=ASKED)
    rows[1]["title"] = rows[4]["title"] = ""
    rows[2]["price"] = ""
    photo = folder / rows[DAMAGED]["image"]
    data = bytearray(photo.read_bytes())
    data[45:55] = bytes(10)  # its header stays whole
    photo.write_bytes(data)
    return write_catalogue(folder / "new.csv", rows)


@pytest.fixture(scope="module")
def asked(catalogue: Path) -> dict[str, Attribution]:
    """What `prodcls why` says of each product of which it says anything."""
    found = {}
    for i in set(range(ASKED)) - {DAMAGED}:
        product = product_from_catalogue(real().bundle, catalogue, f"p{i:03d}", real().readers)
        found[f"p{i:03d}"] = case_of(real().bundle, product, Question(counterfactuals=False), SilentProgress()).main
    return found


def run(catalogue: Path, out: Path, **options: Any) -> bytes:
    settings = PredictOptions(**{"batch_size": 9, "top_k": 2, **options})
    predict_catalogue(real().folder, catalogue, out, settings, progress=SilentProgress())
    return out.read_bytes()


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def expected(account: Attribution) -> dict[str, Any]:
    assert account.certificate is not None
    parts = [asdict(part) | {"box": None if part.box is None else list(part.box)} for part in account.parts]
    return {
        "versus": account.versus,
        "margin": account.margin,
        "sum": account.certificate.sum,
        "residual": account.certificate.residual,
        "parts": parts,
    }


def test_the_whole_account_is_that_of_why(catalogue: Path, asked: dict[str, Attribution], tmp_path: Path) -> None:
    run(catalogue, tmp_path / "s.parquet", explain="full")
    found = rows_of(tmp_path / "s.parquet")
    assert len(found) == ASKED
    for row in found[:DAMAGED] + found[DAMAGED + 1 :]:
        assert row["account"] == expected(asked[row["id"]])
        assert (row["predicted"], row["second"]) == (asked[row["id"]].predicted, asked[row["id"]].versus)
    kinds = {part["kind"] for row in found for part in row["account"]["parts"]}
    assert {"word", "region", "column", "evidence", "context"} <= kinds
    run(catalogue, tmp_path / "s.jsonl", explain="full")
    assert [row["account"] for row in rows_of(tmp_path / "s.jsonl")] == [row["account"] for row in found]
    run(catalogue, tmp_path / "s.csv", explain="full")
    with (tmp_path / "s.csv").open(encoding="utf-8", newline="") as stream:
        assert [json.loads(row["account"]) for row in csv.DictReader(stream)] == [row["account"] for row in found]


def test_the_strongest_words_are_those_of_why(catalogue: Path, asked: dict[str, Attribution], tmp_path: Path) -> None:
    run(catalogue, tmp_path / "s.jsonl", explain="top-words")
    found = rows_of(tmp_path / "s.jsonl")
    for row in found[:DAMAGED] + found[DAMAGED + 1 :]:
        parts = [p for p in asked[row["id"]].parts if p.kind in ("word", "column", "region")]
        reasons = strongest(parts, STRONGEST, 0)[0]
        told = [{"kind": r.key, "column": r.subject, "label": r.label, "value": r.value} for r in reasons]
        assert row["top_words"] == told
    named = [reason for row in found for reason in row["top_words"]]
    assert {"word", "column", "regions"} == {reason["kind"] for reason in named}
    assert any(reason["label"] == "冰箱" for reason in named)
    assert all(reason["value"] > 0 for reason in named)


def test_the_other_columns_and_all_workers_agree_and_nothing_is_encoded_twice(
    catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddingStore(tmp_path / "store")
    settings = PredictOptions(batch_size=9, top_k=2, explain="full", workers=3)
    predict_catalogue(
        real().folder, catalogue, tmp_path / "s.parquet", settings, progress=SilentProgress(), store=store
    )
    assert sum(one.encoded - len(one.failed) for one in store.stats) == 0
    assert sum(one.reused for one in store.stats) > ASKED
    monkeypatch.setattr("prodcls.scoring.EmbeddingStore", lambda: EmbeddingStore(tmp_path / "store"))
    before = run(catalogue, tmp_path / "plain.parquet")
    plain, full = pq.read_table(tmp_path / "plain.parquet"), pq.read_table(tmp_path / "s.parquet")
    assert full.drop_columns("account").equals(plain)
    assert run(catalogue, tmp_path / "plain.parquet", workers=1) == before
    assert run(catalogue, tmp_path / "one.parquet", explain="full", workers=1) == (tmp_path / "s.parquet").read_bytes()


def test_a_damaged_photo_is_told_and_counts_as_absent(catalogue: Path, tmp_path: Path) -> None:
    run(catalogue, tmp_path / "s.parquet", explain="full")
    (rejected,) = pq.read_table(tmp_path / "s.rejections.parquet").to_pylist()
    assert rejected["column"] == "image"
    account = rows_of(tmp_path / "s.parquet")[rejected["row"] - 1]["account"]
    assert {part["label"] for part in account["parts"] if part["block"] == "image"} == {"missing"}


def test_a_tie_that_a_batch_breaks_otherwise_is_accounted_for_as_it_was_scored(catalogue: Path) -> None:
    bundle = real().bundle
    explainer = Explainer(bundle, EmbeddingStore(), "full", workers=1)
    batch = next(open_new(catalogue, bundle, Reading()).parts)
    scorer = Scorer(bundle, explainer.store, 2)
    progress = SilentProgress()

    def turned() -> pa.Table:
        table = scorer.score(batch, progress)
        names = {"predicted": "second", "second": "predicted"}
        first = table.take([0]).rename_columns([names.get(name, name) for name in table.column_names])
        return pa.concat_tables([first.select(table.column_names), table.slice(1)])

    account = explainer.explain(batch, turned, progress)["account"].to_pylist()
    usual = explainer.explain(batch, lambda: scorer.score(batch, progress), progress)["account"].to_pylist()
    assert account[0]["margin"] == -usual[0]["margin"] != 0
    assert account[1:] == usual[1:]


def test_a_flat_head_has_no_account(catalogue: Path, tmp_path: Path) -> None:
    folder = saved(tmp_path / "bundle", "flat")
    with pytest.raises(InputError, match="flat head has no account"):
        predict_catalogue(
            folder,
            catalogue,
            tmp_path / "s.parquet",
            PredictOptions(explain="full"),
            progress=SilentProgress(),
        )
    assert not (tmp_path / "s.parquet").exists()
