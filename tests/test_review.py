"""The command of reviews: what it takes, what it says, and how it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle_factory import saved
from prodcls.console import run
from prodcls.review import review
from review_factory import fill, make_scored, write_scored


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("review") / "bundle")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_scored(tmp_path / "s.parquet", [make_scored(i) for i in range(1, 4)])
    return tmp_path


def test_out_and_back(bundle: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = [str(bundle), "s.parquet"]
    assert run(review, [*call, "-o", "w.csv", "--overrides", "o.jsonl", "--lang", "zh"], "review") == 0
    assert capsys.readouterr().out == "3 of 3 products up for review listed, of 3 scored\nworklist: w.csv\n"
    text = fill((here / "w.csv").read_bytes().decode(), lambda _: ["Phone", "J.D.", "2026-01-02", "it rings"])
    (here / "w.csv").write_text(text, encoding="utf-8", newline="")
    assert run(review, [*call, "--import", "w.csv", "--overrides", "o.jsonl"], "review") == 0
    assert capsys.readouterr().out.startswith("3 decisions recorded")
    assert run(review, [*call, "-o", "w2.csv", "--overrides", "o.jsonl"], "review") == 0
    assert "3 left out: a decision on them is recorded" in capsys.readouterr().out


def test_bad_lines_are_told_one_by_one(bundle: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = [str(bundle), "s.parquet"]
    run(review, [*call, "-o", "w.csv"], "review")
    text = fill(
        (here / "w.csv").read_bytes().decode(), lambda line: ["Phone\x1b[2J", line[0], "2026-01-02", "it rings"]
    )
    (here / "w.csv").write_text(text, encoding="utf-8", newline="")
    capsys.readouterr()
    assert run(review, [*call, "--import", "w.csv", "--overrides", "o.jsonl"], "review") == 2
    told = capsys.readouterr()
    assert told.out == ""
    bad = [line for line in told.err.splitlines() if "decision-unknown" in line]
    assert len(bad) == 3
    assert bad[0].startswith(
        "row 1 (line 2 of the sheet), column 'decision': is no class of the bundle: did you mean 'Phone'?"
    )
    assert "nothing was recorded" in told.err
    assert "\x1b" not in told.err
    assert not (here / "o.jsonl").exists()
    assert run(review, [*call, "--import", "w.csv", "--overrides", "o.jsonl", "--skip-bad"], "review") == 0
    assert "3 lines were left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give either -o WORKLIST"),
        (["-o", "w.csv", "--import", "s.parquet"], "give either -o WORKLIST"),
        (["--import", "s.parquet"], "--import needs --overrides FILE"),
        (["-o", "w.csv", "--limit", "0"], "0 is not in the range"),
        (["-o", "w.csv", "--overrides", "s.parquet"], "overrides-damaged"),
    ],
)
def test_a_wrong_call_gets_one_line(
    words: list[str], message: str, bundle: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(review, [str(bundle), "s.parquet", *words], "review") == 2
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in here.iterdir()) == ["s.parquet"]
