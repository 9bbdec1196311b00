"""Frozen encoders by name. Importing this package loads neither weights nor torch nor ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodcls.encoders.base import (
    Encoded,
    Encoder,
    FrozenEncoder,
    Item,
    Kind,
    Parts,
    Progress,
    available_processors,
)
from prodcls.encoders.lite0 import Lite0
from prodcls.encoders.minilm import MiniLM
from prodcls.encoders.scripts import EncoderChoice, choose_text_encoders, script_shares
from prodcls.encoders.use import Use, UsePooled
from prodcls.errors import InputError

if TYPE_CHECKING:
    from prodcls.config import Runtime

__all__ = [
    "IMAGE_ENCODERS",
    "TEXT_ENCODERS",
    "Encoded",
    "Encoder",
    "EncoderChoice",
    "Item",
    "Kind",
    "Parts",
    "Progress",
    "available_processors",
    "choose_text_encoders",
    "image_encoder",
    "script_shares",
    "text_encoder",
]

TEXT_ENCODERS: dict[str, type[FrozenEncoder]] = {cls.name: cls for cls in (MiniLM, Use, UsePooled)}
"""Text encoders by name."""
IMAGE_ENCODERS: dict[str, type[FrozenEncoder]] = {Lite0.name: Lite0}
"""Photo encoders by name."""


def text_encoder(name: str, runtime: Runtime = "onnx", threads: int | None = None) -> Encoder:
    """Return a text encoder.

    Parameters
    ----------
    name : {"minilm", "use", "use-pooled"}
    runtime : {"onnx", "torch"}, default "onnx"
    threads : int, optional
        Texts encoded at the same time; as many as there are processors by default.

    Returns
    -------
    Encoder
        Weights are loaded at the first use.

    Raises
    ------
    InputError
        If there is no such encoder.
    """
    return _find(TEXT_ENCODERS, name, "text")(runtime, threads)


def image_encoder(name: str = "lite0", runtime: Runtime = "onnx", threads: int | None = None) -> Encoder:
    """Return a photo encoder.

    Parameters
    ----------
    name : {"lite0"}
    runtime : {"onnx", "torch"}, default "onnx"
    threads : int, optional
        Photos encoded at the same time; as many as there are processors by default.

    Returns
    -------
    Encoder
        Weights are loaded at the first use.

    Raises
    ------
    InputError
        If there is no such encoder.
    """
    return _find(IMAGE_ENCODERS, name, "image")(runtime, threads)


def _find(encoders: dict[str, type[FrozenEncoder]], name: str, kind: Kind) -> type[FrozenEncoder]:
    """Return the encoder called ``name``."""
    if name not in encoders:
        message = f"no {kind} encoder {name!r}; there are {', '.join(encoders)}"
        raise InputError(message, code="encoder-unknown")
    return encoders[name]
