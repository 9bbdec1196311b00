"""Text encoders of folders: BERT and its kin, pooled by the mean of the tokens or by the first one."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.base import FrozenEncoder, Item, Kind, Prepared, readable_text, without_blanks
from prodcls.encoders.model_folder import TOKENIZER, ModelFolder
from prodcls.encoders.network import Network
from prodcls.encoders.torch_run import one_thread, open_module
from prodcls.encoders.word_pieces import mean_parts, whole_texts, word_pieces
from prodcls.errors import InputError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import nn

__all__ = ["FolderText"]


def _build(folder: ModelFolder) -> nn.Module:
    from prodcls.encoders.folder_net import load_net

    return load_net(folder)


@lru_cache(maxsize=4)
def _tokenizer(folder: ModelFolder) -> Tokenizer:
    from tokenizers import Tokenizer

    path = folder.path / TOKENIZER
    try:
        return whole_texts(Tokenizer.from_str(path.read_text(encoding="utf-8")))
    except Exception as error:
        raise InputError(f"is no tokenizer ({error})", code="encoder-unusable", file=str(path)) from error


class FolderText(FrozenEncoder):
    """The text encoder of a folder.

    Pooled by the mean, a vector is linear in its tokens' states. Pooled by the first token, it is what comes after the
    last attention, which is a sum over the tokens: see `prodcls.encoders.folder_net.FirstTokenNet`.

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
        outputs: tuple[str, ...] = ("vector", "states")
        if folder.pooling == "cls":
            outputs, self.pooled_output = ("vector", "pooled", "states"), "pooled"
        self.network = Network(
            f"{folder.path.name}-{folder.digest[:12]}", partial(_build, folder), outputs, (None,), "int64"
        )

    @property
    def identity(self) -> str:
        """Name, digest, preprocessing version and runtime; fit for a file name."""
        return f"{self.folder.path.name}-{self.folder.digest[:12]}-p{self.preprocessing}-{self.runtime}"

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
            Code ``encoder-unusable``, if the tokenizer knows more tokens than the model.
        """
        text, most, prompt = readable_text(item), self.folder.max_tokens, self.folder.prompt
        ids, spans, share = word_pieces(_tokenizer(self.folder), prompt + text, most)
        if max(ids) >= self.folder.vocabulary:
            message = f"the tokenizer knows more tokens than the model, which has {self.folder.vocabulary}"
            raise InputError(message, code="encoder-unusable", file=str(self.folder.path))

        def locate() -> NDArray[np.int64]:
            return without_blanks(text, [(max(s - len(prompt), 0), max(e - len(prompt), 0)) for s, e in spans])

        return Prepared(np.array(ids, dtype=np.int64), share, locate)

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what each token adds: its share of the mean over its length, or its term of the last attention.

        Parameters
        ----------
        states : ndarray of shape (tokens, d), float32

        Returns
        -------
        ndarray of shape (tokens, d), float64
        """
        return states.astype(np.float64) if self.folder.pooling == "cls" else mean_parts(states)

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors of sums of parts.

        Parameters
        ----------
        pooled : ndarray of shape (n, d), float64

        Returns
        -------
        ndarray of shape (n, d), float64
        """
        if self.folder.pooling == "mean":
            return pooled
        import torch

        module = open_module(self.network)
        with one_thread(), torch.inference_mode():
            finished: NDArray[np.float64] = module.finish(torch.tensor(pooled, dtype=torch.float32)).double().numpy()  # type: ignore[operator]
        return finished
