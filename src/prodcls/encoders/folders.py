"""Encoders of folders by name: which kinds a folder holds, and its encoder of one kind."""

from __future__ import annotations

from pathlib import Path

from prodcls.config import Runtime
from prodcls.encoders.folder_files import CONFIG, SPIECES, TOKENIZER, find_path, model_folders, read_object
from prodcls.encoders.folder_photo import FolderPhoto
from prodcls.encoders.folder_text import FolderText
from prodcls.encoders.items import Encoder, Kind
from prodcls.encoders.model_folder import CLIP, SIGLIP, read_folder
from prodcls.encoders.onnx_encoder import OnnxEncoder
from prodcls.encoders.onnx_folder import ONNX, read_onnx_folder
from prodcls.encoders.photo_folder import architecture_of, read_photo_folder
from prodcls.errors import InputError

__all__ = ["folder_encoder", "folder_kinds", "folder_names", "open_folder"]

OF_PHOTOS = ("resnet", "vit")


def folder_kinds(path: Path) -> tuple[Kind, ...]:
    """Return what the encoder of a folder reads, by its ``config.json``; texts, where that tells nothing of photos.

    A SigLIP without a tokenizer reads photos alone.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if it cannot be read.
    """
    architecture = architecture_of(read_object(path / CONFIG))
    if architecture == CLIP:
        return "text", "image"
    if architecture == SIGLIP:
        return ("text", "image") if any((path / name).is_file() for name in (SPIECES, TOKENIZER)) else ("image",)
    if architecture == f"{ONNX}text":
        return ("text",)
    return ("image",) if architecture in OF_PHOTOS or "/" in architecture else ("text",)


def folder_encoder(path: Path, kind: Kind, runtime: Runtime = "onnx", threads: int | None = None) -> Encoder:
    """Return the encoder of one kind in a folder.

    Parameters
    ----------
    path : Path
    kind : {"text", "image"}
        Of `folder_kinds`.
    runtime : str, default "onnx"
    threads : int, optional

    Returns
    -------
    Encoder
        Weights are loaded at the first use.

    Raises
    ------
    InputError
        Codes ``encoder-incomplete`` and ``encoder-unusable``.
    """
    if architecture_of(read_object(path / CONFIG)).startswith(ONNX):
        return OnnxEncoder(read_onnx_folder(path), threads)
    if kind == "image":
        return FolderPhoto(read_photo_folder(path), runtime, threads)
    return FolderText(read_folder(path), runtime, threads)


def open_folder(name: str, kind: Kind, runtime: Runtime, threads: int | None) -> Encoder | None:
    """Return the encoder of a folder by its name; None where there is none of this kind.

    Parameters
    ----------
    name : str
        With or without the digits of its digest.
    kind : {"text", "image"}
    runtime : str
    threads : int or None

    Returns
    -------
    Encoder or None

    Raises
    ------
    InputError
        If the folder is not whole, cannot be used, or holds other weights than ``name`` tells.
    """
    path = find_path(name)
    return None if path is None or kind not in folder_kinds(path) else folder_encoder(path, kind, runtime, threads)


def folder_names(kind: Kind) -> tuple[str, ...]:
    """Return the names of the folders with an encoder of this kind; those that cannot be read are left out.

    Parameters
    ----------
    kind : {"text", "image"}

    Returns
    -------
    tuple of str
    """
    found = []
    for path in model_folders():
        try:
            if kind in folder_kinds(path):
                found.append(path.name)
        except InputError:
            continue
    return tuple(found)
