"""The report inside a bundle, and the whole report out of it.

The bundle's file holds what every fit of the same data and configuration would say and counts in the bundle's digest.
Seconds, memory, versions and machine stand in the manifest, and so does the time; the manifest's own digest, which the
report names, can stand nowhere but in the report.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from prodcls.audit import AuditReport
from prodcls.audit_json import from_json, to_json
from prodcls.audit_measured import put_back, take_out
from prodcls.bundle_files import FORMAT_VERSION, REPORT
from prodcls.bundle_layout import Manifest
from prodcls.errors import BundleError, DefectError

__all__ = ["StoredReport", "store_report", "whole_report"]


@dataclass(frozen=True)
class StoredReport:
    """A report as a bundle keeps it.

    Attributes
    ----------
    text : str
        JSON; the same for every fit of the same data and configuration.
    measured : dict of str to Any
        JSON values for the manifest.
    """

    text: str
    measured: dict[str, Any]


def store_report(report: AuditReport) -> StoredReport:
    """Part what is stable from what was measured in this run.

    Parameters
    ----------
    report : AuditReport
        What it says of the bundle's digest and of the time is left out.

    Returns
    -------
    StoredReport
    """
    lineage = replace(report.lineage, bundle_sha256="", created="")
    named = report.title == lineage.data_path  # after the file, whose name is no part of the digest
    stable, measured = take_out(replace(report, title="" if named else report.title, lineage=lineage))
    return StoredReport(to_json(stable), measured)


def whole_report(stored: bytes | None, manifest: Manifest) -> AuditReport:
    """Return the report of a bundle.

    Parameters
    ----------
    stored : bytes or None
        The bundle's file; None where it has none.
    manifest : Manifest
        Of the same bundle.

    Returns
    -------
    AuditReport
        The one that the fit wrote, to the last digit.

    Raises
    ------
    BundleError
        Code ``bundle-report``, if there is none, or one of an older format that this
        release cannot show; ``bundle-content``, if it does not fit the
        manifest.
    """
    if stored is None:
        message = "the bundle was saved without a report: fit the catalogue again with prodcls fit"
        raise BundleError(message, code="bundle-report")
    try:
        stable = from_json(stored.decode("utf-8"), file=REPORT)
        of_report = {place: told for place, told in manifest.measured.items() if place.startswith("/")}
        report = put_back(stable, of_report, partly=manifest.format_version < FORMAT_VERSION)
        digest = hashlib.sha256(manifest.to_bytes()).hexdigest()
        title = report.title or report.lineage.data_path
        whole = replace(
            report, title=title, lineage=replace(report.lineage, bundle_sha256=digest, created=manifest.created)
        )
        return from_json(to_json(whole))  # numbers in their fields' types, or refused
    except (BundleError, ValueError, TypeError, DefectError) as error:
        if manifest.format_version < FORMAT_VERSION:
            message = (
                f"its report is in the form of the release that wrote it, format {manifest.format_version}: use that "
                "one to see it, or fit the catalogue again; the model itself can be used as before"
            )
            raise BundleError(message, code="bundle-report", file=REPORT) from error
        if isinstance(error, BundleError):
            raise
        message = f"its report is not one that this version wrote ({error}): fit the catalogue again"
        raise BundleError(message, code="bundle-content") from error
