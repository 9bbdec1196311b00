"""Parts by leaving words out: they sum to the vector, and lie where the words are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from prodcls.encoders.base import Encoded, Item, Parts
from prodcls.encoders.occlusion import GRID, MOST_PIECES, occluded


class Hashed:
    """Sums a drawn vector for each character, and bends the sum."""

    name, identity, dimension, kind = "hashed", "hashed", 8, "text"

    def encode(self, items: Sequence[Item], progress: object = None) -> Encoded:
        del progress
        vectors = np.zeros((len(items), 8), dtype=np.float32)
        for i, item in enumerate(items):
            for character in str(item):
                vectors[i] += np.random.default_rng(ord(character)).normal(size=8).astype(np.float32)
        return Encoded(np.tanh(vectors), np.ones(len(items), dtype=np.float32))

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        return tuple(occluded(self, item) for item in items)

    def finish(self, pooled: np.ndarray) -> np.ndarray:
        return pooled


@given(st.text(max_size=60).filter(str.strip))
def test_parts_sum_to_the_vector_of_any_text(text: str) -> None:
    parts = occluded(Hashed(), text)
    np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.vector, atol=1e-5)
    assert parts.spans is not None
    assert len(parts.vectors) == len(parts.spans)
    assert (parts.spans[:, 1] <= len(text)).all()


def test_chinese_is_left_out_character_by_character() -> None:
    text = "搪瓷茶壶 teapot 1.2升"
    parts = occluded(Hashed(), text)
    assert parts.spans is not None
    assert [text[a:b] for a, b in parts.spans.tolist()] == ["搪", "瓷", "茶", "壶", "teapot", "1", "2", "升", ""]


def test_a_part_is_what_the_vector_loses() -> None:
    text = "red teapot"
    parts = occluded(Hashed(), text)
    full, without = Hashed().encode([text, "  teapot"]).vectors
    np.testing.assert_allclose(parts.vectors[0], full - without, atol=1e-6)


def test_a_long_text_is_left_out_several_words_at_a_time() -> None:
    text = " ".join(f"w{i}" for i in range(1000))
    parts = occluded(Hashed(), text)
    assert parts.spans is not None
    assert len(parts.spans) == MOST_PIECES + 1
    assert (parts.spans[0, 0], parts.spans[MOST_PIECES - 1, 1]) == (0, len(text))


class Bright:
    """Looks at the colours of a photo's quarters, and bends them."""

    name, identity, dimension, kind = "bright", "bright", 12, "image"

    def encode(self, items: Sequence[Item], progress: object = None) -> Encoded:
        del progress
        vectors = []
        for item in items:
            pixels = np.asarray(Image.open(str(item)).convert("RGB"))
            halves = [half for rows in np.array_split(pixels, 2) for half in np.array_split(rows, 2, axis=1)]
            vectors.append(np.tanh(np.concatenate([half.mean(axis=(0, 1)) for half in halves]) / 255))
        return Encoded(np.array(vectors, dtype=np.float32), np.ones(len(items), dtype=np.float32))

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        return tuple(occluded(self, item) for item in items)

    def finish(self, pooled: np.ndarray) -> np.ndarray:
        return pooled


@pytest.mark.parametrize("size", [(70, 140), (5, 90), (224, 224)])
def test_a_region_is_what_the_vector_loses_where_it_is_hidden(tmp_path: Path, size: tuple[int, int]) -> None:
    pixels = np.full((*size, 3), 40, dtype=np.uint8)
    down, across = size[0] // 7, size[1] // 7
    pixels[: max(1, down), 5 * across : 6 * across] = 250  # first row, sixth column
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    parts = occluded(Bright(), tmp_path / "photo.png")
    assert (parts.grid, parts.approximate, len(parts.vectors)) == (GRID, True, 50)
    np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.vector, atol=1e-6)
    if size[0] > 7:
        lost = np.linalg.norm(parts.vectors[:49], axis=1)
        assert lost.argmax() == 5
        np.testing.assert_allclose(np.delete(lost, 5), 0, atol=1e-7)
    assert parts.fitting is not None
    assert parts.fitting.frame((size[1], size[0]))[:2] == (size[1], size[0])
