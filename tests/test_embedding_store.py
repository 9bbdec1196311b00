"""The store keeps what it is given, in few files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import prodcls.embedding_store
from prodcls.embedding_store import MERGE_SHARDS, EmbeddingStore, content_key
from prodcls.encoders import Encoded
from prodcls.errors import ImageError


@given(arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 4))))
def test_rows_come_back_bit_by_bit(vectors: np.ndarray) -> None:
    keys = [content_key(str(i)) for i in range(len(vectors))]
    read_share = np.linspace(0, 1, len(vectors), dtype=np.float32)
    with tempfile.TemporaryDirectory() as root:
        EmbeddingStore(Path(root)).add("e", keys, Encoded(vectors, read_share))
        found, damaged = EmbeddingStore(Path(root)).load("e", [*keys, content_key("absent")])
    assert damaged == 0
    assert found.keys() == set(keys)
    for i, key in enumerate(keys):
        np.testing.assert_array_equal(found[key].vector, vectors[i])
        assert found[key].read_share == read_share[i]


def test_one_row_at_a_time_does_not_fill_the_folder(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path)
    keys = [content_key(str(i)) for i in range(3 * MERGE_SHARDS)]
    for i, key in enumerate(keys):
        store.add("e", [key], Encoded(np.full((1, 2), i, dtype=np.float32), np.ones(1, dtype=np.float32)))
    assert len(list((tmp_path / "e").iterdir())) < MERGE_SHARDS
    found, _ = store.load("e", keys)
    assert [found[key].vector[0] for key in keys] == list(range(len(keys)))


def test_joining_takes_no_more_than_its_bytes_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = EmbeddingStore(tmp_path)
    keys = [content_key(str(i)) for i in range(MERGE_SHARDS)]
    for i, key in enumerate(keys):
        if i == MERGE_SHARDS - 1:
            one = next((tmp_path / "e").iterdir()).stat().st_size
            monkeypatch.setattr(prodcls.embedding_store, "JOINED_BYTES", 5 * one)
        store.add("e", [key], Encoded(np.full((1, 2), i, dtype=np.float32), np.ones(1, dtype=np.float32)))
    assert len(list((tmp_path / "e").iterdir())) >= MERGE_SHARDS - 5
    found, _ = store.load("e", keys)
    assert [found[key].vector[0] for key in keys] == list(range(len(keys)))


def test_what_is_joined_while_it_is_looked_for_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = EmbeddingStore(tmp_path), EmbeddingStore(tmp_path)
    keys = [content_key(str(i)) for i in range(MERGE_SHARDS)]

    def add(i: int) -> None:
        other.add("e", [keys[i]], Encoded(np.full((1, 2), i, dtype=np.float32), np.ones(1, dtype=np.float32)))

    for i in range(MERGE_SHARDS - 1):
        add(i)
    real = prodcls.embedding_store.read_shard
    joined = []

    def read(path: Path) -> object:
        found = real(path)
        if not joined:
            joined.append(path)
            add(MERGE_SHARDS - 1)  # joins all shards into one, right after the first was read
            assert len(list((tmp_path / "e").iterdir())) == 1
        return found

    monkeypatch.setattr(prodcls.embedding_store, "read_shard", read)
    found, damaged = store.load("e", keys[:-1])
    assert damaged == 0
    assert [found[key].vector[0] for key in keys[:-1]] == list(range(MERGE_SHARDS - 1))


def test_failed_items_are_not_kept(tmp_path: Path) -> None:
    keys = [content_key("good"), content_key("bad")]
    failed = {1: ImageError("broken", code="photo-corrupt")}
    store = EmbeddingStore(tmp_path)
    store.add("e", keys, Encoded(np.ones((2, 2), dtype=np.float32), np.ones(2, dtype=np.float32), failed))
    assert list(store.load("e", keys)[0]) == keys[:1]


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    assert EmbeddingStore(tmp_path / "none").load("e", [content_key("a")]) == ({}, 0)
    assert not (tmp_path / "none").exists()


@given(st.lists(st.text(), unique=True))
def test_different_texts_have_different_keys(texts: list[str]) -> None:
    assert len({content_key(text) for text in [*texts, *(f"{text}\ud800" for text in texts)]}) >= len(texts)


def test_half_a_surrogate_pair_has_a_key() -> None:
    assert content_key("\ud800") != content_key("?")


def test_a_text_and_a_photo_of_the_same_bytes_have_the_same_key(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("手机".encode())
    assert content_key(tmp_path / "a") == content_key("手机")


def test_a_store_that_cannot_be_written_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "root").write_text("in the way")
    store = EmbeddingStore(tmp_path / "root")
    for i in range(3):
        store.add("e", [content_key(str(i))], Encoded(np.full((1, 2), i, np.float32), np.ones(1, np.float32)))
    assert len(caplog.records) == 1
    assert "[write-failed]" in caplog.text
