"""Photo encoders of folders: convolutional networks and transformers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.config import Runtime
from prodcls.encoders.base import FrozenEncoder, Item, Kind, Prepared
from prodcls.encoders.finishing import finished
from prodcls.encoders.network import Network
from prodcls.encoders.photo_folder import PhotoFolder
from prodcls.encoders.photos import prepared_photo, region_parts

if TYPE_CHECKING:
    from torch import nn

__all__ = ["FolderPhoto"]


def _build(folder: PhotoFolder) -> nn.Module:
    from prodcls.encoders.photo_loading import load_photo_net

    return load_photo_net(folder)


class FolderPhoto(FrozenEncoder):
    """The photo encoder of a folder.

    A convolutional network's vector is the mean over its last feature map, and linear in it. A transformer's is what
    comes after the last attention, which is a sum over the patches: see `prodcls.encoders.tower_net`.

    Parameters
    ----------
    folder : PhotoFolder
    runtime : str, default "onnx"
    threads : int, optional
        Photos encoded at the same time; as many as there are processors by default.
    """

    kind: Kind = "image"
    preprocessing: int = 1

    def __init__(self, folder: PhotoFolder, runtime: Runtime = "onnx", threads: int | None = None) -> None:
        super().__init__(runtime, threads)
        self.folder = folder
        self.name = folder.name
        self.dimension = folder.dimension
        self.fitting = folder.pixels.fitting
        self.tower = folder.tower
        outputs: tuple[str, ...] = ("vector", "states")
        if self.tower:
            outputs, self.pooled_output = ("vector", "pooled", "states"), "pooled"
        side = folder.pixels.fitting.side
        key = f"{folder.path.name}-{folder.digest[:12]}-photo"
        self.network = Network(key, partial(_build, folder), outputs, (side, side, 3), "uint8")

    @property
    def identity(self) -> str:
        """Name, digest, preprocessing version and runtime; fit for a file name."""
        return f"{self.folder.path.name}-{self.folder.digest[:12]}-photo-p{self.preprocessing}-{self.runtime}"

    def prepare(self, item: Item) -> Prepared:
        """Return the pixels of a photo as the folder says.

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
        return prepared_photo(item, self.folder.pixels.fitting)

    def split(self, states: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what each region adds: its share of the mean, or its term of the last attention.

        Parameters
        ----------
        states : ndarray of shape (d, rows, columns) or (1 + regions, d), float32

        Returns
        -------
        ndarray of shape (regions, d) or (regions + 1, d), float64
            Row by row; what belongs to no region is the last.
        """
        return np.roll(states.astype(np.float64), -1, axis=0) if self.tower else region_parts(states)

    def grid(self, states: NDArray[np.float32]) -> tuple[int, int]:
        """Return rows and columns of the regions.

        Parameters
        ----------
        states : ndarray
            As for `split`.

        Returns
        -------
        tuple of int
        """
        if not self.tower:
            return super().grid(states)
        side = round((len(states) - 1) ** 0.5)
        return side, side

    def finish(self, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vectors of sums of parts.

        Parameters
        ----------
        pooled : ndarray of shape (n, p), float64

        Returns
        -------
        ndarray of shape (n, d), float64
        """
        return finished(self.network, pooled) if self.tower else pooled
