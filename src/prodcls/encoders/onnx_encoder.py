"""Encoders that are ONNX files of somebody else, always run by ONNX Runtime, one item at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.base import FrozenEncoder, Item, Parts, Prepared, readable_text, without_blanks
from prodcls.encoders.folder_files import refuse
from prodcls.encoders.network import Network, Run
from prodcls.encoders.occlusion import occluded
from prodcls.encoders.onnx_file import MODEL, checked_model
from prodcls.encoders.onnx_folder import OnnxFolder
from prodcls.encoders.photos import prepared_photo, region_parts
from prodcls.encoders.word_pieces import mean_parts, open_tokenizer, word_pieces

if TYPE_CHECKING:
    from torch import nn

__all__ = ["OnnxEncoder"]


class OnnxEncoder(FrozenEncoder):
    """The encoder of a folder with an ONNX file.

    Where the output tells a photo's feature map or a text's token states, the vector is their mean and linear in them.
    Where it tells the vector alone, parts are found by leaving them out.

    Parameters
    ----------
    folder : OnnxFolder
    threads : int, optional
        Items encoded at the same time; as many as there are processors by default.
    """

    preprocessing: int = 1

    def __init__(self, folder: OnnxFolder, threads: int | None = None) -> None:
        super().__init__("onnx", threads)
        self.folder = folder
        self.kind = folder.kind
        self.name = folder.name
        self.dimension = folder.dimension
        shape: tuple[int | None, ...] = (None,)
        if folder.kind == "image":
            self.fitting = folder.pixels.fitting
            shape = (self.fitting.side, self.fitting.side, 3)
        self.network = Network(
            f"{folder.path.name}-{folder.digest[:12]}",
            _no_module,
            ("vector", "states"),
            shape,
            "uint8" if folder.kind == "image" else "int64",
            partial(_open, folder),
        )

    @property
    def identity(self) -> str:
        """Name, digest, preprocessing version and runtime; fit for a file name."""
        return f"{self.folder.path.name}-{self.folder.digest[:12]}-p{self.preprocessing}-{self.runtime}"

    def prepare(self, item: Item) -> Prepared:
        """Return the pixels of a photo, or the token ids of a text cut to the length that is told.

        Parameters
        ----------
        item : str, Path or PhotoCopy

        Returns
        -------
        Prepared

        Raises
        ------
        ImageError
            If the photo cannot be read.
        """
        if self.folder.kind == "image":
            return prepared_photo(item, self.folder.pixels.fitting)
        text = readable_text(item)
        tokenizer = open_tokenizer(self.folder.path, self.folder.digest)
        ids, spans, share = word_pieces(tokenizer, text, self.folder.max_tokens)
        return Prepared(np.array(ids, dtype=np.int64), share, partial(without_blanks, text, spans))

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each part's share of the mean.

        Parameters
        ----------
        states : ndarray of shape (d, rows, columns) or (tokens, d), float32

        Returns
        -------
        ndarray of shape (m, d), float64
        """
        return region_parts(states) if self.kind == "image" else mean_parts(states)

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the vector of each item split over its tokens or regions.

        Parameters
        ----------
        items : sequence of str or Path, length n

        Returns
        -------
        tuple of Parts, length n

        Raises
        ------
        ImageError
            If a photo cannot be read.
        """
        if self.folder.told:
            return super().encode_parts(items)
        return tuple(occluded(self, item) for item in items)


def _no_module() -> nn.Module:
    message = "an ONNX file is no module of torch"
    raise NotImplementedError(message)


def _open(folder: OnnxFolder) -> Run:
    """Return what runs a folder's file."""
    from prodcls.encoders.onnx_session import open_session

    path = folder.path / MODEL
    data, _ = checked_model(path)
    try:
        session = open_session(data, quiet=True)
    except Exception as error:
        raise refuse(path, f"cannot be opened: {type(error).__name__}: {str(error)[:200]}") from error

    def run(items: NDArray[Any], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        # One by one: how a file of somebody else rounds may depend on how many there are.
        rows = [_one(folder, session, item) for item in items]
        return [np.stack([row[name] for row in rows]) for name in outputs]

    return run


def _one(folder: OnnxFolder, session: Any, item: NDArray[Any]) -> dict[str, NDArray[np.float32]]:  # noqa: ANN401
    """Return vector and states of one item, where the output tells them."""
    path, feeds = folder.path / MODEL, _fed(folder, item)
    try:
        found = np.asarray(session.run([folder.output], feeds)[0])
    except Exception as error:
        raise refuse(path, f"does not run: {type(error).__name__}: {str(error)[:200]}") from error
    wanted = folder.shape
    if folder.kind == "text" and len(wanted) > 1:
        wanted = (next(iter(feeds.values())).shape[1], folder.dimension)
    if found.shape != (1, *wanted) or found.dtype != np.float32 or not np.isfinite(found).all():
        raise refuse(path, f"gives {found.dtype} of shape {found.shape}, or numbers that are not finite")
    states = found[0]
    if states.ndim == 1:
        return {"vector": states, "states": states}
    if folder.pooling == "cls" and folder.kind == "text":
        return {"vector": states[0], "states": states}
    if folder.kind == "image":
        return {"vector": states.mean((1, 2), dtype=np.float64).astype(np.float32), "states": states}
    mean = states.mean(0, dtype=np.float64)
    return {"vector": (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32), "states": states}


def _fed(folder: OnnxFolder, item: NDArray[Any]) -> dict[str, NDArray[Any]]:
    if folder.kind == "image":
        numbers = (item - np.array(folder.pixels.mean)) / np.array(folder.pixels.std)
        return {folder.inputs[0]: numbers.transpose(2, 0, 1)[None].astype(np.float32)}
    ids = item[item >= 0][None]
    told = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return {name: told[name] for name in folder.inputs}
