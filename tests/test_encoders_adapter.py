"""An adapter changes the same weights whatever runs the network, and the parts of a vector still sum to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from encoder_factory import write_bert
from prodcls.config import Runtime
from prodcls.encoders import text_encoder
from prodcls.encoders.adapter import Adapter
from prodcls.encoders.base import FrozenEncoder
from prodcls.encoders.conformance import conforms
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.inner import attentions
from prodcls.errors import InputError

TEXTS = ["Enamel teapot with lid", "usb cable, 1.2", "", "blue cotton shirt for men " * 12]
MAPS = {
    "minilm": ("layers.4.value", 384),
    "small-bert": ("model.encoder.layer.1.attention.self.query", 32),
    "cls-bert": ("model.encoder.layer.0.attention.self.value", 32),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    write_bert(root / "small-bert")
    write_bert(root / "cls-bert", pooling="cls")
    return root


@pytest.fixture(autouse=True)
def found(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))


def opened(name: str, runtime: Runtime = "onnx") -> FrozenEncoder:
    encoder = text_encoder(name, runtime, 1)
    assert isinstance(encoder, FrozenEncoder)
    return encoder


def drawn(name: str, seed: int = 0, size: float = 0.5) -> Adapter:
    where, width = MAPS[name]
    rng = np.random.default_rng(seed)
    down, up = (rng.normal(size=shape).astype(np.float32) for shape in ((2, width), (width, 2)))
    return Adapter(opened(name).name, {where: down}, {where: np.float32(size / np.sqrt(width)) * up})


def test_equal_numbers_make_equal_adapters() -> None:
    one, same, other = drawn("minilm"), drawn("minilm"), drawn("minilm", seed=1)
    assert (one == same, hash(one) == hash(same), one == other, one == "adapter") == (True, True, False, False)
    where = MAPS["minilm"][0]
    turned = Adapter("minilm", {where: one.down[where].reshape(4, -1)}, one.up)
    assert turned.digest != one.digest
    assert Adapter("use", one.down, one.up).digest != one.digest


@pytest.mark.parametrize("name", MAPS)
def test_every_runtime_runs_the_changed_weights(name: str) -> None:
    adapter = drawn(name)
    runtimes: tuple[Runtime, ...] = ("onnx", "torch", "openvino")
    vectors = {runtime: opened(name, runtime).adapted(adapter).encode(TEXTS).vectors for runtime in runtimes}
    np.testing.assert_allclose(vectors["onnx"], vectors["torch"], atol=2e-5)
    np.testing.assert_allclose(vectors["openvino"], vectors["torch"], atol=2e-5)
    before = opened(name).encode(TEXTS).vectors
    assert (np.abs(vectors["onnx"] - before).max(axis=1) > 1e-3)[[0, 1, 3]].all()


def test_an_adapter_of_zeros_moves_no_bit_and_the_frozen_encoder_is_left_alone() -> None:
    encoder, where = opened("minilm"), MAPS["minilm"][0]
    none = Adapter("minilm", {where: np.ones((1, 384), np.float32)}, {where: np.zeros((384, 1), np.float32)})
    before = encoder.encode(TEXTS).vectors
    np.testing.assert_array_equal(encoder.adapted(none).encode(TEXTS).vectors, before)
    encoder.adapted(drawn("minilm")).encode(TEXTS)
    np.testing.assert_array_equal(opened("minilm").encode(TEXTS).vectors, before)


def test_vectors_of_adapters_are_told_apart_by_their_names() -> None:
    one, other = (opened("minilm").adapted(drawn("minilm", seed)) for seed in (0, 1))
    names = {encoder.identity for encoder in (opened("minilm"), one, other)}
    assert len(names) == 3
    assert one.identity == opened("minilm").adapted(drawn("minilm")).identity
    assert one.name == "minilm"
    assert "-lora-" in opened("small-bert").adapted(drawn("small-bert")).identity


@pytest.mark.parametrize("name", MAPS)
def test_the_parts_sum_to_the_vector(name: str) -> None:
    encoder = opened(name).adapted(drawn(name))
    for text, vector in zip(TEXTS, encoder.encode(TEXTS).vectors, strict=True):
        parts = encoder.encode_parts([text])[0]
        np.testing.assert_array_equal(parts.vector, vector)
        np.testing.assert_allclose(parts.vectors.sum(axis=0), parts.pooled, atol=1e-5)
        np.testing.assert_allclose(encoder.finish(parts.pooled[None].astype(np.float64))[0], vector, atol=1e-5)


@pytest.mark.parametrize("name", ["minilm", "cls-bert"])
def test_a_tuned_encoder_keeps_what_every_encoder_promises(name: str) -> None:
    adapter = drawn(name)
    checks = conforms(lambda: opened(name).adapted(adapter))
    assert [check for check in checks if not check.holds] == []


def test_attention_is_that_of_the_changed_weights() -> None:
    adapter = drawn("small-bert", size=2.0)
    before, after = (
        attentions(encoder, encoder.prepare(TEXTS[0]).value)
        for encoder in (opened("small-bert"), opened("small-bert").adapted(adapter))
    )
    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before[0], after[0])  # the map that changes is in the last layer
    assert np.abs(before[-1] - after[-1]).max() > 1e-3


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
@pytest.mark.parametrize(("where", "width"), [("layers.9.query", 384), ("layers.4.query", 383), ("layers", 384)])
def test_an_adapter_of_another_network_is_refused(runtime: Runtime, where: str, width: int) -> None:
    adapter = Adapter("minilm", {where: np.ones((1, width), np.float32)}, {where: np.ones((384, 1), np.float32)})
    with pytest.raises(InputError, match="adapter") as caught:
        opened("minilm", runtime).adapted(adapter).encode(["teapot"])
    assert caught.value.code == "encoder-unusable"
