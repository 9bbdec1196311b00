"""The training products that are most like one product, as data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAVES", "Similar", "SimilarProduct", "SimilarProducts", "agreement", "most_similar"]

LEAVES = "leaves"
"""Name of the space of the booster's leaves."""


@dataclass(frozen=True)
class SimilarProduct:
    """A training product.

    Attributes
    ----------
    id, title, label : str
        The title is ``""`` where there is none.
    similarity : float
        Cosine of the vectors; in the space of leaves the share of trees.
    copy : bool
        Whether it is a near-duplicate of the product that was asked about.
    doubt : str or None
        Class that a model without it gave it with high probability though its label is another; None for no doubt.
    doubt_probability : float or None
        That probability.
    photo : str or None
        Thumbnail, base64-encoded JPEG; None where the file is not at hand.
    """

    id: str
    title: str
    label: str
    similarity: float
    copy: bool
    doubt: str | None
    doubt_probability: float | None
    photo: str | None


@dataclass(frozen=True)
class Similar:
    """The nearest training products in one space, nearest first.

    Attributes
    ----------
    block : str
        Text column, ``"image"``, or `LEAVES`.
    tied : int
        Training products, shown or not, that are as near as the first one.
    products : tuple of SimilarProduct
    """

    block: str
    tied: int
    products: tuple[SimilarProduct, ...]


@dataclass(frozen=True)
class SimilarProducts:
    """The nearest training products in every space that the product has a place in.

    Attributes
    ----------
    id : str
    spaces : tuple of Similar
    """

    id: str
    spaces: tuple[Similar, ...]

    def to_json(self) -> str:
        """Return it as one JSON object, ``view`` saying what it is."""
        return json.dumps({"view": "nearest", **asdict(self)}, ensure_ascii=False, allow_nan=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> SimilarProducts:
        """Return what `to_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        spaces = tuple(
            Similar(s["block"], s["tied"], tuple(SimilarProduct(**p) for p in s["products"])) for s in found["spaces"]
        )
        return cls(found["id"], spaces)


def agreement(leaves: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the share of trees in which others fall into the same leaf.

    This is the proximity of Breiman and Cutler (Random Forests, 2003) over boosted trees, each counting alike.

    Parameters
    ----------
    leaves : ndarray of shape (trees,), int32
        Leaf number in each tree, at least one tree.
    others : ndarray of shape (n, trees), int32

    Returns
    -------
    ndarray of shape (n,), float64
        In [0, 1].
    """
    shares: NDArray[np.float64] = (others == leaves).mean(axis=1)
    return shares


def most_similar(
    similarity: NDArray[np.float64], then: NDArray[np.float64], count: int, without: int | None = None
) -> NDArray[np.intp]:
    """Return the positions of the greatest similarities, greatest first.

    Parameters
    ----------
    similarity : ndarray of shape (n,), float64
    then : ndarray of shape (n,), float64
        Decides between equal similarities, the greater first; then the position does.
    count : int
    without : int, optional
        Position that is left out: the product itself.

    Returns
    -------
    ndarray of shape (at most count,), intp
    """
    order = np.lexsort((-then, -similarity))
    return order[order != without][:count] if without is not None else order[:count]
