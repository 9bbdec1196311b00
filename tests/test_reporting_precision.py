"""What shorter numbers change is counted on products encoded both ways, and told in every form of the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import prodcls.preparation
from prodcls.config import FitConfig
from prodcls.encoders import Encoded, Encoder, Item, Progress
from prodcls.evaluation import cross_validate
from prodcls.gathering import gather
from prodcls.model_card_markdown import markdown_card
from prodcls.progress import SilentProgress
from prodcls.reporting_precision import precision_section
from prodcls.training import fit_catalogue
from report_factory import make_report
from synthetic import WordEncoder, catalogue_rows, use_fake_encoders, write_csv


class Rough(WordEncoder):
    """Numbers with the first few bits only."""

    identity = "words-v1-bf16"

    def encode(self, items: list[Item], progress: Progress | None = None) -> Encoded:  # type: ignore[override]
        plain = super().encode(items, progress)
        return Encoded(np.round(plain.vectors), plain.read_share)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    use_fake_encoders(monkeypatch)

    def text(name: str, runtime: str, *_: object) -> Encoder:
        return Rough(name) if runtime == "openvino-bf16" else WordEncoder(name)

    monkeypatch.setattr(prodcls.preparation, "text_encoder", text)
    path = write_csv(tmp_path / "products.csv", catalogue_rows({"Kettles": 16, "Phones": 14}))
    return FitConfig(
        catalogue=path, out=tmp_path / "out", folds=3, cache_dir=tmp_path / "cache", runtime="openvino",
        precision="bf16", dossiers=0, witnesses=0, robustness=0, baselines=False, threads=1,
    )  # fmt: skip


def test_a_sample_is_scored_both_ways(config: FitConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    material = gather(config, SilentProgress())
    scores = cross_validate(material.problem)
    found = precision_section(material, scores, SilentProgress())
    assert found is not None
    assert (found.precision, found.products) == ("bf16", 30)
    assert 0 < found.probability < 1
    assert 0.9 < found.cosine < 1
    monkeypatch.setattr("prodcls.reporting_precision.LEAST", 7)
    first, second, other = (precision_section(material, scores, SilentProgress(), random_state=k) for k in (1, 1, 2))
    assert first is not None
    assert first.products == 7
    assert first == second
    assert first != other


def test_without_short_numbers_there_is_nothing_to_say(config: FitConfig) -> None:
    plain = FitConfig(catalogue=config.catalogue, folds=3, cache_dir=config.cache_dir)
    material = gather(plain, SilentProgress())
    assert precision_section(material, cross_validate(material.problem), SilentProgress()) is None


def test_a_fit_keeps_and_tells_it(config: FitConfig) -> None:
    outcome = fit_catalogue(config, SilentProgress())
    found = outcome.report.precision
    assert found is not None
    told = json.loads((config.out / "audit.json").read_text(encoding="utf-8"))
    assert told["precision"]["products"] == 30
    assert told["lineage"]["configuration"]["precision"] == "bf16"
    assert all(name.endswith("-bf16") for name in outcome.report.lineage.encoders.values())
    manifest = json.loads((outcome.bundle_path / "manifest.json").read_text(encoding="utf-8"))
    assert "bfloat16" in json.dumps(manifest)
    page = outcome.report_path.read_text(encoding="utf-8")
    assert "30 products drawn at random were encoded in float32 too" in page


@pytest.mark.parametrize(("lang", "told"), [("en", "2 got another class"), ("zh", "2 个商品的类别不同")])
def test_the_model_card_tells_it(lang: str, told: str) -> None:
    assert told in markdown_card(make_report(), lang)
