"""Gradients sum to what they claim to, through every network, and attention is a share of each token."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from prodcls.encoders import image_encoder, text_encoder
from prodcls.encoders.inner import attentions, integrate, prepared
from prodcls.encoders.lite0 import SIDE
from synthetic import WordEncoder

TEXT = "Steel kettle 1.5L, 不锈钢水壶"


def weights(dimension: int) -> np.ndarray:
    return np.random.default_rng(3).normal(size=dimension)


@pytest.mark.parametrize(("name", "steps", "bound"), [("minilm", 32, 1e-3), ("use", 32, 0.1), ("use-pooled", 32, 0.1)])
def test_values_sum_to_the_way_from_blank_to_text(name: str, steps: int, bound: float) -> None:
    encoder = text_encoder(name, "torch")
    item = prepared(encoder, TEXT)
    assert item is not None
    found = integrate(encoder, item.value, weights(encoder.dimension), steps)
    assert found is not None
    assert found.values.shape == item.value.shape
    assert abs(found.error) <= bound * np.abs(found.values).sum()
    np.testing.assert_array_equal(found.values[[0, -1]], 0.0)  # the marks are in both texts
    served = encoder.encode([TEXT]).vectors[0] @ weights(encoder.dimension)
    assert found.item == pytest.approx(served, abs=1e-4)


def test_pixels_that_are_the_same_add_nothing() -> None:
    encoder = image_encoder()
    random = np.random.default_rng(0)
    photo = random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    blank = photo.copy()
    blank[60:90, 100:140] = 0
    found = integrate(encoder, photo, weights(encoder.dimension), 4, blank)
    assert found is not None
    assert (found.values != 0).any()
    found.values[60:90, 100:140] = 0
    assert not found.values.any()


def test_the_opposite_score_has_opposite_values_to_the_last_digit() -> None:
    encoder = text_encoder("minilm")
    ids = encoder.prepare(TEXT).value  # type: ignore[attr-defined]
    one, two = (integrate(encoder, ids, sign * weights(384), 4) for sign in (1, -1))
    assert one is not None
    assert two is not None
    np.testing.assert_array_equal(one.values, -two.values)


def test_threads_are_put_back_and_change_no_digit() -> None:
    encoder, before = text_encoder("minilm"), torch.get_num_threads()
    ids = encoder.prepare(TEXT).value  # type: ignore[attr-defined]
    found = []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            found.append(integrate(encoder, ids, weights(384), 4))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert found[0] is not None
    assert found[1] is not None
    np.testing.assert_array_equal(found[0].values, found[1].values)


def test_each_token_shares_out_its_attention() -> None:
    encoder = text_encoder("minilm")
    ids = encoder.prepare(TEXT).value  # type: ignore[attr-defined]
    found = attentions(encoder, ids)
    assert found is not None
    assert found.shape == (6, len(ids), len(ids))
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=2), 1.0, atol=1e-5)


def test_what_has_no_network_or_no_attention_says_so() -> None:
    words, ids = WordEncoder(), np.array([1, 5, 2])
    assert prepared(words, TEXT) is None
    assert integrate(words, ids, weights(16), 4) is None
    assert attentions(words, ids) is None
    assert attentions(text_encoder("use"), ids) is None
