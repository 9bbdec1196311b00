from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from prodcls.catalogue import Catalogue
from prodcls.config import FitConfig
from prodcls.errors import CatalogueError
from prodcls.gathering import located
from prodcls.intake import read_catalogue
from prodcls.photo_folders import default_image_root, folder_fingerprint, train_and_test
from prodcls.readers import read_table
from prodcls.schema import ColumnOptions


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make ``train`` with two classes, and ``test`` with one."""
    for number, name in enumerate(("train/cup/1.jpg", "train/cup/2.JPG", "train/pan/big/3.png", "test/cup/4.jpg")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8, 3), number, np.uint8)).save(path)
    (tmp_path / "train" / "pan" / "readme.txt").write_text("no photo")
    return tmp_path


def read(folder: Path, *, need_labels: bool = True) -> Catalogue:
    return read_catalogue(folder, ColumnOptions(), need_labels=need_labels)


def test_each_folder_is_a_class(photos: Path) -> None:
    catalogue = read(photos / "train")
    assert catalogue.ids == ("cup/1.jpg", "cup/2.JPG", "pan/big/3.png")
    assert catalogue.labels == ("cup", "cup", "pan/big")
    assert [p.name for p in catalogue.photos or () if p] == ["1.jpg", "2.JPG", "3.png"]
    assert [(r.row, r.code, r.excerpt) for r in catalogue.rejections] == [(3, "file-not-a-photo", "pan/readme.txt")]
    assert catalogue.source.details == {"format": "folder of photos"}


def test_photos_beside_the_folders_have_no_class(photos: Path) -> None:
    (photos / "train" / "cup" / "1.jpg").rename(photos / "train" / "1.jpg")
    assert [r.code for r in read(photos / "train").rejections] == ["label-missing", "file-not-a-photo"]
    assert read(photos / "train", need_labels=False).ids[0] == "1.jpg"


def test_links_lead_nowhere(photos: Path, tmp_path: Path) -> None:
    (photos / "train" / "more").symlink_to(photos / "test")
    (photos / "train" / "cup" / "9.jpg").symlink_to(tmp_path / "test" / "cup" / "4.jpg")
    catalogue = read(photos / "train")
    assert catalogue.ids == ("cup/1.jpg", "cup/2.JPG", "cup/9.jpg", "pan/big/3.png")
    assert [r.code for r in catalogue.rejections] == ["photo-outside", "file-not-a-photo"]


def test_a_folder_that_holds_train_and_test_is_both(photos: Path) -> None:
    assert train_and_test(photos) == (photos / "train", photos / "test")
    assert train_and_test(photos / "train") == (photos / "train", None)
    (photos / "other").mkdir()
    assert train_and_test(photos) == (photos, None)


def test_a_test_folder_that_is_given_rules(photos: Path) -> None:
    found = located(FitConfig(catalogue=photos))
    assert (found.catalogue, found.test) == (photos / "train", photos / "test")
    assert located(FitConfig(catalogue=photos, test=Path("x.csv"))).test == Path("x.csv")


def test_the_digest_is_that_of_names_and_bytes(photos: Path) -> None:
    before = folder_fingerprint(photos)
    assert read_table(photos).source.sha256 == before.sha256
    (photos / "train" / "cup" / "1.jpg").rename(photos / "train" / "cup" / "0.jpg")
    moved = folder_fingerprint(photos)
    assert moved.sha256 != before.sha256
    assert moved.size == before.size > 0


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="file-empty"):
        read_table(tmp_path)


def test_where_photos_lie_by_default(tmp_path: Path) -> None:
    assert default_image_root(tmp_path) == tmp_path
    assert default_image_root(tmp_path / "p.csv") == tmp_path
    assert default_image_root(Path("-")) == Path()
