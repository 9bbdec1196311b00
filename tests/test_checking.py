"""A check says of a catalogue what a fit on it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodcls.audit_json import from_json
from prodcls.checking import check_catalogue
from prodcls.config import FitConfig
from prodcls.progress import SilentProgress
from prodcls.training import FitOutcome


def test_the_findings_are_those_of_the_fit(fitted_demo: FitOutcome) -> None:
    fitted = from_json((fitted_demo.report_path.parent / "audit.json").read_text(encoding="utf-8"))
    found = check_catalogue(FitConfig(), SilentProgress())
    assert found.quality == fitted.quality
    assert found.data == fitted.data
    assert (found.data_sha256, found.title) == (fitted.lineage.data_sha256, fitted.title)
    assert found.errors == 2


def test_training_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_catalogue(FitConfig(), SilentProgress())
    assert list(tmp_path.iterdir()) == []
