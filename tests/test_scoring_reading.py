"""Each text is read once, however often it comes; what is kept of it says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from chain_factory import PieceEncoder, fitted
from prodcls.catalogue import Catalogue, Schema, Source
from prodcls.embeddings import EmbeddingStore
from prodcls.encoders import Item, Parts
from prodcls.explain.reading import between
from prodcls.head import EvidenceHead
from prodcls.preparation import Readers
from prodcls.scoring_reading import ItemReader
from prodcls.scoring_vectors import FreshVectors


@dataclass(frozen=True)
class Counting(PieceEncoder):
    """Tells which texts it has read."""

    asked: list[str] = field(default_factory=list, hash=False, compare=False)

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        self.asked.extend(map(str, items))
        return super().encode_parts(items)


def batch(*texts: tuple[str, str]) -> Catalogue:
    n = len(texts)
    columns = {"title": tuple(t for t, _ in texts), "description": tuple(d for _, d in texts)}
    source = Source("new.csv", "", 0)
    ids = tuple(f"p{i}" for i in range(n))
    return Catalogue(ids, np.arange(1, n + 1), columns, {}, {}, None, None, Schema(()), source, ())


@pytest.fixture
def encoder() -> Counting:
    return Counting("one")


@pytest.fixture
def reader(encoder: Counting) -> ItemReader:
    head = fitted().head
    assert isinstance(head, EvidenceHead)
    return ItemReader(head.evidence.dense, ("title", "description"), Readers((encoder, PieceEncoder("two", 8))))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as found:
        yield found


def test_a_text_that_comes_again_is_not_read_again(
    reader: ItemReader, encoder: Counting, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    store = FreshVectors(EmbeddingStore(tmp_path))
    first = reader.start(batch(("kettle", "steel"), ("kettle", ""), ("phone", " ")), {}, pool)
    beside = reader.start(batch(("phone", "towel")), first.reads, pool)
    inputs = reader.inputs(first, store)
    assert inputs.dense["title"].present.tolist() == [True, True, True]
    assert inputs.dense["description"].present.tolist() == [True, False, False]
    np.testing.assert_array_equal(inputs.dense["title"].vectors[0], inputs.dense["title"].vectors[1])
    reader.inputs(beside, store)
    assert sorted(encoder.asked) == ["kettle", "phone", "steel", "towel"]
    again = reader.start(batch(("towel", "kettle")), {}, pool)
    assert again.reads == {}
    assert reader.inputs(again, store).dense["title"].present.all()
    assert len(encoder.asked) == 4


def test_what_is_kept_for_two_classes_is_what_was_read(
    reader: ItemReader, encoder: Counting, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    store, pair, difference = FreshVectors(EmbeddingStore(tmp_path)), (1, 2), between(1, 2)
    found = []
    for _ in range(2):
        chunk = reader.start(batch(("steel kettle", "")), {}, pool)
        reader.inputs(chunk, store)
        chunk = reader.complete(chunk, [pair], pool)
        found.append(reader.pieces(chunk, 0, "title", pair, difference))
    assert encoder.asked == ["steel kettle"]
    fresh, kept = found
    assert fresh.values.tobytes() == kept.values.tobytes()
    assert (fresh.places, fresh.aside) == (kept.places, kept.aside)
    other = reader.complete(reader.start(batch(("steel kettle", "")), {}, pool), [(0, 3)], pool)
    assert list(other.reads) == ["steel kettle"]  # its vectors were kept, and not what the other classes need
    assert reader.pieces(other, 0, "title", (0, 3), between(0, 3)).values.tolist() != fresh.values.tolist()
