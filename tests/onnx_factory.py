"""Small ONNX files as others write them, each a folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from encoder_factory import make_tokenizer

OPSET = 17


def pixels_input() -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["n", 3, 32, 32])


def ids_inputs(*names: str) -> list[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "tokens"]) for name in names]


def write_onnx(
    folder: Path,
    kind: str,
    nodes: Sequence[onnx.NodeProto],
    *,
    inputs: Sequence[onnx.ValueInfoProto] | None = None,
    outputs: Sequence[str] = ("found",),
    tensors: Sequence[onnx.TensorProto] = (),
    domains: Sequence[str] = ("",),
    **config: object,
) -> Path:
    """Write a file of some operators, and return its folder."""
    given = inputs or ([pixels_input()] if kind == "image" else ids_inputs("input_ids", "attention_mask"))
    found = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(list(nodes), "encoder", list(given), found, list(tensors))
    versions = [helper.make_opsetid(domain, OPSET if not domain else 1) for domain in domains]
    folder.mkdir(parents=True)
    model = helper.make_model(graph, opset_imports=versions, ir_version=9)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (folder / "config.json").write_text(json.dumps({"architecture": f"onnx/{kind}", **config}))
    if kind == "text":
        make_tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "README.md").write_text("---\nlicense: mit\nlanguage: en\n---\n# A model\n")
    return folder


def drawn(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.random.default_rng(len(name)).normal(size=shape).astype(np.float32), name)


def write_photo_map(folder: Path, **config: object) -> Path:
    """Write an encoder whose output is a feature map of 4 x 4 regions."""
    nodes = [
        helper.make_node("Conv", ["pixel_values", "filters"], ["map"], strides=[8, 8]),
        helper.make_node("Relu", ["map"], ["found"]),
    ]
    return write_onnx(folder, "image", nodes, tensors=[drawn("filters", 6, 3, 8, 8)], **config)


def write_photo_vector(folder: Path) -> Path:
    """Write an encoder whose output is a vector, bent."""
    nodes = [
        helper.make_node("Conv", ["pixel_values", "filters"], ["map"], strides=[8, 8]),
        helper.make_node("GlobalAveragePool", ["map"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Tanh", ["flat"], ["found"]),
    ]
    return write_onnx(folder, "image", nodes, tensors=[drawn("filters", 6, 3, 8, 8)])


def write_text_states(folder: Path, **config: object) -> Path:
    """Write an encoder whose output is a state for each token; each knows of all, and the mask takes part."""
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["states"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        helper.make_node("Mul", ["states", "wide"], ["seen"]),
        helper.make_node("ReduceMean", ["seen"], ["mean"], axes=[1]),
        helper.make_node("Add", ["seen", "mean"], ["found"]),
    ]
    size = make_tokenizer().get_vocab_size()
    last = numpy_helper.from_array(np.array([2]), "last")
    return write_onnx(folder, "text", nodes, tensors=[drawn("words", size, 6), last], **config)


def write_text_vector(folder: Path) -> Path:
    """Write an encoder whose output is a vector, bent; and another output beside it."""
    nodes = [
        helper.make_node("Gather", ["words", "input_ids"], ["states"]),
        helper.make_node("ReduceMean", ["states"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Tanh", ["mean"], ["found"]),
    ]
    size = make_tokenizer().get_vocab_size()
    tensors = [drawn("words", size, 6)]
    inputs = ids_inputs("input_ids", "token_type_ids")
    names = ("states", "found")
    return write_onnx(folder, "text", nodes, inputs=inputs, outputs=names, tensors=tensors, output="found")
