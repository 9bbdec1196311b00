"""``prodcls drift``: on the terminal, as a page and as JSON, with an exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bundle_factory import product_rows, stand_in, write_catalogue
from prodcls import drifting
from prodcls.console import run
from prodcls.drift import drift
from test_drifting import write_bundle


@pytest.fixture(autouse=True)
def encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drifting, "prepare", stand_in)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("drift") / "bundle")


def held(bundle: Path, folder: Path, factor: float, *words: str) -> int:
    rows = product_rows(folder)
    for row in rows:
        row["price"] = f"{float(row['price']) * factor:.2f}" if row["price"] else ""
    return run(drift, [str(bundle), str(write_catalogue(folder / "new.csv", rows)), *words], "drift")


def test_no_alarm_is_exit_code_0_and_writes_nothing(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert held(bundle, tmp_path, 1.0) == 0
    assert "No drift" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new.csv", "photos"]


def test_an_alarm_is_told_everywhere_and_is_exit_code_3(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, data = tmp_path / "page.html", tmp_path / "found.json"
    assert held(bundle, tmp_path, 5.0, "--html", str(page), "--json", str(data)) == 3
    told = capsys.readouterr().out
    assert "✗ Drift: " in told
    assert told.splitlines()[-2:] == [f"page: {page}", f"json: {data}"]
    found = json.loads(data.read_text(encoding="utf-8"))
    assert any(line["alarm"] and line["name"] == "price" for line in found["drift"]["lines"])
    assert len(found["distances"]) == 90
    assert "for what the product is" in page.read_text(encoding="utf-8")


def test_the_same_files_give_the_same_bytes_also_in_chinese(bundle: Path, tmp_path: Path) -> None:
    outputs = []
    for number in range(2):
        page, data = tmp_path / f"{number}.html", tmp_path / f"{number}.json"
        held(bundle, tmp_path, 5.0, "--html", str(page), "--json", str(data), "--lang", "zh")
        outputs.append((page.read_bytes(), data.read_bytes()))
    assert outputs[0] == outputs[1]
    assert "漂移检查" in outputs[0][0].decode()


def test_input_at_fault_is_exit_code_2(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    renamed = write_catalogue(tmp_path / "new.csv", [{"id": "a", "name": "x"}], ("id", "name"))
    assert run(drift, [str(bundle), str(renamed)], "drift") == 2
    assert "columns that the model uses are absent: title" in capsys.readouterr().err
    assert run(drift, [str(tmp_path), str(renamed)], "drift") == 2
    assert run(drift, [str(bundle), str(tmp_path / "none.csv")], "drift") == 2
