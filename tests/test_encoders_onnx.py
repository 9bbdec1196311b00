"""Networks are exported once, kept whole, and give what torch gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import Tensor, nn

from prodcls.encoders.onnx import Network, exported, open_network


class Doubler(nn.Module):
    """Twice the numbers, and their sum."""

    def forward(self, item: Tensor) -> tuple[Tensor, Tensor]:
        doubled = item.float() * 2
        return doubled, doubled.sum()


class Built:
    """Builds a module and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> nn.Module:
        self.times += 1
        return Doubler().eval()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path))
    return tmp_path / "onnx"


def network(build: Built) -> Network:
    return Network("doubler-000000000000", build, ("doubled", "total"), input_shape=(None,), input_dtype="int64")


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
def test_outputs_come_by_name_for_items_of_any_length(cache: Path, runtime: str) -> None:
    run = open_network(network(Built()), runtime)
    for length in (1, 2, 8, 31):
        item = np.arange(length)
        total, doubled = run(item, ("total", "doubled"))
        assert total == item.sum() * 2
        np.testing.assert_array_equal(doubled, item * 2)
        assert doubled.dtype == np.float32


def test_a_network_is_exported_once(cache: Path) -> None:
    build = Built()
    first = exported(network(build))
    assert exported(network(build)) == first
    assert build.times == 1
    assert len(list(cache.iterdir())) == 1


def test_a_damaged_export_is_made_again(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    build = Built()
    exported(network(build))
    (path,) = cache.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    run = open_network(network(build), "onnx")
    assert build.times == 2
    assert "damaged" in caplog.text
    assert run(np.array([3]), ("total",))[0] == 6
