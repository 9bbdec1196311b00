"""The cache tells what it holds, makes room, and a store that lost files encodes again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prodcls.cache import cache
from prodcls.console import run
from prodcls.embedding_store import EmbeddingStore, content_key
from prodcls.encoders import Encoded


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    store = EmbeddingStore(tmp_path / "embeddings")
    for i in range(3):
        store.add("minilm", [content_key(str(i))], Encoded(np.ones((1, 8), np.float32), np.ones(1, np.float32)))
    return tmp_path


def test_it_tells_what_there_is(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cache, ["--cache-dir", str(filled)], "prodcls cache") == 0
    out = capsys.readouterr().out
    assert "3 files" in out
    assert "embeddings/minilm" in out
    assert f"cache: {filled}, 3 files" in out


def test_it_makes_room(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cache, ["--cache-dir", str(filled), "--prune", "0"], "prodcls cache") == 0
    out = capsys.readouterr().out
    assert "removed: 3 files" in out
    assert f"cache: {filled}, 0 files, 0 B" in out
    assert EmbeddingStore(filled / "embeddings").load("minilm", [content_key("1")]) == ({}, 0)


def test_a_size_that_is_none_is_refused(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cache, ["--cache-dir", str(filled), "--prune", "lots"], "prodcls cache") == 2
    assert "'lots' is no size" in capsys.readouterr().err
    assert len(list(filled.rglob("*.safetensors"))) == 3
