"""Which writing system each product is written in, and whether that tells its class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders import script_shares

__all__ = ["main_scripts", "uneven_scripts"]

HAN_LETTERS = 3.0
"""Letters that a Han character counts as: a Chinese word has mostly two of them where an English one has five or six
letters, and a Chinese title often begins with a brand and a model in Latin letters."""


def main_scripts(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the script of most of each text, ``""`` where there are no letters.

    Parameters
    ----------
    texts : sequence of str, length n

    Returns
    -------
    tuple of str, length n

    Examples
    --------
    >>> main_scripts(["Kettle 水壶, stainless steel", "Aurelo 不锈钢水壶 1.7 L", "12"])
    ('latin', 'cjk', '')
    """
    return tuple(_main(script_shares([text])) for text in texts)


def _main(shares: dict[str, float]) -> str:
    return max(shares, key=lambda script: shares[script] * (HAN_LETTERS if script == "cjk" else 1.0), default="")


def uneven_scripts(scripts: Sequence[str], labels: NDArray[np.int64], n_classes: int) -> float:
    """Return how far the script tells the class: the largest difference between two classes in the share of a script.

    Parameters
    ----------
    scripts : sequence of str, length n
        From `main_scripts`.
    labels : ndarray of shape (n,), int64
    n_classes : int

    Returns
    -------
    float
        In [0, 1].
    """
    size = np.bincount(labels, minlength=n_classes)
    known = size > 0
    most = 0.0
    for script in Counter(filter(None, scripts)):
        rows = np.array([s == script for s in scripts], dtype=bool)
        share = np.bincount(labels[rows], minlength=n_classes)[known] / size[known]
        most = max(most, float(share.max() - share.min()))
    return most
