"""Small fitted models, and a stand-in for the encoders that is quick and exact."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.booster import BoosterData, train_booster
from prodcls.bundle import BundleContents, save_bundle
from prodcls.candidates import candidate_evidence
from prodcls.catalogue import Catalogue
from prodcls.config import FitConfig, Head
from prodcls.embeddings import Embeddings
from prodcls.head import EvidenceHead
from prodcls.inputs import Inputs
from prodcls.intake import read_catalogue
from prodcls.model import Model, fit_model
from prodcls.preparation import Recipe
from prodcls.schema import ColumnOptions

CREATED = "2024-05-01T12:00:00+00:00"
COLUMNS = ("id", "title", "price", "brand", "image", "category")
RECIPE = Recipe(("title",), ("minilm",), "lite0", "onnx", "set by --text-encoder")
WORDS = {"Kettle": "steel kettle 1.5 l", "Phone": "smart phone 5g", "冰箱": "双门 冰箱 节能"}
COLOURS = {"Kettle": (200, 30, 30), "Phone": (30, 200, 30), "冰箱": (30, 30, 200)}


def write_catalogue(path: Path, rows: Sequence[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def product_rows(folder: Path, n: int = 90, classes: int = 3) -> list[dict[str, Any]]:
    """Return rows of a catalogue whose photos lie in ``folder``; some lack a price, a brand or a photo."""
    random = np.random.default_rng(7)
    names = list(WORDS)[:classes]
    rows = []
    for i in range(n):
        name = names[i % classes]
        told = WORDS[name if random.random() < 0.8 else names[int(random.integers(classes))]]
        colour = tuple(int(c) for c in np.clip(np.array(COLOURS[name]) + random.integers(-30, 30, 3), 0, 255))
        photo = f"photos/{i}.png" if i % 4 else ""
        if photo:
            (folder / "photos").mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (8, 8), colour).save(folder / photo)
        price = "" if i % 11 == 0 else f"{float(np.exp(random.normal(3 + names.index(name), 0.5))):.2f}"
        brand = "" if i % 5 == 0 else f"brand {name if random.random() < 0.7 else 'any'}"
        title = f"{told} no. {i % 13}"
        rows.append(
            {"id": f"p{i:03d}", "title": title, "price": price, "brand": brand, "image": photo, "category": name}
        )
    return rows


def stand_in(catalogue: Catalogue, *_: object, **__: object) -> Inputs:
    """Do what `prodcls.preparation.prepare` does without encoders: words by their checksums, photos by their colour."""
    photos = catalogue.photos or (None,) * len(catalogue)
    dense = {
        "title": _embeddings("title", [_words(text) if text else None for text in catalogue.texts["title"]], 16),
        "image": _embeddings("image", [_colour(photo) if photo else None for photo in photos], 3),
    }
    return Inputs(catalogue.ids, catalogue.texts, dense, catalogue.numeric, catalogue.categorical)


def _words(text: str) -> NDArray[np.float32]:
    vector = np.zeros(16, dtype=np.float32)
    for word in text.split():
        vector[zlib.crc32(word.encode()) % 16] += 1
    return vector


def _colour(photo: Path) -> NDArray[np.float32]:
    with Image.open(photo) as image:
        pixels: NDArray[np.float32] = np.asarray(image.convert("RGB"), dtype=np.float32)
    return np.asarray(pixels.mean(axis=(0, 1)) + 1)


def _embeddings(block: str, rows: Sequence[NDArray[np.float32] | None], width: int) -> Embeddings:
    vectors = np.zeros((len(rows), width), dtype=np.float32)
    for i, row in enumerate(rows):
        if row is not None:
            vectors[i] = row / np.linalg.norm(row)
    present = np.array([row is not None for row in rows], dtype=np.bool_)
    return Embeddings(block, "stand-in", vectors, present, np.ones(len(rows), dtype=np.float32))


@cache
def contents(head: Head = "evidence", *, boosted: bool = False, classes: int = 3) -> BundleContents:
    """Return a fitted model with all that is saved beside it; ``boosted`` gives the evidence head a correction."""
    folder = Path(mkdtemp(prefix="prodcls-bundle-"))
    path = write_catalogue(folder / "products.csv", product_rows(folder, classes=classes))
    catalogue = read_catalogue(path, ColumnOptions(), need_labels=True)
    inputs = stand_in(catalogue)
    names = tuple(sorted(set(catalogue.labels or ())))
    labels = np.array([names.index(label) for label in catalogue.labels or ()], dtype=np.int64)
    model = fit_model(inputs, labels, np.arange(len(labels)), names, head=head).model
    if boosted:
        model = _boosted(model, inputs, labels)
    return BundleContents(model, RECIPE, FitConfig(catalogue=path, head=head), catalogue, inputs)


def _boosted(model: Model, inputs: Inputs, labels: NDArray[np.int64]) -> Model:
    """Return the model with seven trees: whether a fit finds trees worth having is left to chance otherwise."""
    head = model.head
    assert isinstance(head, EvidenceHead)
    said = replace(head, booster=None).margins(inputs)
    evidence = candidate_evidence(said.channels, said.candidates, head.evidence.channels)
    truth = (said.candidates == labels[:, None]).argmax(axis=1)
    start = np.take_along_axis(said.pooled, said.candidates, axis=1)
    data = BoosterData(evidence, start, truth, (0,) * evidence.shape[2])
    booster = train_booster(data, 7, random_state=0, threads=1)
    assert booster is not None
    return replace(model, head=replace(head, booster=booster, level=0.125))


def saved(folder: Path, head: Head = "evidence", *, boosted: bool = True) -> Path:
    """Write a bundle and return its folder."""
    save_bundle(folder, contents(head, boosted=boosted and head == "evidence"), created=CREATED)
    return folder
