"""What was used longest ago goes first, and no more of it than asked."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from prodcls.cache_room import ABANDONED_SECONDS, cache_files, cache_parts, prune_cache
from prodcls.embedding_store import EmbeddingStore, content_key
from prodcls.encoders import Encoded


def file(root: Path, name: str, size: int, age: float) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_parts_are_counted(tmp_path: Path) -> None:
    file(tmp_path, "embeddings/a/shard.1", 10, 5)
    file(tmp_path, "embeddings/a/shard.2", 20, 3)
    file(tmp_path, "embeddings/b/shard.1", 5, 9)
    file(tmp_path, "onnx/deep/er/file", 100, 1)
    file(tmp_path, "loose", 1, 1)
    parts = cache_parts(cache_files(tmp_path))
    assert [(p.name, p.files, p.size) for p in parts] == [
        ("onnx", 1, 100),
        ("embeddings/a", 2, 30),
        ("embeddings/b", 1, 5),
        (".", 1, 1),
    ]
    assert cache_files(tmp_path / "none") == []


def test_the_longest_unused_goes_first_until_the_rest_fits(tmp_path: Path) -> None:
    old, middle, new = (
        file(tmp_path, f"embeddings/a/{name}", 10, age) for name, age in (("o", 30), ("m", 20), ("n", 10))
    )
    other = file(tmp_path, "onnx/net", 1000, 99)
    gone = prune_cache(cache_files(tmp_path), 15)
    assert [f.path for f in gone] == [old, middle]
    assert new.exists()
    assert prune_cache(cache_files(tmp_path), 15) == []
    prune_cache(cache_files(tmp_path), 0)
    assert not new.exists()
    assert other.exists()


def test_abandoned_files_go_in_any_case_and_those_being_written_stay(tmp_path: Path) -> None:
    left = file(tmp_path, "embeddings/a/.shard.x.tmp", 10, ABANDONED_SECONDS + 60)
    writing = file(tmp_path, "embeddings/a/.shard.y.tmp", 10, 5)
    prune_cache(cache_files(tmp_path), 1 << 30)
    assert not left.exists()
    assert writing.exists()


def test_links_are_left_alone(tmp_path: Path) -> None:
    outside = file(tmp_path, "elsewhere/file", 10, 100)
    (tmp_path / "cache" / "embeddings" / "a").mkdir(parents=True)
    (tmp_path / "cache" / "embeddings" / "a" / "link").symlink_to(outside)
    prune_cache(cache_files(tmp_path / "cache"), 0)
    assert outside.exists()


def test_reading_a_shard_marks_it_as_used(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path / "embeddings")
    big = np.ones((300, 512), dtype=np.float32)
    for name in ("first", "second"):
        keys = [content_key(f"{name} {i}") for i in range(300)]
        store.add("e", keys, Encoded(big * len(name), np.ones(300, dtype=np.float32)))
    paths = sorted((tmp_path / "embeddings" / "e").iterdir())
    for path in paths:
        os.utime(path, (1.0, 1.0))
    found, _ = store.load("e", [content_key("second 7")])
    assert len(found) == 1
    assert sorted(path.stat().st_mtime > 1.0 for path in paths) == [False, True]
    prune_cache(cache_files(tmp_path), paths[0].stat().st_size)
    assert store.load("e", [content_key("second 7")])[0].keys() == found.keys()
    assert store.load("e", [content_key("first 7")])[0] == {}
