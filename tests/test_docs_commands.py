"""Every command of the documentation does what its page says."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

import prodcls.training
from docs_runner import Reader, fences, fits, pages
from encoder_factory import write_bert
from onnx_factory import write_photo_vector
from photo_factory import write_preprocessor, write_torchvision
from prodcls.atomic import cache_root
from prodcls.config import FitConfig
from prodcls.progress import Progress
from prodcls.training import FitOutcome
from test_report_browser import REQUIRED

ROOT = Path(__file__).resolve().parents[1]
FIT = prodcls.training.fit_catalogue

CHINESE = {
    "id": "商品编号", "title": "商品名称", "description": "描述", "price": "价格", "brand": "品牌", "image": "图片",
    "category": "类别",
}  # fmt: skip


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "products.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_chinese(folder: Path, demo: Path) -> None:
    """The Chinese products of the demo, as a shop in China would export them."""
    rows = [row for row in _rows(demo) if any("\u4e00" <= c <= "\u9fff" for c in row["title"].partition(" ")[2])]
    _write(folder / "商品.csv", [{CHINESE[k]: v for k, v in row.items() if k in CHINESE} for row in rows])


def write_photos(folder: Path, demo: Path) -> None:
    """Photos of the demo in a folder a class, for training and for a test."""
    for i, row in enumerate(_rows(demo)[:160]):
        photo = demo / "images" / Path(row["image"]).name
        if row["image"] and photo.is_file():
            place = folder / "photos" / ("test" if i % 5 == 0 else "train") / row["category"].split()[0]
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(photo, place)


@pytest.fixture
def reader(fitted_demo: FitOutcome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Reader]:
    """Who follows a page. Fits of the demo with the usual options take what the session has fitted."""

    def fit(config: FitConfig, progress: Progress) -> FitOutcome:
        usual = replace(config, catalogue=None, out=FitConfig.out, target=None) == FitConfig()
        demo = (cache_root() / "demo" / "products.csv").read_bytes()
        if not usual or (config.catalogue is not None and config.catalogue.read_bytes() != demo):
            return FIT(config, progress)
        shutil.copytree(fitted_demo.bundle_path.parent, config.out, dirs_exist_ok=True)
        return replace(fitted_demo, bundle_path=config.out / "bundle", report_path=config.out / "audit.html")

    monkeypatch.setattr(prodcls.training, "fit_catalogue", fit)
    monkeypatch.chdir(tmp_path)
    with mock.patch.dict(os.environ):
        found = Reader(tmp_path)
        with found.stack:
            yield found


@pytest.mark.parametrize("page", pages(ROOT), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_do_what_the_page_says(page: Path, reader: Reader, fitted_demo: FitOutcome) -> None:
    text = "\n".join(fence.text for fence in fences(page))
    if "curl" in text and shutil.which("curl") is None:
        (pytest.fail if REQUIRED else pytest.skip)("curl is not installed")
    demo = cache_root() / "demo"
    # What a page uses without making it is there: its reader has a catalogue, and has fitted it.
    if re.search(r"(^| )shop[/ ]", text, re.M) and "write_demo" not in text:
        shutil.copytree(demo, reader.folder / "shop")
    if "out/demo" in text and "--out out/demo" not in text:
        shutil.copytree(fitted_demo.bundle_path.parent, reader.folder / "out" / "demo")
    if "商品.csv" in text:
        write_chinese(reader.folder, demo)
        shutil.copytree(demo / "images", reader.folder / "images")
    if "fit photos" in text:
        write_photos(reader.folder, demo)
    if "my-bert" in text:
        write_bert(reader.folder / "models" / "my-bert")
        write_preprocessor(write_torchvision(reader.folder / "models" / "my-vgg", "vgg11"), size=64)
        write_photo_vector(reader.folder / "models" / "my-onnx")
    if re.search(r"[ \"]products\.csv", text):
        shutil.copytree(demo, reader.folder, dirs_exist_ok=True)
        _write(
            reader.folder / "new.csv",
            [{k: v for k, v in row.items() if "category" not in k} for row in _rows(demo)[:9]],
        )
    for fence in fences(page):
        out, everything = reader.follow(fence)
        if fence.shown is not None:
            assert fits(fence.shown, out) or fits(fence.shown, everything), f"line {fence.line} prints\n{everything}"


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a ... c", "a b c", True),
        ("a\n...\nd", "a\nb\nc\nd", True),
        ("a\n...", "a\nb\nc", True),
        ("a", "a\nb", False),
        ("at 0.97", "at 0.98", True),
        ("at 0.97", "at 0.92", False),
        ("...7.1 of", "value 97.1 of", False),
        ("...97.1 of", "value 97.1 of", True),
        ("7 rows", "8 rows", False),
        ("a.b", "aXb", False),
    ],
)
def test_ellipses_and_rounding(shown: str, printed: str, same: bool) -> None:
    assert fits(shown, printed) == same


def test_pages_with_commands_are_found() -> None:
    names = {page.relative_to(ROOT).as_posix() for page in pages(ROOT)}
    assert {"docs/start.md", "docs/tutorial.md", "docs/zh/index.md"} <= names
