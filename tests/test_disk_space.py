"""The estimate is what a fit writes, and a little more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prodcls.config import FitConfig
from prodcls.disk_room import writing_of
from prodcls.disk_space import Part, Writing, kept_part, output_parts, shortage, total, working_part
from prodcls.embedding_store import EmbeddingStore
from prodcls.intake import read_catalogue
from prodcls.preparation import choose_recipe
from prodcls.progress import SilentProgress
from prodcls.schema import ColumnOptions
from prodcls.training import FitOutcome, fit_catalogue

WRITING = Writing(1000, 10, 200_000, (896, 1280), ((1000, 896), (900, 1280)), 12)
MOST = 1.5
"""How many times what is really written the estimate may be."""


def test_vectors_take_four_bytes_a_number() -> None:
    assert kept_part(WRITING).size == pytest.approx(4 * (1000 * 896 + 900 * 1280), rel=0.02)
    assert working_part(WRITING).size == 4 * 1000 * (896 + 1280 + 1280)
    assert output_parts(WRITING)[0].size > 4 * 1000 * (896 + 1280)


def test_dossiers_that_the_report_has_no_room_for_count_once() -> None:
    small, large, larger = (total(output_parts(replace(WRITING, dossiers=n))) for n in (60, 1060, 2060))
    assert large - small == larger - large > 0


def test_a_shortage_tells_bytes_by_part() -> None:
    parts = (Part("bundle", 2_000_000_000), Part("report", 0), Part("dossiers", 500_000_000))
    told = "needs about 2.5 GB of room (bundle 2.0 GB, dossiers 500.0 MB) and has 1.0 kB"
    assert shortage(parts, 1000) == told
    assert shortage(parts, 2_500_000_000) is None


def written(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def check(outcome: FitOutcome, catalogue: Path, config: FitConfig, store: Path | None = None) -> None:
    read = read_catalogue(catalogue, ColumnOptions(), need_labels=True)
    writing = writing_of(config, [read], choose_recipe(read, None, "onnx"), None)
    real, told = written(outcome.report_path.parent), total(output_parts(writing))
    assert real <= told <= MOST * real
    if store is not None:
        assert written(store) <= kept_part(writing).size <= MOST * written(store)
        assert kept_part(writing_of(config, [read], choose_recipe(read, None, "onnx"), EmbeddingStore(store))).size == 0


def test_it_is_what_a_fit_of_the_demo_writes(fitted_demo: FitOutcome) -> None:
    from prodcls.atomic import cache_root

    check(fitted_demo, cache_root() / "demo" / "products.csv", FitConfig())


@pytest.mark.shared_data
@pytest.mark.slow
def test_it_is_what_a_fit_of_a_real_catalogue_writes(shared_data: Path, tmp_path: Path) -> None:
    config = FitConfig(
        shared_data / "eshop101" / "products.csv", tmp_path / "out", cache_dir=tmp_path / "cache",
        baselines=False, witnesses=0, robustness=0,
    )  # fmt: skip
    assert config.catalogue is not None
    check(fit_catalogue(config, SilentProgress()), config.catalogue, config, tmp_path / "cache" / "embeddings")
