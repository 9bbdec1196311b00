"""The multilingual text encoder: Universal Sentence Encoder multilingual v3, of 16 languages with Chinese.

Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval, ACL 2020 (the convolutional variant).
"""

from __future__ import annotations

from functools import lru_cache, partial
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.base import FrozenEncoder, Item, Kind, Prepared, readable_text, without_blanks
from prodcls.encoders.network import Network
from prodcls.encoders.weights import USE, USE_TOKENIZER, WeightFile

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor
    from torch import nn

__all__ = ["MAX_TOKENS", "Use", "UsePooled"]

MAX_TOKENS = 1024
"""Tokens read of a text, the two marks included. The network has no limit; this one bounds time and memory."""

_UNKNOWN, _BEGIN, _END = 0, 1, 2
_TAIL = ("d0", "d1", "d2", "d3", "p1", "p3", "cnn_W", "cnn_b", "eps")


def _build() -> nn.Module:
    from prodcls.encoders.use_net import load

    return load(USE.read())


@lru_cache(maxsize=1)
def _tokenizer() -> SentencePieceProcessor:
    from sentencepiece import SentencePieceProcessor

    return SentencePieceProcessor(model_proto=USE_TOKENIZER.read())


@lru_cache(maxsize=1)
def _tail() -> dict[str, NDArray[np.float64]]:
    """Return the small matrices after the last token states, in float64."""
    with np.load(BytesIO(USE.read()), allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float64) for name in _TAIL}


class UsePooled(FrozenEncoder):
    """512 dimensions: the scaled token sum in front of the network's last layers, at unit length. Linear."""

    name: str = "use-pooled"
    kind: Kind = "text"
    dimension: int = 512
    weights: WeightFile = USE
    preprocessing: int = 1
    network: Network = Network(
        f"use-{USE.sha256[:12]}",
        _build,
        ("sentence", "pooled", "direction", "states"),
        input_shape=(None,),
        input_dtype="int64",
        step=8,  # its convolutions are small: two runs cost more than some tokens of filling
    )
    vector_output: str = "direction"
    pooled_output: str = "direction"

    def prepare(self, item: Item) -> Prepared:
        """Return the token ids of a text, cut to `MAX_TOKENS`.

        Parameters
        ----------
        item : str

        Returns
        -------
        Prepared
        """
        text = readable_text(item)
        found = _tokenizer().encode(text, return_type="offset_mapping")
        ids, spans = found["ids"] or [_UNKNOWN], found["offsets"] or [(0, 0)]
        share = min(1.0, (MAX_TOKENS - 2) / len(ids))
        ids, spans = ids[: MAX_TOKENS - 2], spans[: MAX_TOKENS - 2]
        marked = np.array([_BEGIN, *ids, _END], dtype=np.int64)
        return Prepared(marked, share, partial(without_blanks, text, [(0, 0), *spans, (0, 0)]))

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each token's projected state, divided by the length of their sum.

        Parameters
        ----------
        states : ndarray of shape (tokens, 1280), float32

        Returns
        -------
        ndarray of shape (tokens, 512), float64
        """
        parts = _project(states)
        return parts / np.linalg.norm(parts.sum(axis=0))


class Use(UsePooled):
    """512 dimensions: the sentence vector as published, at unit length. Its last layers are not linear."""

    name: str = "use"
    vector_output: str = "sentence"
    pooled_output: str = "pooled"

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each token's projected state over the root of their number: what sums to the pooled vector.

        Parameters
        ----------
        states : ndarray of shape (tokens, 1280), float32

        Returns
        -------
        ndarray of shape (tokens, 512), float64
        """
        parts: NDArray[np.float64] = _project(states) / np.sqrt(len(states))
        return parts

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sentence vectors of pooled vectors: the network's last layers.

        Parameters
        ----------
        pooled : ndarray of shape (n, 512), float64

        Returns
        -------
        ndarray of shape (n, 512), float64
        """
        tail = _tail()
        first = np.maximum(pooled @ tail["p1"] + np.maximum(pooled @ tail["d0"], 0) @ tail["d1"], 0)
        last = np.tanh(first @ tail["p3"] + np.maximum(first @ tail["d2"], 0) @ tail["d3"])
        finished: NDArray[np.float64] = last / np.sqrt(np.maximum((last**2).sum(axis=1, keepdims=True), tail["eps"]))
        return finished


def _project(states: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the token states, shape (tokens, 1280), in the space of the pooled vector, shape (tokens, 512)."""
    tail = _tail()
    projected: NDArray[np.float64] = states.astype(np.float64) @ tail["cnn_W"] + tail["cnn_b"]
    return projected
