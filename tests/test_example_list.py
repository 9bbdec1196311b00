from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.example_list import EXAMPLES, ROLES, with_example


def test_roles_name_columns_of_the_catalogue() -> None:
    for name, roles in ROLES.items():
        columns = [c for value in roles.values() for c in ([value] if isinstance(value, str) else value)]
        assert set(columns) < set(EXAMPLES[name].columns)
        assert len(columns) == len(set(columns))


def test_a_fit_of_an_example_has_its_roles_unless_they_are_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path))
    config = with_example(FitConfig(numeric=()), "devices")
    assert config.catalogue == tmp_path / "examples" / "devices" / "devices.csv"
    assert config.catalogue.is_file()
    assert (config.target, config.numeric) == ("risk_class", ())
    assert replace(config, **(dict.fromkeys(ROLES["devices"]) | {"catalogue": None})) == FitConfig()


def test_an_example_and_a_catalogue_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a catalogue is given too"):
        with_example(FitConfig(catalogue=tmp_path), "finance")
