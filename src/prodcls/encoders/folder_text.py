"""Text encoders of folders: BERT and its kin, pooled by the mean of the tokens or the first one, CLIP, SigLIP."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.base import FrozenEncoder, Item, Kind, Parts, Prepared, readable_text, without_blanks
from prodcls.encoders.filled_texts import open_filled
from prodcls.encoders.finishing import finished
from prodcls.encoders.model_folder import ModelFolder
from prodcls.encoders.network import Network
from prodcls.encoders.occlusion import occluded
from prodcls.encoders.word_pieces import mean_parts, open_tokenizer, word_pieces
from prodcls.errors import InputError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["FolderText"]


def _build(folder: ModelFolder) -> nn.Module:
    if folder.pooling in ("end", "filled"):
        from prodcls.encoders.text_tower import load_text_tower

        return load_text_tower(folder)
    from prodcls.encoders.folder_net import load_net

    return load_net(folder)


class FolderText(FrozenEncoder):
    """The text encoder of a folder.

    Pooled by the mean, a vector is linear in its tokens' states. Pooled by one token, it is what comes after the last
    attention, which is a sum over the tokens: see `prodcls.encoders.folder_net.FirstTokenNet` for the first token, and
    `prodcls.encoders.tower_net` for the last one. Where texts are filled up, what fills them holds nearly all of that
    sum, so that words are left out one by one instead.

    Parameters
    ----------
    folder : ModelFolder
    runtime : str, default "onnx"
    threads : int, optional
        Texts encoded at the same time; as many as there are processors by default.
    """

    kind: Kind = "text"
    preprocessing: int = 2

    def __init__(self, folder: ModelFolder, runtime: Runtime = "onnx", threads: int | None = None) -> None:
        super().__init__(runtime, threads)
        self.folder = folder
        self.name = folder.name
        self.dimension = folder.dimension
        self.pooled_tokens = {"mean": slice(None), "cls": slice(0, 1)}.get(folder.pooling, slice(-1, None))
        outputs: tuple[str, ...] = ("vector", "states")
        if folder.pooling != "mean":
            outputs = ("vector", "pooled", "states")
        if folder.pooling in ("cls", "end"):
            self.pooled_output = "pooled"
        key, build = f"{folder.path.name}-{folder.digest[:12]}", partial(_build, folder)
        self.network = Network(key, build, outputs, (None,), "int64", longest=folder.max_tokens)

    @property
    def identity(self) -> str:
        """Name, digest, preprocessing version and runtime; fit for a file name."""
        return f"{self.folder.path.name}-{self.folder.digest[:12]}{self.tuned}-p{self.preprocessing}-{self.runtime}"

    def prepare(self, item: Item) -> Prepared:
        """Return the token ids of a text, cut to the model's length; the prompt stands for no character of it.

        Parameters
        ----------
        item : str

        Returns
        -------
        Prepared

        Raises
        ------
        InputError
            Code ``encoder-unusable``, if the tokenizer knows more tokens than the model, or sets no mark at the end
            where the model needs one.
        """
        text, most, prompt = readable_text(item), self.folder.max_tokens, self.folder.prompt
        path, digest = self.folder.path, self.folder.digest
        if self.folder.pooling == "filled":
            ids, spans, share = open_filled(path, digest).pieces(prompt + text, most)
        else:
            ids, spans, share = word_pieces(open_tokenizer(path, digest), prompt + text, most)
        if max(ids) >= self.folder.vocabulary:
            message = f"the tokenizer knows more tokens than the model, which has {self.folder.vocabulary}"
            raise InputError(message, code="encoder-unusable", file=str(self.folder.path))
        if self.folder.pooling == "end" and (len(ids) < 2 or spans[-1][0] < spans[-1][1]):
            message = "the tokenizer sets no mark behind a text, of which the model makes the vector"
            raise InputError(message, code="encoder-unusable", file=str(self.folder.path))

        def locate() -> NDArray[np.int64]:
            return without_blanks(text, [(max(s - len(prompt), 0), max(e - len(prompt), 0)) for s, e in spans])

        return Prepared(np.array(ids, dtype=np.int64), share, locate)

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        """Return the vector of each text split over its tokens, or over its words where texts are filled up.

        Parameters
        ----------
        items : sequence of str, length n

        Returns
        -------
        tuple of Parts, length n
        """
        if self.folder.pooling == "filled":
            return tuple(occluded(self, item) for item in items)
        return super().encode_parts(items)

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what each token adds: its share of the mean over its length, or its term of the last attention.

        Parameters
        ----------
        states : ndarray of shape (tokens, d), float32

        Returns
        -------
        ndarray of shape (tokens, d), float64
        """
        return mean_parts(states) if self.folder.pooling == "mean" else states.astype(np.float64)

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors of sums of parts.

        Parameters
        ----------
        pooled : ndarray of shape (n, d), float64

        Returns
        -------
        ndarray of shape (n, d), float64
        """
        return finished(self.network, pooled) if self.pooled_output == "pooled" else pooled
