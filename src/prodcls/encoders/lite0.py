"""The photo encoder: EfficientNet-Lite0 without its last layer, averaged over the picture.

Tan & Le, EfficientNet, ICML 2019. Average pooling makes a vector the mean of its 49 regions (Zhou et al., Learning Deep
Features for Discriminative Localization, CVPR 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.base import FrozenEncoder, Item, Kind, Prepared
from prodcls.encoders.network import Network
from prodcls.encoders.photos import prepared_photo, region_parts
from prodcls.encoders.weights import LITE0, WeightFile
from prodcls.photo_fitting import Fitting

if TYPE_CHECKING:
    from torch import nn

__all__ = ["SIDE", "Lite0"]

SIDE = 224
"""Pixels of the square that a photo is fitted into."""


def _build() -> nn.Module:
    from prodcls.encoders.lite0_net import load

    return load(LITE0)


class Lite0(FrozenEncoder):
    """1280 dimensions; a photo is fitted whole into a square, nothing is cut off. Linear after pooling."""

    name: str = "lite0"
    kind: Kind = "image"
    dimension: int = 1280
    weights: WeightFile = LITE0
    preprocessing: int = 1
    fitting: Fitting = Fitting(SIDE)
    network: Network = Network(
        f"lite0-{LITE0.sha256[:12]}", _build, ("vector", "states"), input_shape=(SIDE, SIDE, 3), input_dtype="uint8"
    )

    def prepare(self, item: Item) -> Prepared:
        """Return the pixels of a photo, fitted into a square.

        Parameters
        ----------
        item : Path or PhotoCopy

        Returns
        -------
        Prepared

        Raises
        ------
        ImageError
            If the photo cannot be read.
        """
        return prepared_photo(item, self.fitting)

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return each region's share of the mean, row by row.

        Parameters
        ----------
        states : ndarray of shape (1280, rows, columns), float32

        Returns
        -------
        ndarray of shape (rows * columns, 1280), float64
        """
        return region_parts(states)
