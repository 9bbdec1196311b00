"""Paths are recognised with care, and near misses count for what they are."""

from __future__ import annotations

import numpy as np
import pytest

from prodcls.hierarchy import class_paths, hierarchical

NAMES = ("Home >> Kitchen >> Pans", "Home >> Kitchen >> Cups", "Home >> Bath", "Toys >> Cars")


@pytest.mark.parametrize(
    "names",
    [
        ("Pans", "Cups"),
        ("TV/Audio", "Phones"),
        ("TV/Audio", "TV/Audio/Cables"),
        ("A > B", "C > D"),
        ("A > ", "A > B"),
        ("A/B", "C/D"),
    ],
)
def test_names_that_are_no_paths(names: tuple[str, ...]) -> None:
    assert class_paths(names) is None


@pytest.mark.parametrize("separator", [" >> ", ">", "/"])
def test_names_that_are_paths(separator: str) -> None:
    names = tuple(separator.join(path) for path in (("A", "x"), ("A", "y"), ("B", "x")))
    assert class_paths(names) == (("A", "x"), ("A", "y"), ("B", "x"))


def test_figures_by_hand() -> None:
    paths = class_paths(NAMES)
    assert paths is not None
    found = hierarchical(np.array([0, 0, 2]), np.array([1, 2, 2]), paths)
    assert found.precision == pytest.approx((2 + 1 + 2) / (3 + 2 + 2))
    assert found.recall == pytest.approx((2 + 1 + 2) / (3 + 3 + 2))
    assert found.levels == (1.0, pytest.approx(2 / 3), pytest.approx(1 / 3))
    all_wrong = hierarchical(np.array([0]), np.array([3]), paths)
    assert (all_wrong.f1, all_wrong.levels) == (0.0, (0.0, 0.0, 0.0))
