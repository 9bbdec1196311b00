"""What must hold of the tree of classes read from a bundle."""

from __future__ import annotations

from prodcls.errors import BundleError
from prodcls.stopping import NEVER, StopRule
from prodcls.trees import is_tree

__all__ = ["check_stopping"]


def check_stopping(classes: tuple[str, ...], found: StopRule | None) -> None:
    """Hold the paths of the classes against the classes, and the threshold against its range.

    Parameters
    ----------
    classes : tuple of str
    found : StopRule or None

    Raises
    ------
    BundleError
        Code ``bundle-content``, if there is not one path a class, a path lacks a name, no two have a top in common, or
        the threshold is none.
    """
    if found is None:
        return
    paths = found.tree.paths
    whole = len(paths) == len(classes) and all(path and all(path) for path in paths)
    if not whole or not is_tree(paths):
        _refuse("the paths of the classes are no tree of them")
    if not (0 <= found.least <= NEVER and 0 < found.coverage < 1):
        _refuse("the threshold of nodes is none")


def _refuse(what: str) -> None:
    message = f"{what}: the bundle is not one that this version wrote; fit it again"
    raise BundleError(message, code="bundle-content")
