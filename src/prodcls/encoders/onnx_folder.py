"""An encoder in a folder with ``model.onnx``: what it is, looked at and tried once.

``config.json`` says what the file cannot: ``{"architecture": "onnx/image"}`` or ``"onnx/text"``, the name of the
``output`` where there are several, and for texts ``max_tokens`` and ``pooling``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodcls.encoders.folder_files import (
    CONFIG,
    TOKENIZER,
    demand_files,
    files_digest,
    read_card,
    read_object,
    refuse,
)
from prodcls.encoders.items import Kind
from prodcls.encoders.model_folder import MOST_TOKENS
from prodcls.encoders.onnx_file import MODEL, checked_model
from prodcls.encoders.onnx_trial import Feeds, try_onnx
from prodcls.encoders.photo_folder import Pixels, read_pixels
from prodcls.photo_fitting import WHOLE_SIDE

if TYPE_CHECKING:
    from onnx import GraphProto, ValueInfoProto

__all__ = ["ONNX", "TEXT_INPUTS", "OnnxFolder", "read_onnx_folder"]

ONNX = "onnx/"
"""Begins the ``architecture`` of a folder with an ONNX file."""

TEXT_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
TRIED_TOKENS = 8


@dataclass(frozen=True)
class OnnxFolder:
    """An encoder on disk.

    Attributes
    ----------
    path : Path
    digest : str
        SHA-256 over all files that its vectors depend on, 64 hex digits.
    kind : {"text", "image"}
    inputs : tuple of str
    output : str
    shape : tuple of int
        Of the output for one item: ``(d,)``, or ``(d, rows, columns)`` of a photo, or ``(tokens, d)`` of a text.
    pooling : {"mean", "cls"}
        What is made of the tokens of a text, where the output tells them.
    max_tokens : int
        Tokens read of a text, marks included.
    pixels : Pixels
        How a photo becomes numbers.
    size : int
        Bytes of the file.
    licence : str
        As its model card says; empty where it does not.
    languages : tuple of str
        Likewise.
    """

    path: Path
    digest: str
    kind: Kind
    inputs: tuple[str, ...]
    output: str
    shape: tuple[int, ...]
    pooling: str
    max_tokens: int
    pixels: Pixels
    size: int
    licence: str
    languages: tuple[str, ...]

    @property
    def name(self) -> str:
        """The folder's name with the first digits of the digest: what a bundle remembers."""
        return f"{self.path.name}@{self.digest[:12]}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.shape[-1] if self.kind == "text" else self.shape[0]

    @property
    def told(self) -> bool:
        """Whether the output is a mean over parts that it tells."""
        return len(self.shape) > 1 and self.pooling == "mean"


def read_onnx_folder(path: Path) -> OnnxFolder:
    """Return what a folder holds.

    Parameters
    ----------
    path : Path

    Returns
    -------
    OnnxFolder

    Raises
    ------
    InputError
        Codes ``encoder-incomplete`` and ``encoder-unusable``.
    """
    demand_files(path, (CONFIG, MODEL))
    return _read(path, files_digest(path))


@lru_cache(maxsize=16)
def _read(path: Path, digest: str) -> OnnxFolder:
    config, card = read_object(path / CONFIG), read_card(path)
    kind: Kind = "image" if config.get("architecture") == f"{ONNX}image" else "text"
    if kind == "text":
        demand_files(path, (TOKENIZER,))
    tokens, pooling = config.get("max_tokens", 256), config.get("pooling", "mean")
    if not isinstance(tokens, int) or not 2 <= tokens <= MOST_TOKENS or pooling not in ("mean", "cls"):
        message = f'max_tokens is a number from 2 to {MOST_TOKENS}, and pooling "mean" or "cls"'
        raise refuse(path / CONFIG, message)
    data, model = checked_model(path / MODEL)
    held = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in held]
    pixels = read_pixels(path, _side(inputs) if kind == "image" else WHOLE_SIDE)
    feeds = _feeds(path, inputs, kind, pixels)
    output = _output(path, model.graph, config)
    shape = try_onnx(path / MODEL, data, feeds, output)
    if shape[:1] != (1,) or not _fits(shape[1:], kind):
        what = "(1, d) or (1, d, rows, columns)" if kind == "image" else "(1, d) or (1, tokens, d)"
        raise refuse(path / MODEL, f"gives {output!r} of shape {shape} for one item; {what} is read")
    return OnnxFolder(
        path=path,
        digest=digest,
        kind=kind,
        inputs=tuple(one.name for one in inputs),
        output=output,
        shape=shape[1:],
        pooling=pooling,
        max_tokens=tokens,
        pixels=pixels,
        size=len(data),
        licence=card.licence,
        languages=card.languages,
    )


def _fits(shape: tuple[int, ...], kind: Kind) -> bool:
    if min(shape, default=0) < 1:
        return False
    return (
        len(shape) in (1, 3) if kind == "image" else len(shape) == 1 or (len(shape) == 2 and shape[0] == TRIED_TOKENS)
    )


def _side(inputs: list[ValueInfoProto]) -> int:
    """Return the pixels of a side as the file itself tells them."""
    sizes = inputs[0].type.tensor_type.shape.dim if inputs else ()
    return int(sizes[-1].dim_value) if sizes and sizes[-1].dim_value else WHOLE_SIDE


def _feeds(path: Path, inputs: list[ValueInfoProto], kind: Kind, pixels: Pixels) -> Feeds:
    """Return what the file is given for one item."""
    import onnx

    wanted = onnx.TensorProto.FLOAT if kind == "image" else onnx.TensorProto.INT64
    names = [one.name for one in inputs]
    if any(one.type.tensor_type.elem_type != wanted for one in inputs):
        raise refuse(path / MODEL, f"its inputs are not all of {'float32' if kind == 'image' else 'int64'}")
    if kind == "image":
        if len(names) != 1:
            raise refuse(path / MODEL, f"takes {', '.join(names) or 'nothing'}; one input of pixels is known")
        side = pixels.fitting.side
        return {names[0]: ((1, 3, side, side), "float32")}
    if "input_ids" not in names or not set(names) <= set(TEXT_INPUTS):
        raise refuse(path / MODEL, f"takes {', '.join(names) or 'nothing'}; {', '.join(TEXT_INPUTS)} are known")
    return dict.fromkeys(names, ((1, TRIED_TOKENS), "int64"))


def _output(path: Path, graph: GraphProto, config: dict[str, Any]) -> str:
    names = [one.name for one in graph.output]
    told = config.get("output", names[0] if len(names) == 1 else None)
    if told not in names:
        raise refuse(path / CONFIG, f"names no output; these are there: {', '.join(names)}")
    return str(told)
