"""An ONNX file that somebody else wrote, looked at before anything runs it.

Such a file is a program: of operators only, but of any. What is taken is one that holds all of its numbers itself and
computes each vector by ONNX's own operators, in a number of steps that is written in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prodcls.encoders.folder_files import refuse

if TYPE_CHECKING:
    from pathlib import Path

    from onnx import GraphProto, ModelProto

__all__ = ["MODEL", "MOST_BYTES", "checked_model"]

MODEL = "model.onnx"
MOST_BYTES = 1 << 30
"""Bytes of the file; it is held in memory twice while it is opened."""

MOST_NODES = 100_000
MOST_DEPTH = 8
"""Graphs inside graphs, as branches are."""

LEAST_OPSET = 11

UNBOUNDED = ("Loop", "Scan", "SequenceMap")
"""Operators that may go on for ever."""

DRAWN = (
    "Bernoulli",
    "Multinomial",
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
)
"""Operators that draw numbers: equal items would get different vectors."""


def checked_model(path: Path) -> tuple[bytes, ModelProto]:
    """Return an ONNX file's bytes once it is known what they hold.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of (bytes, ModelProto)
        What is run is these bytes and not the file, which could change in between.

    Raises
    ------
    InputError
        Code ``encoder-unusable``, with the operator or tensor that is not taken.
    """
    import onnx

    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise refuse(path, f"cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise refuse(path, f"has more than {MOST_BYTES} bytes")
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:
        raise refuse(path, f"is no ONNX file ({error})") from error
    found = next(_faults(model), None)
    if found is not None:
        raise refuse(path, found)
    return data, model


def _faults(model: ModelProto) -> Iterator[str]:
    """Yield what is not taken, in words."""
    versions = {one.domain: one.version for one in model.opset_import}
    version = versions.get("", versions.get("ai.onnx", 0))
    if version < LEAST_OPSET:
        yield f"is written in version {version} of ONNX's operators; {LEAST_OPSET} and later are read"
    if model.functions:
        yield "defines operators of its own (functions); export it with them written out"
    count = 0
    for graph in _graphs(model.graph, 0):
        if graph is None:
            yield f"holds graphs in graphs, more than {MOST_DEPTH} deep"
            return
        count += len(graph.node)
        if count > MOST_NODES:
            yield f"has more than {MOST_NODES} operators"
            return
        yield from _of_graph(graph, version)


def _graphs(graph: GraphProto, depth: int) -> Iterator[GraphProto | None]:
    """Yield a graph and those inside it; None in place of one that lies too deep."""
    if depth > MOST_DEPTH:
        yield None
        return
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in ([attribute.g] if attribute.HasField("g") else []) + list(attribute.graphs):
                yield from _graphs(inner, depth + 1)


def _of_graph(graph: GraphProto, version: int) -> Iterator[str]:
    import onnx

    tensors: list[Any] = [*graph.initializer, *(one.values for one in graph.sparse_initializer)]
    for node in graph.node:
        if node.domain not in ("", "ai.onnx"):
            yield f"uses {node.op_type!r} of {node.domain!r}, which is none of ONNX's own operators"
        elif not onnx.defs.has(node.op_type, max_inclusive_version=version, domain=""):
            yield f"uses {node.op_type!r}, which version {version} of ONNX's operators does not have"
        if node.op_type in UNBOUNDED:
            yield f"uses {node.op_type!r}, which may go on for ever"
        if node.op_type in DRAWN:
            yield f"uses {node.op_type!r}, which draws numbers: an encoder says the same each time"
        for attribute in node.attribute:
            tensors += ([attribute.t] if attribute.HasField("t") else []) + list(attribute.tensors)
    for tensor in tensors:
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            yield f"keeps the numbers of {tensor.name!r} in another file; save it with them inside"
