"""The worked examples: catalogues of domains other than a shop's, with the roles that their columns play."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from prodcls.atomic import cache_root
from prodcls.config import ExampleName, FitConfig
from prodcls.errors import InputError
from prodcls.example_devices import DEVICES
from prodcls.example_domain import Domain, write_domain
from prodcls.example_finance import FINANCE
from prodcls.example_machines import MACHINES

__all__ = ["EXAMPLES", "ROLES", "with_example", "write_example"]

EXAMPLES: dict[ExampleName, Domain] = {"finance": FINANCE, "devices": DEVICES, "machines": MACHINES}

ROLES: dict[ExampleName, dict[str, Any]] = {
    "finance": {
        "id": "product_code",
        "target": "product_type",
        "text": ("product_name", "terms"),
        "numeric": ("interest_rate", "annual_fee", "minimum_amount", "term_months"),
        "categorical": ("segment", "issuer"),
    },
    "devices": {
        "id": "device_id",
        "target": "risk_class",
        "text": ("device_name", "intended_use"),
        "numeric": ("contact_hours",),
        "categorical": ("invasiveness", "energy", "sterile", "manufacturer"),
    },
    "machines": {
        "id": "asset_no",
        "target": "equipment_type",
        "text": ("name", "data_sheet"),
        "numeric": ("power_kw", "speed_rpm", "pressure_bar", "mass_kg"),
        "categorical": ("material", "mounting", "maker"),
    },
}
"""Options of a fit, as ``prodcls fit --target product_type`` and so on would set them."""


def write_example(name: ExampleName, folder: Path) -> Path:
    """Write an example's catalogue; see `prodcls.example_domain.write_domain`.

    Parameters
    ----------
    name : {"finance", "devices", "machines"}
    folder : Path

    Returns
    -------
    Path
        The catalogue.
    """
    return write_domain(EXAMPLES[name], folder)


def with_example(config: FitConfig, name: ExampleName) -> FitConfig:
    """Return options that fit an example, whose catalogue is written to the cache.

    Parameters
    ----------
    config : FitConfig
        Roles that it sets stay.
    name : {"finance", "devices", "machines"}

    Returns
    -------
    FitConfig

    Raises
    ------
    InputError
        Code ``option-invalid``, if a catalogue is given too.
    """
    if config.catalogue is not None:
        message = f"--example: a catalogue is given too ({config.catalogue}); leave one of them out"
        raise InputError(message, code="option-invalid")
    roles = {role: columns for role, columns in ROLES[name].items() if getattr(config, role) is None}
    return replace(config, catalogue=write_example(name, cache_root() / "examples" / name), **roles)
