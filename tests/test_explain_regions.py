"""Regions of several encoders on one grid: nothing is lost of them, and each lies where it lay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.encoders import Parts
from prodcls.explain.regions import ITSELF, Grid, on_cells, photo_grid, region_places
from prodcls.photo_fitting import Fitting

Size = tuple[int, int]
SIDES = st.integers(1, 400)
FITTINGS = st.sampled_from(
    [
        Fitting(224),
        Fitting(64, "stretch"),
        Fitting(64, "crop", 73),
        Fitting(224, "crop", 224),
        ITSELF,
    ]
)


def told(grid: Grid, fitting: Fitting | None = None) -> Parts:
    vector = np.ones(1, dtype=np.float32)
    return Parts(np.ones((grid[0] * grid[1], 1)), vector, vector, None, grid, linear=True, fitting=fitting)


def test_one_encoder_keeps_its_regions() -> None:
    assert photo_grid([told((7, 7))], (90, 40)) == ((7, 7), Fitting())


@pytest.mark.parametrize(
    ("size", "parts", "cells"),
    [
        ((100, 100), [told((7, 7)), told((14, 14))], (14, 14)),
        ((200, 100), [told((7, 7)), told((14, 14))], (7, 14)),  # half of the square is white
        ((200, 100), [told((7, 7)), told((4, 4), Fitting(64, "stretch"))], (4, 7)),
        ((900, 100), [told((16, 16), Fitting(224, "crop", 256)), told((7, 7))], (16, 16)),
        ((10, 3), [told((7, 7)), told((14, 14), Fitting(64, "stretch"))], (3, 10)),
    ],
)
def test_the_grid_of_several_is_as_fine_as_the_finest_on_the_photo(size: Size, parts: list[Parts], cells: Grid) -> None:
    assert photo_grid(parts, size) == (cells, ITSELF)


def test_an_encoder_without_regions_has_no_place() -> None:
    vector = np.ones(1, dtype=np.float32)
    with pytest.raises(ValueError, match="no regions"):
        photo_grid([Parts(np.ones((1, 1)), vector, vector, None, None, linear=True)], (9, 9))


@settings(deadline=None, max_examples=150)
@given(st.tuples(SIDES, SIDES), st.tuples(st.integers(1, 20), st.integers(1, 20)), FITTINGS, st.integers(0, 2**32 - 1))
def test_all_that_lies_on_the_photo_is_kept_whatever_the_grids(
    size: Size, grid: Grid, fitting: Fitting, seed: int
) -> None:
    cells, _ = photo_grid([told(grid, fitting), told((5, 3))], size)
    places, there = region_places(cells, size, ITSELF)
    assert there.all()
    assert len(places.labels) == cells[0] * cells[1]
    values = np.random.default_rng(seed).normal(size=grid[0] * grid[1])
    found = on_cells(grid, fitting, size, cells, values)
    inside = region_places(grid, size, fitting)[1]
    np.testing.assert_allclose(found.sum(), values[inside].sum(), atol=1e-12 * max(1.0, np.abs(values).sum()))


def test_a_region_is_spread_over_the_cells_that_it_lies_on() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    found = on_cells((2, 2), Fitting(64, "stretch"), (80, 40), (4, 4), values).reshape(4, 4)
    np.testing.assert_allclose(found, np.kron(values.reshape(2, 2), np.full((2, 2), 0.25)))
    # Two thirds of the middle of three stretches lie in neither half more than in the other.
    found = on_cells((1, 3), Fitting(30, "stretch"), (30, 30), (1, 2), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found, [2.0, 4.0])
    # Cut out of the middle half: the ends of the photo say nothing.
    found = on_cells((1, 2), Fitting(32, "crop", 32), (128, 64), (1, 4), np.array([1.0, 2.0]))
    np.testing.assert_allclose(found, [0.0, 1.0, 2.0, 0.0])


def test_on_its_own_grid_each_region_stays_where_it_is() -> None:
    values = np.random.default_rng(0).normal(size=49)
    np.testing.assert_allclose(on_cells((7, 7), Fitting(), (70, 70), (7, 7), values), values, atol=1e-12)
    whole = on_cells((4, 4), Fitting(), (100, 50), (2, 4), values[:16])
    np.testing.assert_allclose(whole, values[4:12], atol=1e-12)
