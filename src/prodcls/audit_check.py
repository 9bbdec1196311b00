"""What a check of a catalogue found, as data."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import DataSection
from prodcls.audit_quality import QualityFindings

__all__ = ["CheckReport"]


@dataclass(frozen=True)
class CheckReport:
    """A catalogue and what is wrong with it.

    Attributes
    ----------
    format_version : int
    title : str
        Name of the file.
    data_sha256 : str
    data_format : str
        How the file was read.
    data : DataSection
    quality : QualityFindings
    """

    format_version: int
    title: str
    data_sha256: str
    data_format: str
    data: DataSection
    quality: QualityFindings

    @property
    def errors(self) -> int:
        """How many findings must be mended before figures can be trusted."""
        return sum(finding.severity == "error" for finding in self.quality.findings)
