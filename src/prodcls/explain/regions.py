"""Where the regions of photo encoders lie on a photo, and one grid for those of several encoders.

Each encoder cuts up a picture of its own, into regions of its own. What they tell is put on one grid that cuts up the
photo itself, as fine as the finest of them: a region's number goes to the cells that it lies on, in proportion to the
area of each. So no part of it is lost, whatever the grids and whatever was cut off or stretched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders import Parts
from prodcls.explain.pieces import Places
from prodcls.photo_fitting import Fitting

__all__ = ["ITSELF", "Grid", "on_cells", "photo_grid", "region_places"]

Grid = tuple[int, int]
"""Rows and columns."""

ITSELF = Fitting(way="as it is")
"""The photo in place of a picture of it."""


def photo_grid(parts: Sequence[Parts], size: tuple[int, int]) -> tuple[Grid, Fitting]:
    """Return the grid by which the regions of a photo are told, and how the photo became what it cuts up.

    Parameters
    ----------
    parts : sequence of Parts
        Of each encoder, at least one, with grids.
    size : tuple of int
        Width and height of the photo.

    Returns
    -------
    tuple of ((int, int), Fitting)
        Those of a single encoder, so that its regions stay whole. For several, cells of the photo itself: as many
        down and across as the finest encoder has there, and none smaller than a pixel.

    Raises
    ------
    ValueError
        If an encoder tells no regions.
    """
    seen = [(_grid(one), one.fitting or Fitting()) for one in parts]
    if len(seen) == 1:
        return seen[0]
    frames = [(grid, fitting.frame(size)) for grid, fitting in seen]
    rows = max(_across(grid[0], frame.height, frame.down) for grid, frame in frames)
    columns = max(_across(grid[1], frame.width, frame.across) for grid, frame in frames)
    return (min(rows, size[1]), min(columns, size[0])), ITSELF


def on_cells(
    grid: Grid, fitting: Fitting, size: tuple[int, int], cells: Grid, values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what an encoder's regions tell, on cells of the photo itself.

    Parameters
    ----------
    grid : tuple of int
        The encoder's.
    fitting : Fitting
        Likewise.
    size : tuple of int
        Width and height of the photo.
    cells : tuple of int
        Rows and columns of the photo.
    values : ndarray of shape (rows * columns,), float64
        Of the regions, row by row; those of regions beside the photo are left out.

    Returns
    -------
    ndarray of shape (rows * columns of the cells,), float64
    """
    frame = fitting.frame(size)
    down = _shares(_stretches(grid[0], frame.height, frame.top, frame.down), cells[0])
    across = _shares(_stretches(grid[1], frame.width, frame.left, frame.across), cells[1])
    found: NDArray[np.float64] = down.T @ values.reshape(grid) @ across
    return found.ravel()


@lru_cache(maxsize=256)
def region_places(grid: Grid, size: tuple[int, int], fitting: Fitting) -> tuple[Places, NDArray[np.bool_]]:
    """Return the regions that lie on the photo, and which of the grid's these are; neither to be changed.

    Parameters
    ----------
    grid : tuple of int
    size : tuple of int
        Width and height of the photo.
    fitting : Fitting

    Returns
    -------
    tuple of (Places, ndarray of shape (rows * columns,), bool)
    """
    frame = fitting.frame(size)
    across = _stretches(grid[1], frame.width, frame.left, frame.across)
    down = _stretches(grid[0], frame.height, frame.top, frame.down)
    boxes = [c and r and (c[0], r[0], c[1], r[1]) for r in down for c in across]
    labels = [f"{i // grid[1] + 1}, {i % grid[1] + 1}" for i, box in enumerate(boxes) if box is not None]
    there = [box for box in boxes if box is not None]
    nothing = [None] * len(there)
    return Places("region", labels, [""] * len(there), nothing, nothing, there), np.array(
        [b is not None for b in boxes]
    )


def _grid(parts: Parts) -> Grid:
    if parts.grid is None:
        message = "an encoder of photos tells no regions"
        raise ValueError(message)
    return parts.grid


def _across(count: int, side: int, length: int) -> int:
    """Return how many of ``count`` stretches of a picture's side lie on the photo, which has ``length`` of it."""
    return max(1, math.ceil(count * min(1.0, length / side) - 1e-9))


def _shares(stretches: Sequence[tuple[float, float] | None], count: int) -> NDArray[np.float64]:
    """Return which share of each stretch of a side lies on each of ``count`` equal ones, shape (stretches, count).

    Rows sum to 1, and to 0 for a stretch beside the photo.
    """
    ends = np.array([stretch or (0.0, 0.0) for stretch in stretches])
    edges = np.arange(count + 1) / count
    both = np.minimum(ends[:, 1:], edges[1:]) - np.maximum(ends[:, :1], edges[:-1])
    both = np.maximum(both, 0.0)
    total = both.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = both / np.where(total > 0, total, 1.0)
    return shares


def _stretches(count: int, side: int, first: int, length: int) -> list[tuple[float, float] | None]:
    """Return which share of a photo's side each of ``count`` equal stretches of the picture's side sees.

    Whole pixels of the photo on the picture decide, so that no stretch is thinner than one; None stands for a stretch
    beside the photo.

    Parameters
    ----------
    count : int
    side, first, length : int
        Pixels of the picture's side, and where on it the photo begins and how long it is there.

    Returns
    -------
    list of (tuple of float or None), length count
    """
    found: list[tuple[float, float] | None] = []
    for i in range(count):
        start, end = max(-(-i * side // count), first), min(-(-(i + 1) * side // count), first + length)
        place = [min(1.0, max(0.0, (at * side / count - first) / length)) for at in (i, i + 1)]
        found.append((place[0], place[1]) if start < end else None)
    return found
