"""Vectors kept in memory: the very vectors of the store on disk, and never more bytes than allowed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prodcls.embedding_store import Stored, content_key
from prodcls.embeddings import EmbeddingStore, embed
from prodcls.encoders import text_encoder
from prodcls.service.vectors import ENTRY_BYTES, RecentVectors, VectorCache

TEXTS = ["steel kettle", "smart phone", "", None, "steel kettle", "双门 冰箱"]


def test_it_stands_in_for_the_store_bit_by_bit() -> None:
    encoder = text_encoder("minilm")
    expected = embed("title", TEXTS, encoder, EmbeddingStore())
    cache = VectorCache(1 << 20)
    for hits in (0, 3):
        found = embed("title", TEXTS, encoder, RecentVectors(cache))
        np.testing.assert_array_equal(found.vectors, expected.vectors)
        np.testing.assert_array_equal(found.present, expected.present)
        assert (cache.hits, cache.misses) == (hits, 3)


def test_a_batch_reads_what_it_encoded_however_little_is_kept() -> None:
    encoder = text_encoder("minilm")
    store = RecentVectors(VectorCache(0))
    for _ in range(2):
        embed("title", TEXTS, encoder, store)
    assert [one.encoded for one in store.stats] == [3, 0]
    assert store.cache.size == 0


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(0, 10))
def test_it_keeps_what_was_used_last_within_its_limit(used: list[int], room: int) -> None:
    row = Stored(np.zeros(4, dtype=np.float32), 1.0)
    cache = VectorCache(room * (16 + ENTRY_BYTES))
    recent: list[int] = []
    for item in used:
        key = content_key(str(item))
        if not cache.find("e", [key]):
            cache.keep("e", {key: row})
        recent = [one for one in recent if one != item] + [item]
        recent = recent[max(0, len(recent) - room) :]
        assert cache.size <= cache.limit
    there = [item for item in range(21) if cache.find("e", [content_key(str(item))])]
    assert there == sorted(recent)
