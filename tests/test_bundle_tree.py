"""A tree that is none of the bundle's classes is refused."""

from __future__ import annotations

import pytest

from prodcls.bundle_tree import check_stopping
from prodcls.errors import BundleError
from prodcls.hierarchy import ClassTree
from prodcls.stopping import StopRule

CLASSES = ("p", "q")


@pytest.mark.parametrize("paths", [((),), (("A",), ()), (("A", "p"), ("A", "")), (("A",), ("B",)), (("A", "p"),) * 3])
def test_no_tree(paths: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(BundleError) as caught:
        check_stopping(CLASSES, StopRule(ClassTree(paths), 0.9, 0.5))
    assert caught.value.code == "bundle-content"


@pytest.mark.parametrize(("coverage", "least"), [(0.9, -0.1), (0.9, 2.1), (0.9, float("nan")), (1.0, 0.5)])
def test_no_threshold(coverage: float, least: float) -> None:
    with pytest.raises(BundleError):
        check_stopping(CLASSES, StopRule(ClassTree((("A", "p"), ("A", "q"))), coverage, least))


def test_a_tree_and_none() -> None:
    check_stopping(CLASSES, StopRule(ClassTree((("A", "p"), ("A", "q"))), 0.9, 0.5))
    check_stopping(CLASSES, None)
