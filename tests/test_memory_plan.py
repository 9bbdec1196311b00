"""What a fit would take is told before anything is encoded, and refused where it may not take that much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import prodcls.memory_plan
from prodcls.catalogue import Catalogue, Schema, Source
from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.machine_memory import held_memory
from prodcls.memory_budget import estimate_memory
from prodcls.memory_plan import load_of, plan_memory
from prodcls.preparation import Recipe
from prodcls.progress import SilentProgress

RECIPE = Recipe(("title", "description"), ("minilm", "use"), "lite0", "onnx", "")


class Notes(SilentProgress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def note(self, line: str) -> None:
        self.notes.append(line)


def catalogue(n: int = 40) -> Catalogue:
    texts = {"title": tuple(f"red kettle {i}" for i in range(n)), "description": ("",) * n}
    labels = tuple("ab"[i % 2] for i in range(n))
    ids, photos = tuple(map(str, range(n))), (None,) * n
    source = Source("shop.csv", "", 0)
    return Catalogue(
        ids, np.arange(n), texts, {"price": np.ones(n)}, {"brand": ("x",) * n}, photos, labels, Schema(()), source, ()
    )


def test_what_has_to_be_held_is_counted() -> None:
    config = FitConfig(folds=3, threads=4, augment=50, head="evidence", witnesses=0)
    load = load_of(config, catalogue(), catalogue(10), RECIPE)
    assert (load.rows, load.tested, load.classes, load.columns) == (50, 10, 2, 2)
    assert load.dimensions == (384 + 512, 384 + 512, 1280)
    assert load.encoders == ("minilm", "use", "lite0")
    # red, kettle, "red kettle", and a number with the word before it, alone and as a pair; ten numbers are in both.
    assert (load.terms, load.all_terms, load.occurrences) == (3 + 2 * 10, 3 + 2 * 40, 50 * 5)
    assert (load.folds, load.threads, load.copies) == (3, 4, 40 * 2)
    assert (load.flat, load.baselines, load.explained) == (False, True, False)
    assert load.held == pytest.approx(held_memory(), rel=0.2)


def test_a_catalogue_without_photos_and_texts_has_no_encoders() -> None:
    load = load_of(FitConfig(), catalogue(), None, Recipe((), (), None, "onnx", ""))
    assert load.dimensions == load.encoders == ()
    assert load.tested == load.copies == 0


def test_enough_memory_is_told_by_part() -> None:
    progress = Notes()
    assert plan_memory(FitConfig(memory=10**11, threads=3), catalogue(), None, RECIPE, progress) == 3
    (line,) = progress.notes
    assert line.startswith("memory: about ")
    assert "encoders" in line
    assert "folds at a time: 3" in line


def test_folds_wait_for_each_other_before_a_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.memory_plan, "peak_memory", lambda: 0)
    monkeypatch.setattr(prodcls.memory_plan, "held_memory", lambda: 10**8)
    config = FitConfig(threads=4, baselines=False)
    many = catalogue(3000)
    load = load_of(config, many, None, RECIPE)
    one, two = (estimate_memory(load, n).total for n in (1, 2))
    assert one < two
    for budget, expected in ((two + 1, 2), (two - 1, 1), (one, 1)):
        options = FitConfig(threads=4, baselines=False, memory=budget)
        assert plan_memory(options, many, None, RECIPE, SilentProgress()) == expected


def test_too_little_memory_is_refused_with_the_parts_and_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.memory_plan, "peak_memory", lambda: 0)
    monkeypatch.setattr(prodcls.memory_plan, "held_memory", lambda: 10**8)
    with pytest.raises(InputError) as caught:
        plan_memory(FitConfig(memory=1_400_000_000), catalogue(5000), None, RECIPE, SilentProgress())
    assert caught.value.code == "memory-budget"
    for part in ("1.4 GB", "encoders", "embeddings", "--witnesses 0 (", "rows instead of 5000", "or more memory"):
        assert part in str(caught.value)


def test_memory_that_reading_has_taken_is_refused_too() -> None:
    with pytest.raises(InputError) as caught:
        plan_memory(FitConfig(memory=100_000_000), catalogue(), None, RECIPE, SilentProgress())
    assert caught.value.code == "memory-budget"
    assert "has already taken" in str(caught.value)


@pytest.mark.parametrize(("there", "notes"), [(10**12, 0), (1000, 1), (None, 0)])
def test_without_an_option_the_machine_is_asked(there: int | None, notes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prodcls.memory_plan, "available_memory", lambda: there)
    progress = Notes()
    assert plan_memory(FitConfig(threads=2), catalogue(), None, RECIPE, progress) == 2
    assert len(progress.notes) == notes


def test_a_check_fits_nothing_and_is_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prodcls.gathering import gather
    from synthetic import catalogue_rows, use_fake_encoders, write_csv

    use_fake_encoders(monkeypatch)
    path = write_csv(tmp_path / "shop.csv", catalogue_rows({"Kettles": 8, "Phones": 8}))
    config = FitConfig(catalogue=path, cache_dir=tmp_path / "cache", memory=100_000_000)
    assert gather(config, SilentProgress(), results=False).folds_at_once == 1


def test_a_refused_fit_has_encoded_and_written_nothing(tmp_path: Path) -> None:
    from prodcls.training import fit_catalogue
    from synthetic import catalogue_rows, write_csv

    path = write_csv(tmp_path / "shop.csv", catalogue_rows({"Kettles": 8, "Phones": 8}))
    config = FitConfig(catalogue=path, out=tmp_path / "out", cache_dir=tmp_path / "cache", memory=100_000_000)
    with pytest.raises(InputError) as caught:
        fit_catalogue(config, SilentProgress())
    assert caught.value.code == "memory-budget"
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "cache").exists()
