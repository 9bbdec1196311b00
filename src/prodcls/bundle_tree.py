"""What must hold of the tree of classes read from a bundle."""

from __future__ import annotations

from prodcls.errors import BundleError
from prodcls.hierarchy import ClassTree
from prodcls.trees import is_tree

__all__ = ["check_tree"]


def check_tree(classes: tuple[str, ...], tree: ClassTree | None) -> None:
    """Hold the paths of the classes against the classes.

    Parameters
    ----------
    classes : tuple of str
    tree : ClassTree or None

    Raises
    ------
    BundleError
        Code ``bundle-content``, if there is not one path a class, a path lacks a name, or no two have a top in common.
    """
    if tree is None:
        return
    whole = len(tree.paths) == len(classes) and all(path and all(path) for path in tree.paths)
    if not whole or not is_tree(tree.paths):
        message = "the paths of the classes are no tree of them: the bundle is not one that this version wrote"
        raise BundleError(f"{message}; fit it again", code="bundle-content")
