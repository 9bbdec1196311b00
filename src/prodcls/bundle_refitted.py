"""From which evaluated bundle a bundle was fitted again, and what had changed in the catalogue since.

The manifest tells it, beside the time and the training catalogue's file, as it does of classes that were added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prodcls.bundle_added import Addition, not_reported
from prodcls.bundle_codec import Leaves, pack, unpack
from prodcls.errors import BundleError

__all__ = ["REFITTED", "Refit", "no_report", "refits_from", "refits_to", "refits_told"]

REFITTED = "refitted"
"""Name in ``measured`` of a manifest of what was fitted again."""


@dataclass(frozen=True)
class Refit:
    """One fit of the model alone.

    Attributes
    ----------
    created : str
        When: ISO 8601 in UTC.
    bundle : str
        Digest of the bundle whose thresholds and calibration of decisions were kept.
    source : str
        Name of the catalogue's file.
    same, changed, new, gone : int
        Products that the catalogue had before as they are now, with other cells or labels, not at all, and has no more.
    """

    created: str
    bundle: str
    source: str
    same: int
    changed: int
    new: int
    gone: int


def refits_from(measured: dict[str, Any]) -> tuple[Refit, ...]:
    """Return what a manifest tells of fits of the model alone, the first one first.

    Parameters
    ----------
    measured : dict of str to Any
        Of the manifest.

    Returns
    -------
    tuple of Refit

    Raises
    ------
    BundleError
        Code ``bundle-content``, if it is not in that form.
    """
    found: tuple[Refit, ...] = unpack(measured.get(REFITTED, []), tuple[Refit, ...], Leaves())
    if any(min(one.same, one.changed, one.new, one.gone) < 0 for one in found):
        message = "what its manifest tells of what was fitted again cannot be: do not use it; fit it again"
        raise BundleError(message, code="bundle-content")
    return found


def refits_to(measured: dict[str, Any], refits: Sequence[Refit]) -> dict[str, Any]:
    """Return ``measured`` of a manifest with what was fitted again, where something was."""
    return {**measured, REFITTED: pack(tuple(refits), tuple[Refit, ...], Leaves())} if refits else measured


def refits_told(refits: Sequence[Refit]) -> tuple[str, ...]:
    """Return a line for each fit of the model alone."""
    return tuple(
        f"fitted again on {one.created[:10]} without an evaluation, from {one.source}: {one.changed} products changed, "
        f"{one.new} new, {one.gone} gone, {one.same} the same as in {one.bundle[:12]}"
        for one in refits
    )


def no_report(additions: Sequence[Addition], refits: Sequence[Refit]) -> str | None:
    """Return why a bundle has no report and where there is one; None where neither was anything added nor fitted again.

    Parameters
    ----------
    additions : sequence of Addition
    refits : sequence of Refit

    Returns
    -------
    str or None
    """
    if refits:
        return (
            f"it was {refits_told(refits)[-1]}; the evaluation is that of the bundle with the digest "
            f"{refits[0].bundle}; fit for one of these products"
        )
    return not_reported(additions) if additions else None
