"""Vectors that an account yields are used and kept: nothing is encoded twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chain_factory import PieceEncoder
from prodcls.embedding_store import Stored
from prodcls.embeddings import EmbeddingStore, embed
from prodcls.encoders import Encoded, Item, Progress
from prodcls.scoring_vectors import FreshVectors

TEXTS = ("steel kettle", "smart phone", "bath towel")


class Counting(PieceEncoder):
    """Says which texts it was asked to encode."""

    def encode(self, items: list[Item], progress: Progress | None = None) -> Encoded:  # type: ignore[override]
        asked.extend(map(str, items))
        return super().encode(items, progress)


asked: list[str] = []


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    asked.clear()


def row_of(encoder: Counting, text: str) -> Stored:
    (parts,) = encoder.encode_parts([text])
    return Stored(parts.vector, parts.read_share)


def test_what_was_read_part_by_part_is_not_encoded_again_and_is_kept(tmp_path: Path) -> None:
    encoder, below = Counting(), EmbeddingStore(tmp_path)
    embed("title", TEXTS[:1], encoder, below)
    asked.clear()
    store = FreshVectors(below)
    for text in TEXTS[:2]:
        store.keep(encoder, text, row_of(encoder, text))
    found = embed("title", TEXTS, encoder, store)
    assert asked == [TEXTS[2]]
    asked.clear()
    again = embed("title", TEXTS, encoder, EmbeddingStore(tmp_path))
    assert asked == []
    np.testing.assert_array_equal(found.vectors, again.vectors)
    assert [one.encoded for one in store.stats] == [1, 1]


def test_what_is_forgotten_is_encoded(tmp_path: Path) -> None:
    encoder, store = Counting(), FreshVectors(EmbeddingStore(tmp_path))
    store.keep(encoder, TEXTS[0], row_of(encoder, TEXTS[0]))
    store.forget()
    embed("title", TEXTS[:1], encoder, store)
    assert asked == [TEXTS[0]]
