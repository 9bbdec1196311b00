from __future__ import annotations

import pytest

from prodcls.progress import Progress, SilentProgress


def test_stages_add_up_in_order_of_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 10.0, 12.0, 20.0, 24.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(ticks))
    progress: Progress = SilentProgress()
    for name in ("read", "embed", "read"):
        with progress.stage(name):
            pass
    assert list(progress.seconds.items()) == [("read", 5.0), ("embed", 2.0)]


def test_a_failed_stage_is_timed_too() -> None:
    progress = SilentProgress()
    with pytest.raises(ZeroDivisionError), progress.stage("read"):
        raise ZeroDivisionError
    assert progress.seconds["read"] >= 0


def test_it_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    progress = SilentProgress()
    with progress.stage("embed"), progress.items("texts", 2) as done:
        done(1)
        done(2)
    progress.note("a line")
    assert capfd.readouterr() == ("", "")
