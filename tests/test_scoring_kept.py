"""Finished batches are kept until the output is whole: what goes on ends in the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bundle_factory import product_rows, saved, stand_in, write_catalogue
from prodcls import scoring_kept, scoring_rows
from prodcls.catalogue import Catalogue
from prodcls.decision_log import last_entries
from prodcls.errors import ImageError, InputError
from prodcls.inputs import Inputs
from prodcls.locks import owned
from prodcls.progress import SilentProgress
from prodcls.scoring import PredictOptions, PredictOutcome, predict_catalogue

TOLD = "batches taken over from a call that did not finish"
ROWS = 40


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("kept") / "bundle")


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "new.csv", product_rows(tmp_path, n=ROWS))


class Encoders:
    """Stand in for the encoders; stop at a product, and count those that were read."""

    def __init__(self) -> None:
        self.stop = ""
        self.read: list[str] = []

    def __call__(self, batch: Catalogue, *_: object, **__: object) -> Inputs:
        if self.stop in batch.ids:
            raise KeyboardInterrupt
        self.read += batch.ids
        return stand_in(batch)


@pytest.fixture(autouse=True)
def encoders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Encoders]:
    found = Encoders()
    monkeypatch.setattr(scoring_rows, "prepare", found)
    monkeypatch.setattr(scoring_kept, "QUICK_SECONDS", 0.0)
    return found


def predict(bundle: Path, catalogue: Path, out: Path, **options: Any) -> PredictOutcome:
    settings = PredictOptions(**{"batch_size": 10, "top_k": 2, **options})
    return predict_catalogue(bundle, catalogue, out, settings, progress=SilentProgress())


def interrupted(bundle: Path, catalogue: Path, out: Path, encoders: Encoders, **options: Any) -> None:
    encoders.stop = "p025"
    with pytest.raises(KeyboardInterrupt):
        predict(bundle, catalogue, out, **options)
    encoders.stop, encoders.read = "", []


def written(path: Path) -> list[bytes]:
    """Return the bytes of a file, or of the files of a folder."""
    return [path.read_bytes()] if path.is_file() else [part.read_bytes() for part in sorted(path.iterdir())]


@pytest.mark.parametrize("name", ["s.parquet", "s.csv", "s.jsonl", "s"])
def test_it_goes_on_where_it_was_and_ends_in_the_same_bytes(
    name: str, bundle: Path, catalogue: Path, tmp_path: Path, encoders: Encoders
) -> None:
    whole = predict(bundle, catalogue, tmp_path / f"whole-{name}", log=tmp_path / "whole.sqlite")
    interrupted(bundle, catalogue, tmp_path / name, encoders, log=tmp_path / "log.sqlite")
    assert not (tmp_path / name).exists()
    assert last_entries(tmp_path / "log.sqlite", ROWS) == []
    again = predict(bundle, catalogue, tmp_path / name, log=tmp_path / "log.sqlite")
    assert encoders.read == [f"p{i:03d}" for i in range(20, ROWS)]
    assert written(tmp_path / name) == written(tmp_path / f"whole-{name}")
    assert [line for line in again.summary_lines if TOLD not in line] == list(whole.summary_lines)
    assert f"2 {TOLD}" in again.summary_lines
    assert len(last_entries(tmp_path / "log.sqlite", ROWS + 1)) == ROWS
    assert not list(tmp_path.glob(".*"))


def test_failed_photos_are_told_by_the_call_that_goes_on(
    bundle: Path, catalogue: Path, tmp_path: Path, encoders: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prodcls.embeddings import EmbedStats

    def failing(batch: Catalogue, recipe: object, store: Any, *_: object, **__: object) -> Inputs:
        found = encoders(batch)
        error = ImageError("cut off", code="photo-corrupt")
        failed = {i: error for i, name in enumerate(batch.ids) if name == "p005"}
        store.stats.append(EmbedStats("image", "stand-in", 0, 0, 0, 0.0, failed))
        return found

    monkeypatch.setattr(scoring_rows, "prepare", failing)
    whole = predict(bundle, catalogue, tmp_path / "whole.csv")
    interrupted(bundle, catalogue, tmp_path / "s.csv", encoders)
    again = predict(bundle, catalogue, tmp_path / "s.csv")
    assert whole.rejections is not None
    assert again.rejections is not None
    assert again.rejections.read_bytes() == whole.rejections.read_bytes()


@pytest.mark.parametrize("options", [{"top_k": 3}, {"batch_size": 9}, {"log": Path("new.sqlite")}])
def test_another_call_takes_nothing_over(
    options: dict[str, Any],
    bundle: Path,
    catalogue: Path,
    tmp_path: Path,
    encoders: Encoders,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    interrupted(bundle, catalogue, tmp_path / "s.csv", encoders)
    predict(bundle, catalogue, tmp_path / "s.csv", **options)
    assert len(encoders.read) == ROWS
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("change", ["cell", "photo"])
def test_a_batch_with_a_changed_product_is_made_anew(
    change: str, bundle: Path, catalogue: Path, tmp_path: Path, encoders: Encoders
) -> None:
    interrupted(bundle, catalogue, tmp_path / "s.csv", encoders)
    if change == "cell":
        catalogue.write_text(catalogue.read_text(encoding="utf-8").replace("p013,", "q013,"), encoding="utf-8")
    else:
        (tmp_path / "photos" / "13.png").write_bytes((tmp_path / "photos" / "14.png").read_bytes())
    predict(bundle, catalogue, tmp_path / "s.csv")
    assert len(encoders.read) == ROWS - 10


def test_a_damaged_batch_is_made_anew(bundle: Path, catalogue: Path, tmp_path: Path, encoders: Encoders) -> None:
    interrupted(bundle, catalogue, tmp_path / "s.csv", encoders)
    first = min((tmp_path / ".s.csv.parts").glob("*.arrow"))
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 1
    first.write_bytes(data)
    predict(bundle, catalogue, tmp_path / "s.csv")
    assert len(encoders.read) == ROWS - 10


def test_quick_batches_are_not_kept(
    bundle: Path, catalogue: Path, tmp_path: Path, encoders: Encoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring_kept, "QUICK_SECONDS", 60.0)
    interrupted(bundle, catalogue, tmp_path / "s.csv", encoders)
    assert not list(tmp_path.glob(".*"))


def test_without_room_it_goes_on_without_keeping(
    bundle: Path,
    catalogue: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scoring_kept, "write_addressed", full)
    assert predict(bundle, catalogue, tmp_path / "s.csv").rows == ROWS
    assert caplog.text.count("finished batches are not kept") == 1


def test_one_call_at_a_time_writes_an_output(bundle: Path, catalogue: Path, tmp_path: Path) -> None:
    predict(bundle, catalogue, tmp_path / "s.csv")
    before = (tmp_path / "s.csv").read_bytes()
    with owned(tmp_path / ".s.csv.parts"), pytest.raises(InputError, match="is writing there: wait until it ends"):
        predict(bundle, catalogue, tmp_path / "s.csv", top_k=1)
    assert (tmp_path / "s.csv").read_bytes() == before
    predict(bundle, catalogue, tmp_path / "s.csv", top_k=1)
    assert (tmp_path / "s.csv").read_bytes() != before
