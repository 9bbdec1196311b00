"""The photo encoder gives the same vectors in both runtimes, split exactly over the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from prodcls.encoders.lite0 import Lite0
from prodcls.encoders.weights import LITE0
from prodcls.errors import ImageError


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three photos of different shapes."""
    paths = []
    for i, (width, height) in enumerate([(300, 200), (90, 240), (224, 224)]):
        pixels = np.random.default_rng(i).integers(0, 255, (height // 10, width // 10, 3), dtype=np.uint8)
        paths.append(tmp_path / f"{i}.png")
        Image.fromarray(pixels).resize((width, height)).save(paths[-1])
    return paths


def test_onnx_runtime_equals_torch(photos: list[Path]) -> None:
    a, b = Lite0("onnx").encode(photos).vectors, Lite0("torch").encode(photos).vectors
    assert ((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min() >= 0.9999


def test_a_vector_depends_on_its_photo_alone(photos: list[Path]) -> None:
    together = Lite0(threads=3).encode(photos).vectors
    for i, photo in enumerate(photos):
        np.testing.assert_array_equal(Lite0(threads=1).encode([photo]).vectors[0], together[i])


def test_regions_sum_to_the_vector(photos: list[Path]) -> None:
    encoder = Lite0()
    vectors = encoder.encode(photos).vectors
    for vector, parts in zip(vectors, encoder.encode_parts(photos), strict=True):
        assert parts.grid == (7, 7)
        assert parts.vectors.shape == (49, 1280)
        np.testing.assert_array_equal(parts.vector, vector)
        np.testing.assert_allclose(parts.vectors.sum(axis=0), vector, rtol=1e-6, atol=1e-7)


def test_regions_lie_where_the_thing_is(tmp_path: Path) -> None:
    empty = np.full((224, 224, 3), 255, dtype=np.uint8)
    marked = empty.copy()
    marked[32:64, 160:192] = np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8)
    for name, pixels in (("empty", empty), ("marked", marked)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    without, having = Lite0().encode_parts([tmp_path / "empty.png", tmp_path / "marked.png"])
    change = np.linalg.norm(having.vectors - without.vectors, axis=1).reshape(7, 7)
    row, column = np.unravel_index(change.argmax(), change.shape)
    assert abs(row - 1) <= 1
    assert abs(column - 5) <= 1


def test_a_broken_photo_fails_alone(photos: list[Path], tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    done: list[int] = []
    encoded = Lite0().encode([photos[0], tmp_path / "broken.jpg", tmp_path / "gone.jpg"], done.append)
    assert list(encoded.failed) == [1, 2]
    assert all(isinstance(error, ImageError) for error in encoded.failed.values())
    assert done == [1, 2, 3]
    assert encoded.vectors[0].any()
    assert not encoded.vectors[1:].any()


def test_the_pickle_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from prodcls.encoders.lite0_net import load

    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path))
    first = load(LITE0).state_dict()
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("opened again"))
    second = load(LITE0).state_dict()
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
