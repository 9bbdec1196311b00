"""Of many files only the rows that are wanted are read, and each file is verified once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls import embedding_store
from prodcls.embedding_shards import KEY, Keys, ShardIndex, read_rows
from prodcls.embedding_store import EmbeddingStore, key_array
from prodcls.encoders import Encoded


def keys_of(numbers: list[int]) -> list[bytes]:
    return [hashlib.sha256(bytes([n])).digest() for n in numbers]


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40), min_size=1))
def test_the_rows_that_are_wanted_are_found(wanted: set[int], there: set[int]) -> None:
    shard, asked = key_array(keys_of(sorted(there))), np.sort(key_array(keys_of(sorted(wanted))))
    rows, places = ShardIndex.of((1, 1), shard).find(asked)
    assert rows.tolist() == sorted(rows.tolist())
    assert (shard[rows] == asked[places]).all()
    assert len(rows) == len(wanted & there)


def test_keys_that_begin_the_same_are_told_apart(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path)
    first, second = b"a" * 8 + b"1" * 24, b"a" * 8 + b"2" * 24
    store.add("e", [first], Encoded(np.ones((1, 3), np.float32), np.ones(1, np.float32)))
    assert list(store.load("e", [second])[0]) == []
    assert list(store.load("e", [first, second])[0]) == [first]


def filled(folder: Path, shards: int, rows: int) -> tuple[EmbeddingStore, list[bytes]]:
    store, keys = EmbeddingStore(folder), keys_of(list(range(shards * rows)))
    for i in range(shards):
        vectors = np.arange(i * rows, (i + 1) * rows, dtype=np.float32)[:, None].repeat(4, axis=1)
        store.add("e", keys[i * rows : (i + 1) * rows], Encoded(vectors, np.ones(rows, np.float32)))
    return store, keys


def test_a_file_is_verified_once_and_then_read_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, keys = filled(tmp_path, 5, 8)
    store, read = EmbeddingStore(tmp_path), list[Path]()
    real = embedding_store.read_shard
    monkeypatch.setattr(embedding_store, "read_shard", lambda path: (read.append(path), real(path))[1])
    for some in (keys[3:30], keys[:1], keys):
        found, damaged = store.load("e", some)
        assert damaged == 0
        assert {key: row.vector.tolist() for key, row in found.items()} == {
            key: [float(keys.index(key))] * 4 for key in some
        }
    assert len(read) == 5


def test_a_file_that_goes_is_looked_for_no_more(tmp_path: Path) -> None:
    _, keys = filled(tmp_path, 2, 4)
    store = EmbeddingStore(tmp_path)
    assert len(store.load("e", keys)[0]) == 8
    gone = min((tmp_path / "e").iterdir())
    gone.unlink()
    assert read_rows(gone, np.array([0])) is None
    assert len(store.load("e", keys)[0]) == 4


def test_an_empty_question_has_an_empty_answer() -> None:
    nothing: Keys = np.array([], dtype=KEY)
    rows, places = ShardIndex.of((1, 1), key_array(keys_of([1]))).find(nothing)
    assert len(rows) == len(places) == 0
