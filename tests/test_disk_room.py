"""A fit that a disk has no room for is refused before anything is encoded."""

from __future__ import annotations

import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from prodcls import disk_room
from prodcls.checking import check_catalogue
from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.gathering import gather
from prodcls.progress import SilentProgress
from synthetic import WordEncoder, catalogue_rows, use_fake_encoders, write_csv

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    use_fake_encoders(monkeypatch)
    catalogue = write_csv(tmp_path / "shop.csv", catalogue_rows({"Kettles": 14, "Phones": 10}))
    return FitConfig(
        catalogue,
        tmp_path / "out",
        cache_dir=tmp_path / "cache",
        folds=2,
        dossiers=1,
        threads=1,
        text_encoder=("minilm",),
    )


def leave(monkeypatch: pytest.MonkeyPatch, free: int) -> list[Path]:
    asked: list[Path] = []

    def usage(place: Path) -> Usage:
        asked.append(place)
        return Usage(10**12, 0, free)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return asked


def test_it_is_told_at_once_what_is_needed(config: FitConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = leave(monkeypatch, 1000)
    monkeypatch.setattr(WordEncoder, "encode", lambda *_: pytest.fail("encoded"))
    with pytest.raises(InputError) as caught:
        gather(config, SilentProgress())
    assert caught.value.code == "disk-space"
    assert "embeddings 3.1 kB, embeddings at work 3.1 kB, bundle " in str(caught.value)
    assert " and has 1.0 kB: make room there" in str(caught.value)
    assert asked[0] == config.out.parent  # the nearest folder that is there
    assert not config.out.exists()


def test_with_room_for_all_nothing_is_said(config: FitConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(monkeypatch, 10**9)
    assert len(gather(config, SilentProgress()).catalogue) == 24


def test_what_the_store_has_takes_no_room(config: FitConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(monkeypatch, 2000)
    with pytest.raises(InputError, match=r"embeddings 3\.1 kB\) and has 2\.0 kB"):
        check_catalogue(config, SilentProgress())
    with monkeypatch.context() as patch:
        leave(patch, 10**9)
        gather(config, SilentProgress())
    check_catalogue(config, SilentProgress())


def test_a_cache_on_another_disk_is_counted_by_itself(config: FitConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == config.out.parent.stat().st_dev:
        pytest.skip("there is one disk only")
    leave(monkeypatch, 2000)
    with pytest.raises(InputError, match=r"embeddings 3\.1 kB\) and has 2\.0 kB") as caught:
        gather(replace(config, cache_dir=Path("/dev/shm/no such folder")), SilentProgress())
    assert caught.value.file == "/dev/shm"


def test_photos_and_a_catalogue_to_test_on_count_too(config: FitConfig) -> None:
    material = gather(config, SilentProgress())
    one = disk_room.writing_of(config, [material.catalogue], material.recipe, None)
    two = disk_room.writing_of(config, [material.catalogue] * 2, material.recipe, None)
    assert (one.rows, two.rows) == (24, 48)
    assert one.encoded == two.encoded == ((24, 16),)
    assert one.widths == (16,)
    pictured = replace(material.recipe, image_encoder="lite0")
    photos = (config.catalogue,) * 3 + (None,) * 21
    shown = replace(material.catalogue, photos=photos)
    assert disk_room.writing_of(config, [shown], pictured, None).encoded == ((24, 16), (1, 12))
    both = replace(pictured, image_encoder="lite0,lite1")
    assert disk_room.writing_of(config, [shown], both, None).encoded == ((24, 16), (1, 12), (1, 12))
    assert disk_room.writing_of(config, [shown], both, None).widths == (16, 24)
    assert disk_room.writing_of(replace(config, dossiers="all"), [shown], pictured, None).dossiers == 24
