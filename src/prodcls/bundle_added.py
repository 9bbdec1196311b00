"""Which classes of a bundle were added after the fit.

The manifest tells it, beside the time and the training catalogue's file: the digest covers the model that knows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prodcls.bundle_codec import Leaves, pack, unpack
from prodcls.catalogue import Source
from prodcls.errors import BundleError

__all__ = ["ADDED", "Addition", "added_names", "additions_from", "additions_to", "additions_told", "not_reported"]

ADDED = "added"
"""Name in ``measured`` of a manifest of what was added."""

NAMED = 10
"""Classes that are told one by one."""


@dataclass(frozen=True)
class Addition:
    """Classes that were added together.

    Attributes
    ----------
    classes : dict of str to int
        How many examples each was added from.
    created : str
        When: ISO 8601 in UTC.
    source : Source
        The file of the examples.
    bundle : str
        Digest of the bundle that they were added to.
    """

    classes: dict[str, int]
    created: str
    source: Source
    bundle: str


def additions_from(measured: dict[str, Any], classes: Sequence[str]) -> tuple[Addition, ...]:
    """Return what a manifest tells of classes that were added, the first ones first.

    Parameters
    ----------
    measured : dict of str to Any
        Of the manifest.
    classes : sequence of str
        Of the model.

    Returns
    -------
    tuple of Addition

    Raises
    ------
    BundleError
        Code ``bundle-content``, if it is not in that form, or names a class twice or one that there is not.
    """
    found: tuple[Addition, ...] = unpack(measured.get(ADDED, []), tuple[Addition, ...], Leaves())
    names = added_names(found)
    if len(set(names)) != len(names) or not set(names) <= set(classes) or len(names) >= len(classes):
        message = "what its manifest tells of added classes is not of this model: do not use it; fit it again"
        raise BundleError(message, code="bundle-content")
    return found


def additions_to(measured: dict[str, Any], additions: tuple[Addition, ...]) -> dict[str, Any]:
    """Return ``measured`` of a manifest with what was added in place of what it told of that."""
    return {**measured, ADDED: pack(additions, tuple[Addition, ...], Leaves())}


def added_names(additions: Sequence[Addition]) -> tuple[str, ...]:
    """Return the names of all classes that were added."""
    return tuple(name for one in additions for name in one.classes)


def additions_told(additions: Sequence[Addition]) -> tuple[str, ...]:
    """Return a line for each time that classes were added."""
    return tuple(_told(one) for one in additions)


def not_reported(additions: Sequence[Addition]) -> str:
    """Return why a bundle has no report, and where there is one; something was added."""
    return (
        f"classes were {_told(additions[-1])}; the other classes were evaluated in the bundle with the digest "
        f"{additions[0].bundle}, whose report holds for them; fit again for one of all classes"
    )


def _told(one: Addition) -> str:
    shown = [f"{name!r} from {count}" for name, count in list(one.classes.items())[:NAMED]]
    more = len(one.classes) - len(shown)
    names = ", ".join(shown) + (f" and {more} more" if more else "")
    return (
        f"added on {one.created[:10]} and never evaluated: {names} example(s) of {one.source.path} "
        f"(SHA-256 {one.source.sha256[:12]})"
    )
