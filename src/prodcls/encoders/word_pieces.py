"""Texts as word pieces, for encoders of the BERT family: tokens, the cut at the longest text, parts of a mean."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.folder_files import TOKENIZER, refuse

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Pieces", "mean_parts", "open_tokenizer", "whole_texts", "word_pieces"]

Pieces = tuple[list[int], list[tuple[int, int]], float]
"""Token ids, where each stands in the text, and the share of the text's tokens that is left."""


def whole_texts(tokenizer: Tokenizer) -> Tokenizer:
    """Return a tokenizer that neither pads nor cuts: the length before the cut must be known."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@lru_cache(maxsize=4)
def open_tokenizer(path: Path, digest: str) -> Tokenizer:
    """Return the tokenizer of a folder.

    Parameters
    ----------
    path : Path
    digest : str
        Of the folder's files: a changed one is opened again.

    Returns
    -------
    Tokenizer

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if it is none.
    """
    from tokenizers import Tokenizer

    del digest
    try:
        return whole_texts(Tokenizer.from_str((path / TOKENIZER).read_text(encoding="utf-8")))
    except Exception as error:
        raise refuse(path / TOKENIZER, f"is no tokenizer ({error})") from error


def word_pieces(tokenizer: Tokenizer, text: str, most: int) -> Pieces:
    """Return the tokens of a text, at most so many, the two marks at its ends included.

    Parameters
    ----------
    tokenizer : Tokenizer
        From `whole_texts`.
    text : str
    most : int

    Returns
    -------
    tuple of (list of int, list of (int, int), float)
    """
    found = tokenizer.encode(text)
    ids, spans = found.ids, found.offsets
    share = min(1.0, (most - 2) / max(1, len(ids) - 2))
    if len(ids) > most:
        ids, spans = ids[: most - 1] + ids[-1:], spans[: most - 1] + spans[-1:]
    return ids, spans, share


def mean_parts(states: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return each token's share of the direction of the mean.

    Parameters
    ----------
    states : ndarray of shape (tokens, d), float32

    Returns
    -------
    ndarray of shape (tokens, d), float64
        Their sum has length 1.

    Examples
    --------
    >>> mean_parts(np.array([[3.0, 0.0], [0.0, 4.0]], dtype=np.float32)).tolist()
    [[0.6, 0.0], [0.0, 0.8]]
    """
    parts = states.astype(np.float64)
    return parts / np.linalg.norm(parts.sum(axis=0))
