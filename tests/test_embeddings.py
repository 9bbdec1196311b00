"""Only what the store does not have is encoded, and every row gets its own vector."""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import prodcls.embeddings
import prodcls.scratch
from prodcls.embeddings import EmbeddingStore, embed
from prodcls.encoders import Encoded, Item, Kind, Parts, Progress, image_encoder
from prodcls.errors import ImageError


class CountingEncoder:
    """Vectors from digests; remembers what it was asked for."""

    name = "counting"
    identity = "counting-v1"
    dimension = 8
    kind: Kind = "text"

    def __init__(self, interrupt_at: str | None = None) -> None:
        self.asked: list[str] = []
        self.interrupt_at = interrupt_at

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        for done, item in enumerate(items, start=1):
            if item == self.interrupt_at:
                raise KeyboardInterrupt
            self.asked.append(str(item))
            if progress is not None:
                progress(done)
        vectors = np.stack([vector(str(item)) for item in items])
        return Encoded(vectors, np.array([share(str(item)) for item in items], dtype=np.float32))

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        raise NotImplementedError

    def finish(self, pooled: np.ndarray) -> np.ndarray:
        raise NotImplementedError


def vector(text: str) -> np.ndarray:
    return np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype=np.uint32).astype(np.float32)


def share(text: str) -> float:
    return 1 / (1 + len(text))


def shards(root: Path) -> list[Path]:
    return sorted(root.rglob("*.safetensors"))


@given(st.lists(st.none() | st.text(alphabet="ab \n手", max_size=3), max_size=12))
def test_every_row_gets_the_vector_of_its_own_text(items: list[str | None]) -> None:
    with tempfile.TemporaryDirectory() as root:
        encoder = CountingEncoder()
        for _ in range(2):
            found = embed("title", items, encoder, EmbeddingStore(Path(root)))
            for i, item in enumerate(items):
                there = item is not None and bool(item.strip())
                assert found.present[i] == there
                np.testing.assert_array_equal(found.vectors[i], vector(item or "") if there else np.zeros(8))
                assert found.read_share[i] == np.float32(share(item or "") if there else 1)
            assert len(encoder.asked) == len({item for item in items if item and item.strip()})


def test_a_second_time_nothing_is_encoded_and_one_changed_row_is_one(tmp_path: Path) -> None:
    items = [f"text {i}" for i in range(20)]
    embed("title", items, CountingEncoder(), EmbeddingStore(tmp_path))
    again, store = CountingEncoder(), EmbeddingStore(tmp_path)
    embed("title", items, again, store)
    embed("title", ["changed", *items[1:]], again, store)
    assert again.asked == ["changed"]
    assert [(s.encoded, s.reused) for s in store.stats] == [(0, 20), (1, 19)]
    assert store.stats[0].seconds == 0
    assert store.stats[1].seconds > 0


def test_blocks_share_contents_but_encoders_do_not(tmp_path: Path) -> None:
    store, first, other = EmbeddingStore(tmp_path), CountingEncoder(), CountingEncoder()
    other.identity = "counting-v2"
    embed("title", ["a"], first, store)
    embed("text", ["a"], first, store)
    embed("title", ["a"], other, store)
    assert (first.asked, other.asked) == (["a"], ["a"])


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_damaged_shard_is_encoded_again_and_told(damage: str, tmp_path: Path) -> None:
    items = ["a", "b"]
    expected = embed("title", items, CountingEncoder(), EmbeddingStore(tmp_path))
    (path,) = shards(tmp_path)
    data = path.read_bytes()
    path.write_bytes({"cut": data[:-5], "flip": data[:-1] + bytes([data[-1] ^ 1]), "empty": b""}[damage])
    encoder, store = CountingEncoder(), EmbeddingStore(tmp_path)
    found = embed("title", items, encoder, store)
    np.testing.assert_array_equal(found.vectors, expected.vectors)
    assert sorted(encoder.asked) == items
    assert store.stats[0].damaged == 1
    assert embed("title", items, CountingEncoder(), store).present.all()
    assert store.stats[1].encoded == store.stats[1].damaged == 0


