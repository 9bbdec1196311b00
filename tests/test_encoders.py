"""Encoders are found by name and load nothing before they are used."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import get_args

import pytest

from prodcls.config import Runtime
from prodcls.encoders import IMAGE_ENCODERS, TEXT_ENCODERS, image_encoder, text_encoder
from prodcls.encoders.runtimes import open_network
from prodcls.errors import InputError

HEAVY = ("torch", "transformers", "onnxruntime", "onnx", "tokenizers", "openvino", "sentencepiece", "safetensors.torch")


def test_importing_loads_nothing_heavy() -> None:
    code = (
        "import sys, prodcls.embeddings, prodcls.encoders as e; e.text_encoder('use').identity; "
        f"e.image_encoder().identity; print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_identities_tell_encoder_weights_version_and_runtime() -> None:
    encoders = [text_encoder(name, runtime) for name in TEXT_ENCODERS for runtime in get_args(Runtime)]
    encoders += [image_encoder(name, runtime) for name in IMAGE_ENCODERS for runtime in get_args(Runtime)]
    assert len({encoder.identity for encoder in encoders}) == len(encoders)
    assert text_encoder("minilm").identity == "minilm-53aa51172d14-p1-onnx"
    assert text_encoder("minilm", "openvino-bf16").identity == "minilm-53aa51172d14-p1-openvino-bf16"


@pytest.mark.parametrize("find", [text_encoder, image_encoder])
def test_an_unknown_name_is_refused_with_those_there_are(find: type[object]) -> None:
    with pytest.raises(InputError, match=r"'bert'; there are (minilm, use|lite0)"):
        find("bert")


def test_no_items_need_no_network() -> None:
    encoded = text_encoder("minilm").encode([])
    assert encoded.vectors.shape == (0, 384)
    assert encoded.read_share.shape == (0,)


@pytest.mark.parametrize(("name", "runtime"), [*((name, "onnx") for name in TEXT_ENCODERS), ("minilm", "openvino")])
def test_encoding_opens_no_socket(name: str, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    if runtime == "openvino":
        pytest.importorskip("openvino", reason="OpenVINO is not installed")

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    open_network.cache_clear()
    assert text_encoder(name, runtime).encode(["red shirt"]).vectors.any()
