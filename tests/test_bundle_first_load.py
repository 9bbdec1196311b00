"""A booster that kills or holds up its reader costs an error; one that passed is not tried again."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prodcls import bundle_first_load
from prodcls.bundle_booster import checked_booster
from prodcls.bundle_first_load import remember, try_apart
from prodcls.errors import BundleError
from test_bundle_booster import categorical, evidence_text, line, text_of


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def marks(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file()]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the exit codes of the processes that are started from now on."""
    codes: list[int] = []
    run = subprocess.run

    def spy(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
        done = run(*arguments, **options)  # type: ignore[call-overload]
        codes.append(done.returncode)
        return done  # type: ignore[no-any-return]

    monkeypatch.setattr(subprocess, "run", spy)
    return codes


def test_a_good_booster_is_tried_once(cache: Path, started: list[int]) -> None:
    text = checked_booster(evidence_text().encode())
    try_apart(text)
    try_apart(text)
    assert started == [0]
    assert len(marks(cache)) == 1
    try_apart(checked_booster(text_of(categorical(3)).encode()))
    assert started == [0, 0]


def test_another_release_of_lightgbm_tries_again(started: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    text = checked_booster(evidence_text().encode())
    try_apart(text)
    monkeypatch.setattr(bundle_first_load, "version", lambda _: "99.0")
    try_apart(text)
    assert started == [0, 0]


def test_what_this_process_trained_is_not_tried(started: list[int]) -> None:
    text = checked_booster(evidence_text().encode())
    remember(text)
    try_apart(text)
    assert started == []


def test_a_cache_that_cannot_be_written_costs_time_only(cache: Path, started: list[int]) -> None:
    cache.write_bytes(b"in the way")
    text = checked_booster(evidence_text().encode())
    try_apart(text)
    try_apart(text)
    assert started == [0, 0]


# Texts that the check of the numbers would have refused: here they stand for defects that it cannot know of.
FATAL: dict[str, Callable[[str], str]] = {
    "a circle": line("left_child", lambda v: [v[0], "0"]),
    "a feature out of range": line("split_feature", lambda v: ["99999999", *v[1:]]),
    "leaves beyond memory": line("num_leaves", lambda _: ["2147483647"]),
    "a leaf that is no number": line("leaf_value", lambda v: ["nan"] * len(v)),
    "no booster": lambda _: "tree\nversion=v4\n",
}


@pytest.mark.parametrize("change", FATAL.values(), ids=FATAL.keys())
def test_what_kills_the_reader_is_refused(change: Callable[[str], str], cache: Path, started: list[int]) -> None:
    text = change(checked_booster(evidence_text().encode()))
    with pytest.raises(BundleError) as caught:
        try_apart(text)
    assert caught.value.code == "bundle-booster"
    assert started != [0]
    assert marks(cache) == []


WORKERS = {
    "hangs": ("while True: pass", -signal.SIGPROF if sys.platform != "win32" else None),
    "sleeps": ("import time; time.sleep(60)", None),
    "takes memory": ("x = bytes(1 << 32)", 1),
    "opens a file": ("open('/dev/null')", 1),
}


@pytest.mark.parametrize(("code", "ends"), WORKERS.values(), ids=WORKERS.keys())
def test_limits_hold(code: str, ends: int | None, monkeypatch: pytest.MonkeyPatch, started: list[int]) -> None:
    program = (
        "import sys; from prodcls.child_process import limit_memory, limit_time\n"
        f"limit_memory(int(sys.argv[1])); limit_time(float(sys.argv[2]))\n{code}"
    )
    monkeypatch.setattr(
        bundle_first_load, "child_command", lambda _, *told: [sys.executable, "-c", program, *map(str, told)]
    )
    monkeypatch.setattr(bundle_first_load, "CPU_SECONDS", 0.3)
    monkeypatch.setattr(bundle_first_load, "WAIT_SECONDS", 3.0)
    with pytest.raises(BundleError, match="bundle-booster"):
        try_apart(checked_booster(evidence_text().encode()))
    assert started == ([] if ends is None else [ends])


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(BundleError, match="could not be read by a process of its own"):
        try_apart(checked_booster(evidence_text().encode()))
