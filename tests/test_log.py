"""``prodcls log`` and ``prodcls predict --log``: what is decided is logged, verified and taken again."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bundle_factory import product_rows, saved, stand_in, write_catalogue
from prodcls import scoring_rows
from prodcls.console import run
from prodcls.decision_check import verify_log
from prodcls.decision_log import last_entries
from prodcls.errors import InputError
from prodcls.log import log
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, predict_catalogue


@pytest.fixture(autouse=True)
def encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_rows, "prepare", stand_in)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("log") / "bundle")


def predict(bundle: Path, folder: Path, batch_size: int = 7) -> tuple[Path, Path]:
    catalogue = write_catalogue(folder / "new.csv", product_rows(folder))
    path = folder / "decisions.sqlite"
    out = folder / "s.parquet"
    options = PredictOptions(batch_size=batch_size, top_k=2, log=path)
    predict_catalogue(bundle, catalogue, out, options, progress=SilentProgress())
    return catalogue, path


def command(*arguments: object) -> int:
    return run(log, [str(a) for a in arguments], "prodcls log")


def test_every_product_has_an_entry_without_text_or_id(bundle: Path, tmp_path: Path) -> None:
    _, path = predict(bundle, tmp_path)
    scored = pq.read_table(tmp_path / "s.parquet").to_pylist()
    entries = [json.loads(e.body) for e in last_entries(path, 1000)]
    assert len(entries) == len(scored) == 90
    for entry, row in zip(entries, scored, strict=True):
        assert entry["predicted"] == row["predicted"]
        assert float.fromhex(entry["probability"]) == row["probability"]
        assert (entry["set"], entry["review"]) == (row["prediction_set"], row["review"])
    told = path.read_bytes()
    assert not [row["id"] for row in product_rows(tmp_path) if str(row["id"]).encode() + b'"' in told]
    assert len({entry["product"] for entry in entries}) == 90


def test_verify_show_and_prune(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, path = predict(bundle, tmp_path)
    assert command("verify", path) == 0
    head = verify_log(path).head
    assert f"verified: 90 entries\nhead: entry 90, {head}" in capsys.readouterr().out
    assert command("show", path, "--last", 2) == 0
    assert capsys.readouterr().out.count("\n") == 2
    predict(bundle, tmp_path)
    assert command("verify", path, "--head", head) == 0
    assert command("verify", path, "--head", "00") == 3
    assert command("prune", path, "--older-than", "365d") == 0
    assert "removed: 0" in capsys.readouterr().out
    assert command("prune", path, "--older-than", "soon") == 2
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM entries WHERE number = 17")
    connection.commit()
    connection.close()
    assert command("verify", path) == 3
    assert "entry 17 is not there" in capsys.readouterr().out


def test_a_decision_is_taken_again_bit_for_bit(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue, path = predict(bundle, tmp_path)
    options = ("--bundle", bundle, "--catalogue", catalogue)
    for number in (1, 50, 90):
        assert command("replay", path, number, *options) == 0
    rows = product_rows(tmp_path)
    rows[49] = {**rows[49], "title": "something else"}
    write_catalogue(catalogue, rows)
    capsys.readouterr()
    assert command("replay", path, 50, *options) == 3
    out = capsys.readouterr().out
    assert "input: was" in out
    assert "account: was" in out
    assert command("replay", path, 91, *options) == 2
    write_catalogue(catalogue, rows[:10])
    assert command("replay", path, 50, *options) == 2
    assert "log-product-absent" in capsys.readouterr().err


def test_a_prediction_that_fails_leaves_no_entry(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = predict(bundle, tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        predict(bundle, tmp_path)
    assert verify_log(path).entries == 90


@pytest.mark.parametrize("name", ["s.parquet", "new.csv"])
def test_a_log_over_another_file_is_refused(name: str, bundle: Path, tmp_path: Path) -> None:
    catalogue = write_catalogue(tmp_path / "new.csv", product_rows(tmp_path))
    with pytest.raises(InputError) as caught:
        predict_catalogue(
            bundle,
            catalogue,
            tmp_path / "s.parquet",
            PredictOptions(batch_size=7, top_k=2, log=tmp_path / name),
            progress=SilentProgress(),
        )
    assert caught.value.code == "log-is-other-file"
