"""What people wrote beside the catalogue is found, and what is asked for without it is refused."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from prodcls.audit import GivenFile
from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.reporting_papers import Papers, read_papers

TEXT = "[thresholds]\naccuracy = 0.9\n"


def test_nothing_is_needed(tmp_path: Path) -> None:
    assert read_papers(FitConfig()) == read_papers(FitConfig(catalogue=tmp_path / "shop.csv")) == Papers()
    assert Papers().given == ()


def test_the_file_beside_the_catalogue_is_taken(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text(TEXT)
    papers = read_papers(FitConfig(catalogue=tmp_path / "shop.csv", enforce=True))
    assert papers.given == (GivenFile("thresholds", "audit.toml", sha256(TEXT.encode()).hexdigest()),)


def test_a_named_file_comes_first(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text("no toml")
    (tmp_path / "strict.toml").write_text(TEXT)
    papers = read_papers(FitConfig(catalogue=tmp_path / "shop.csv", audit=tmp_path / "strict.toml"))
    assert papers.thresholds is not None
    assert papers.thresholds.file == "strict.toml"


@pytest.mark.parametrize("beside", [True, False])
def test_enforcing_nothing_is_refused(tmp_path: Path, beside: bool) -> None:
    config = FitConfig(catalogue=tmp_path / "shop.csv" if beside else None, enforce=True)
    with pytest.raises(InputError, match="accuracy = 0.95" if beside else "--audit") as caught:
        read_papers(config)
    assert caught.value.code == "thresholds-missing"


def test_the_model_card_is_found_too(tmp_path: Path) -> None:
    (tmp_path / "modelcard.toml").write_text('owner = "we"')
    (tmp_path / "other.toml").write_text('owner = "they"')
    catalogue = tmp_path / "shop.csv"
    for config, owner in (
        (FitConfig(catalogue=catalogue), "we"),
        (FitConfig(catalogue=catalogue, model_card=tmp_path / "other.toml"), "they"),
    ):
        papers = read_papers(config)
        assert papers.card is not None
        assert papers.card.card.owner == (owner,)
        assert [file.role for file in papers.given] == ["model_card"]
