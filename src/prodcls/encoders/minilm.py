"""The English text encoder: all-MiniLM-L6-v2, mean of the token states, unit length.

Wang et al., MiniLM, NeurIPS 2020; Reimers & Gurevych, Sentence-BERT, EMNLP 2019 (mean pooling).
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.base import FrozenEncoder, Item, Kind, Prepared, readable_text, without_blanks
from prodcls.encoders.network import Network
from prodcls.encoders.weights import MINILM, MINILM_TOKENIZER, WeightFile
from prodcls.encoders.word_pieces import mean_parts, whole_texts, word_pieces

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import nn

__all__ = ["MAX_TOKENS", "MiniLM"]

MAX_TOKENS = 256
"""Tokens read of a text, the two marks included; what the published model was set to."""


def _build() -> nn.Module:
    from prodcls.encoders.minilm_net import load

    return load(MINILM.read(), MAX_TOKENS)


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    return whole_texts(Tokenizer.from_buffer(MINILM_TOKENIZER.read()))


class MiniLM(FrozenEncoder):
    """384 dimensions, English; other scripts are mostly unknown tokens to it. Linear after pooling."""

    name: str = "minilm"
    kind: Kind = "text"
    dimension: int = 384
    weights: WeightFile = MINILM
    preprocessing: int = 1
    network: Network = Network(
        f"minilm-{MINILM.sha256[:12]}", _build, ("vector", "states"), input_shape=(None,), input_dtype="int64"
    )

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
        ids, spans, share = word_pieces(_tokenizer(), text, MAX_TOKENS)
        return Prepared(np.array(ids, dtype=np.int64), share, partial(without_blanks, text, spans))

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each token's share of the mean, divided by the length of the mean.

        Parameters
        ----------
        states : ndarray of shape (tokens, 384), float32

        Returns
        -------
        ndarray of shape (tokens, 384), float64
        """
        return mean_parts(states)
