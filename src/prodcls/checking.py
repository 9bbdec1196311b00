"""The flow of a check: read, embed, look for faults. No model is trained."""

from __future__ import annotations

from pathlib import Path

from prodcls.audit_check import CheckReport
from prodcls.config import FitConfig
from prodcls.gathering import gather, located
from prodcls.progress import Progress
from prodcls.reporting_data import data_section
from prodcls.reporting_quality import find_faults

__all__ = ["check_catalogue"]


def check_catalogue(config: FitConfig, progress: Progress) -> CheckReport:
    """Say what is wrong with a catalogue.

    Parameters
    ----------
    config : FitConfig
        What it says about training has no effect.
    progress : Progress

    Returns
    -------
    CheckReport
        With the findings of a fit on the same catalogue.

    Raises
    ------
    InputError
        If a file, a column or an option is at fault.
    """
    material = gather(located(config), progress, results=False)
    source = material.catalogue.source
    with progress.stage("check"):
        return CheckReport(
            format_version=1,
            title=Path(source.path).name,
            data_sha256=source.sha256,
            data_format=", ".join(f"{name} {value}" for name, value in source.details.items()),
            data=data_section(material, config.rates),
            quality=find_faults(material),
        )
