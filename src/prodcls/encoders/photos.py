"""What photo encoders have in common: pixels as a network takes them, and the mean over a feature map in parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.items import Item, Prepared
from prodcls.images import load_photo
from prodcls.photo_copies import PhotoCopy
from prodcls.photo_fitting import Fitting

__all__ = ["photo_pixels", "prepared_photo", "region_parts"]


def prepared_photo(item: Item, fitting: Fitting) -> Prepared:
    """Return the pixels of a photo.

    Parameters
    ----------
    item : Path or PhotoCopy
    fitting : Fitting

    Returns
    -------
    Prepared

    Raises
    ------
    ImageError
        If the photo cannot be read.
    """
    return Prepared(fitting.fit(photo_pixels(item)))


def photo_pixels(item: Item) -> NDArray[np.uint8]:
    """Return a photo, decoded within the limits that hold for all of them.

    Parameters
    ----------
    item : Path or PhotoCopy

    Returns
    -------
    ndarray of shape (h, w, 3), uint8

    Raises
    ------
    ImageError
        If the photo cannot be read.
    """
    return item.pixels() if isinstance(item, PhotoCopy) else load_photo(Path(str(item)))


def region_parts(states: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return each region's share of the mean over a feature map, row by row.

    Parameters
    ----------
    states : ndarray of shape (d, rows, columns), float32

    Returns
    -------
    ndarray of shape (rows * columns, d), float64

    Examples
    --------
    >>> region_parts(np.array([[[1.0, 3.0]]], dtype=np.float32)).tolist()
    [[0.5], [1.5]]
    """
    regions = states.reshape(states.shape[0], -1).T.astype(np.float64)
    return regions / len(regions)
