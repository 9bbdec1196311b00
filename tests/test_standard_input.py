from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prodcls.errors import CatalogueError
from prodcls.readers import open_table_file, read_table
from prodcls.standard_input import spooled


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    spooled.cache_clear()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_the_format_shows_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "p")
    for data in (b"id\n1\n", b'\xef\xbb\xbf\n{"id": "1"}\n', (tmp_path / "p").read_bytes()):
        give(monkeypatch, data)
        table = read_table("-")
        assert table.columns == {"id": ("1",)}
        assert table.source.path == "-"


def test_it_can_be_read_again_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"id;title\n1;a\n")
    file = open_table_file("-")
    assert list(file.chunks()) == list(file.chunks())
    assert spooled()[0].exists()
    spooled()[0].unlink()


def test_nothing_is_an_empty_file(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"")
    with pytest.raises(CatalogueError, match="file-empty"):
        read_table("-")
