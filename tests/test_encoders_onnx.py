"""Networks are exported once and kept whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from network_factory import Built, doubler
from prodcls.encoders.onnx import exported, run_onnx


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path))
    return tmp_path / "onnx"


def test_a_network_is_exported_once(cache: Path) -> None:
    build = Built()
    first = exported(doubler(build))
    assert exported(doubler(build)) == first
    assert build.times == 1
    assert len(list(cache.iterdir())) == 1


def test_a_damaged_export_is_made_again(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    build = Built()
    exported(doubler(build))
    (path,) = cache.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    run = run_onnx(doubler(build))
    assert build.times == 2
    assert "damaged" in caplog.text
    assert run(np.array([[3]]), ("total",))[0] == 6


def test_threads_that_want_a_network_at_the_same_time_export_it_once(cache: Path) -> None:
    build = Built()
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: exported(doubler(build)), range(3)))
    assert build.times == 1
    assert len(set(found)) == 1
    assert len(list(cache.iterdir())) == 1
