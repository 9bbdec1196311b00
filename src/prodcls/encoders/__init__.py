"""Frozen encoders by name. Importing this package loads neither weights nor torch nor ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodcls.encoders.audio import AUDIO_ENCODERS, audio_encoder
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
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.folders import folder_names, open_folder
from prodcls.encoders.foreign import foreign_names, open_foreign
from prodcls.encoders.hub import command_for
from prodcls.encoders.lite0 import Lite0
from prodcls.encoders.minilm import MiniLM
from prodcls.encoders.scripts import EncoderChoice, choose_text_encoders, script_shares
from prodcls.encoders.use import Use, UsePooled
from prodcls.errors import InputError

if TYPE_CHECKING:
    from prodcls.config import Runtime

__all__ = [
    "AUDIO_ENCODERS",
    "IMAGE_ENCODERS",
    "TEXT_ENCODERS",
    "Encoded",
    "Encoder",
    "EncoderChoice",
    "Item",
    "Kind",
    "Parts",
    "Progress",
    "audio_encoder",
    "available_processors",
    "choose_text_encoders",
    "encoder_of",
    "image_encoder",
    "script_shares",
    "text_encoder",
]

TEXT_ENCODERS: dict[str, type[FrozenEncoder]] = {cls.name: cls for cls in (MiniLM, Use, UsePooled)}
"""Text encoders that come with this package, by name."""
IMAGE_ENCODERS: dict[str, type[FrozenEncoder]] = {Lite0.name: Lite0}
"""Photo encoders that come with this package, by name."""


def text_encoder(name: str, runtime: Runtime = "onnx", threads: int | None = None) -> Encoder:
    """Return a text encoder: one of this package, of another installed one, or of a folder.

    Parameters
    ----------
    name : str
        Of `TEXT_ENCODERS`, of an entry point in the group ``prodcls.encoders``, or of a folder in one of
        `prodcls.encoders.folder_files.search_path`, with or without the digits of its digest.
    runtime : str, default "onnx"
    threads : int, optional
        Texts encoded at the same time; as many as there are processors by default.

    Returns
    -------
    Encoder
        Weights are loaded at the first use.

    Raises
    ------
    InputError
        If there is no such encoder, or it cannot be used.
    """
    if name in TEXT_ENCODERS:
        return TEXT_ENCODERS[name](runtime, threads)
    return _other("text", name, runtime, threads)


def image_encoder(name: str = "lite0", runtime: Runtime = "onnx", threads: int | None = None) -> Encoder:
    """Return a photo encoder: that of this package, of another installed one, or of a folder.

    Parameters
    ----------
    name : str
        As for `text_encoder`, of `IMAGE_ENCODERS`.
    runtime : str, default "onnx"
    threads : int, optional
        Photos encoded at the same time; as many as there are processors by default.

    Returns
    -------
    Encoder
        Weights are loaded at the first use.

    Raises
    ------
    InputError
        If there is no such encoder, or it cannot be used.
    """
    if name in IMAGE_ENCODERS:
        return IMAGE_ENCODERS[name](runtime, threads)
    return _other("image", name, runtime, threads)


def _other(kind: Kind, name: str, runtime: Runtime, threads: int | None) -> Encoder:
    """Return an encoder that did not come with this package."""
    found = open_foreign(name, runtime, threads) or open_folder(name, kind, runtime, threads)
    if found is None or found.kind != kind:
        own = TEXT_ENCODERS if kind == "text" else IMAGE_ENCODERS
        raise _unknown(kind, name, (*own, *foreign_names(), *folder_names(kind)))
    return found


def encoder_of(kind: Kind, name: str, runtime: Runtime = "onnx", threads: int | None = None) -> Encoder:
    """Return an encoder by what it reads; see `text_encoder`, `image_encoder` and `audio_encoder`.

    Parameters
    ----------
    kind : {"text", "image", "audio"}
    name : str
    runtime : str, default "onnx"
    threads : int, optional

    Returns
    -------
    Encoder
    """
    opened = {"text": text_encoder, "image": image_encoder, "audio": audio_encoder}
    return opened[kind](name, runtime, threads)


def _unknown(kind: Kind, name: str, there: tuple[str, ...]) -> InputError:
    message = (
        f"no {kind} encoder {name!r}; there are {', '.join(there)}. An encoder in a folder is found by the folder's "
        f"name below one of {SEARCH_VARIABLE}; to fetch one: {command_for(name)}"
    )
    return InputError(message, code="encoder-unknown")
