"""Parts by leaving words out: they sum to the vector, and lie where the words are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.encoders.base import Encoded, Item, Parts
from prodcls.encoders.occlusion import MOST_PIECES, occluded
from prodcls.errors import InputError


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


def test_photos_have_no_words() -> None:
    with pytest.raises(InputError, match="regions"):
        occluded(Hashed(), Path("photo.png"))
