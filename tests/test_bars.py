from __future__ import annotations

import sys

import pytest

from prodcls import bars
from prodcls.bars import open_progress


def test_lines_of_progress(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    progress = open_progress()
    with progress.stage("embed"), progress.items("texts", 100) as done:
        for second in range(1, 10):
            clock[0] = float(second)
            done(second * 10)
    assert capsys.readouterr().err.splitlines() == ["texts: 50/100, 10 items/s, 5 s left", "embed: 9.0 s"]
    assert progress.seconds == {"embed": 9.0}


def test_bars_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = open_progress()
    assert isinstance(progress, bars._Bars)
    with progress.stage("embed"), progress.items("[red]texts", 3) as done:
        done(3)
    error = capsys.readouterr().err
    assert "[red]texts" in error
    assert "3/3" in error
    assert "embed: " in error.splitlines()[-1]