def test_an_interruption_keeps_the_chunks_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.embeddings, "SHARD_ITEMS", 3)
    items = sorted((f"text {i}" for i in range(8)), key=lambda text: hashlib.sha256(text.encode()).digest())
    with pytest.raises(KeyboardInterrupt):
        embed("title", items, CountingEncoder(interrupt_at=items[4]), EmbeddingStore(tmp_path))
    resumed = CountingEncoder()
    assert embed("title", items, resumed, EmbeddingStore(tmp_path)).present.all()
    assert resumed.asked == items[3:]


@pytest.mark.parametrize(("seconds", "most"), [(0.0, 1024), (0.1, 50), (2.0, 16), (60.0, 16)])
def test_vectors_are_kept_by_time_and_not_only_by_number(
    seconds: float, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(prodcls.embeddings.time, "perf_counter", lambda: now[0])
    written: list[int] = []

    class Slow(CountingEncoder):
        def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
            now[0] += seconds * len(items)
            written.append(len(items))
            return super().encode(items, progress)

    items = [f"text {i}" for i in range(1200)]
    embed("title", items, Slow(), EmbeddingStore(tmp_path))
    assert sum(written) == 1200
    assert max(written) == most
    assert all(n * seconds <= 5.0 or n == 1 for n in written[1:])


def test_progress_counts_up_to_what_is_to_be_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.embeddings, "SHARD_ITEMS", 2)
    calls: list[tuple[int, int]] = []
    store = EmbeddingStore(tmp_path)
    for _ in range(2):
        embed(
            "title", ["a", "b", "c", "a", ""], CountingEncoder(), store, lambda done, total: calls.append((done, total))
        )
    assert calls[0] == (0, 3)
    assert calls[-1] == (3, 3)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)


def test_many_writers_share_a_store(tmp_path: Path) -> None:
    def fit(start: int) -> np.ndarray:
        items = [f"text {i}" for i in range(start, start + 30)]
        store = EmbeddingStore(tmp_path)
        for i in range(0, 30, 3):  # small shards, so that joining happens while others read
            embed("title", items[i : i + 3], CountingEncoder(), store)
        return embed("title", items, CountingEncoder(), store).vectors

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(fit, range(0, 60, 10)))
    for start, found in zip(range(0, 60, 10), results, strict=True):
        np.testing.assert_array_equal(found, np.stack([vector(f"text {i}") for i in range(start, start + 30)]))
    assert not list(tmp_path.rglob("*.tmp"))


def test_vectors_in_a_file_are_those_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [None if i % 7 == 0 else f"text {i % 40}" for i in range(300)]
    expected = embed("title", items, CountingEncoder(), EmbeddingStore(tmp_path / "a"))
    monkeypatch.setattr(prodcls.scratch, "IN_MEMORY", 0)
    monkeypatch.setattr(prodcls.embeddings, "SHARD_ITEMS", 7)
    monkeypatch.setattr(prodcls.embeddings, "CHUNK_ROWS", 9)
    for _ in range(2):
        found = embed("title", items, CountingEncoder(), EmbeddingStore(tmp_path / "b"))
        assert isinstance(found.vectors.base, mmap.mmap)
        np.testing.assert_array_equal(found.vectors, expected.vectors)
        np.testing.assert_array_equal(found.read_share, expected.read_share)
        np.testing.assert_array_equal(found.present, expected.present)


def test_a_photo_is_known_by_its_bytes_and_a_broken_one_is_missing(tmp_path: Path) -> None:
    for name, shade in (("a", 10), ("copy", 10), ("b", 200)):
        Image.new("RGB", (40, 30), (shade, 0, 0)).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG broken")
    names = ["a", "copy", "b", "broken", "gone", "broken"]
    items: list[Path | None] = [*(tmp_path / f"{name}.png" for name in names), None]
    store = EmbeddingStore(tmp_path / "store")
    found = embed("image", items, image_encoder(), store)
    assert found.present.tolist() == [True, True, True, False, False, False, False]
    np.testing.assert_array_equal(found.vectors[0], found.vectors[1])
    assert (found.vectors[0] != found.vectors[2]).any()
    assert list(store.stats[0].failed) == [3, 4, 5]
    assert all(isinstance(error, ImageError) for error in store.stats[0].failed.values())
    embed("image", items[:3], image_encoder(), store)
    assert (store.stats[1].encoded, store.stats[1].reused) == (0, 2)
