"""MiniLM gives the published vectors, split exactly over the words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.encoders.minilm import MAX_TOKENS, MiniLM
from prodcls.encoders.weights import MINILM

TEXTS = (
    "Red cotton shirt, 100% cotton",
    "Stainless-steel pressure cooker 5L",
    "iPhone",
    "naïve café ﬁne",
    "word " * 300,
)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def test_onnx_runtime_equals_torch() -> None:
    onnx, torch = MiniLM("onnx").encode(TEXTS), MiniLM("torch").encode(TEXTS)
    assert cosines(onnx.vectors, torch.vectors).min() >= 0.9999
    np.testing.assert_array_equal(onnx.read_share, torch.read_share)


@pytest.mark.filterwarnings("ignore")
def test_the_network_equals_the_reference_implementation() -> None:
    transformers = pytest.importorskip("transformers", reason="the reference comes with transformers")
    import torch
    from safetensors.torch import load

    config = transformers.BertConfig(hidden_size=384, num_hidden_layers=6, intermediate_size=1536)
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    loaded = model.load_state_dict(load(MINILM.read()), strict=False)
    assert not loaded.missing_keys
    encoder = MiniLM()
    found = encoder.encode(TEXTS).vectors
    with torch.inference_mode():
        expected = [
            model(torch.from_numpy(encoder.prepare(text).value)[None]).last_hidden_state[0].mean(0).numpy()
            for text in TEXTS
        ]
    assert cosines(found, np.stack(expected)).min() >= 0.999999


def test_a_vector_depends_on_its_text_alone() -> None:
    together = MiniLM(threads=3).encode(TEXTS).vectors
    for i, text in enumerate(TEXTS):
        np.testing.assert_array_equal(MiniLM(threads=1).encode([text]).vectors[0], together[i])


def test_parts_sum_to_the_vector() -> None:
    encoder = MiniLM()
    vectors = encoder.encode(TEXTS).vectors
    for vector, parts in zip(vectors, encoder.encode_parts(TEXTS), strict=True):
        np.testing.assert_array_equal(parts.vector, vector)
        np.testing.assert_allclose(parts.vectors.sum(axis=0), vector, rtol=0, atol=1e-7)
        assert parts.linear
        np.testing.assert_array_equal(encoder.finish(parts.pooled[None].astype(np.float64))[0], parts.pooled)


def test_spans_are_the_words_of_the_text() -> None:
    text = "Café  PAN, 24 cm"
    spans = MiniLM().prepare(text).spans
    assert spans is not None
    assert [text[a:b] for a, b in spans] == ["", "Café", "PAN", ",", "24", "cm", ""]


def test_what_is_beyond_the_limit_is_told() -> None:
    prepared = MiniLM().prepare("word " * 508)
    assert len(prepared.value) == MAX_TOKENS
    assert prepared.read_share == pytest.approx(0.5)
    assert MiniLM().prepare("word " * 254).read_share == 1.0


@given(st.text() | st.text(alphabet="\ud800\x00\u200bﬁ手a😀", max_size=20))
def test_every_text_can_be_prepared(text: str) -> None:
    prepared = MiniLM().prepare(text)
    assert 2 <= len(prepared.value) <= MAX_TOKENS
    assert prepared.spans is not None
    assert prepared.spans.shape == (len(prepared.value), 2)
    assert (prepared.spans[:, 0] <= prepared.spans[:, 1]).all()
    assert prepared.spans.max() <= len(text)


def test_like_products_lie_closer() -> None:
    shirt, blouse, cooker = MiniLM().encode(["red cotton shirt", "cotton blouse", "pressure cooker"]).vectors
    assert shirt @ blouse > shirt @ cooker + 0.2
