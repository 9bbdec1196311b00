"""Encoded elsewhere: the same bits, and the same photos that cannot be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle_factory import product_rows, write_catalogue
from cluster_factory import address, cluster
from prodcls.config import FitConfig
from prodcls.encoders import Encoded, image_encoder, text_encoder
from prodcls.encoders.minilm import MiniLM
from prodcls.errors import InputError
from prodcls.gathering import gather
from prodcls.preparation import Readers
from prodcls.progress import SilentProgress
from prodcls.spread_encoders import PIECE_ITEMS, spread_readers

TEXTS = [f"{name} {i}" for i in range(PIECE_ITEMS) for name in ("steel kettle", "wool socks, 3 pairs")]


def same(found: Encoded, alone: Encoded) -> bool:
    return (
        np.array_equal(found.vectors, alone.vectors)
        and np.array_equal(found.read_share, alone.read_share)
        and {i: str(error) for i, error in found.failed.items()} == {i: str(e) for i, e in alone.failed.items()}
    )


def test_vectors_have_the_bits_of_this_process_and_progress_goes_up(tmp_path: Path) -> None:
    photos = [tmp_path / f"{i}.png" for i in range(PIECE_ITEMS + 3)]
    for i, photo in enumerate(photos):
        Image.new("RGB", (24 + i, 24), (i, 90, 200)).save(photo)
    photos[PIECE_ITEMS + 1].write_bytes(b"no photo")
    alone = Readers((text_encoder("minilm"),), (image_encoder(),))
    spread = spread_readers(alone, "onnx", cluster())
    done: list[int] = []
    assert same(spread.text[0].encode(TEXTS, done.append), alone.text[0].encode(TEXTS))
    assert done == [PIECE_ITEMS, 2 * PIECE_ITEMS]
    found = spread.image[0].encode(photos)
    assert same(found, alone.image[0].encode(photos))
    assert list(found.failed) == [PIECE_ITEMS + 1]
    assert same(spread.text[0].encode([]), alone.text[0].encode([]))


def test_it_describes_itself_as_the_encoder_it_stands_for() -> None:
    alone = text_encoder("use-pooled")
    (found,) = spread_readers(Readers((alone,)), "onnx", cluster()).text
    for name in ("name", "identity", "dimension", "kind"):
        assert getattr(found, name) == getattr(alone, name)
    (parts,), (others,) = found.encode_parts(TEXTS[:1]), alone.encode_parts(TEXTS[:1])
    assert np.array_equal(parts.vectors, others.vectors)
    pooled = parts.pooled[None].astype(np.float64)
    assert np.array_equal(found.finish(pooled), alone.finish(pooled))


def test_a_worker_with_other_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MiniLM, "weights", replace(MiniLM.weights, sha256="0" * 64))
    (found,) = spread_readers(Readers((text_encoder("minilm"),)), "onnx", cluster()).text
    with pytest.raises(InputError) as caught:
        found.encode(TEXTS[:1])
    assert caught.value.code == "cluster-encoder"


def test_a_catalogue_is_gathered_with_the_same_vectors(tmp_path: Path) -> None:
    path = write_catalogue(tmp_path / "products.csv", product_rows(tmp_path, n=30))
    config = FitConfig(catalogue=path, out=tmp_path / "out", test=path, cache_dir=tmp_path / "alone")
    alone = gather(config, SilentProgress())
    spread = gather(replace(config, scheduler=address(), cache_dir=tmp_path / "spread"), SilentProgress())
    assert [one.encoded for one in spread.store.stats] == [one.encoded for one in alone.store.stats]
    assert sum(one.encoded for one in spread.store.stats)
    for block, found in alone.problem.inputs.dense.items():
        assert np.array_equal(spread.problem.inputs.dense[block].vectors, found.vectors)
