"""A tree that is none of the bundle's classes is refused."""

from __future__ import annotations

import pytest

from prodcls.bundle_tree import check_tree
from prodcls.errors import BundleError
from prodcls.hierarchy import ClassTree

CLASSES = ("p", "q")


@pytest.mark.parametrize("paths", [((),), (("A",), ()), (("A", "p"), ("A", "")), (("A",), ("B",)), (("A", "p"),) * 3])
def test_no_tree(paths: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(BundleError) as caught:
        check_tree(CLASSES, ClassTree(paths))
    assert caught.value.code == "bundle-content"


def test_a_tree_and_none() -> None:
    check_tree(CLASSES, ClassTree((("A", "p"), ("A", "q"))))
    check_tree(CLASSES, None)
