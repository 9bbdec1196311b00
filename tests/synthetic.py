"""Small made-up products with as much signal as a test asks for, and encoders that need no weights."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image

import prodcls.augmentation
import prodcls.head
import prodcls.inspection
import prodcls.preparation
from prodcls.booster import BoosterData, RoundsChoice
from prodcls.embeddings import Embeddings
from prodcls.encoders import Encoded, Encoder, Item, Kind, Parts, Progress
from prodcls.errors import ImageError
from prodcls.head import HeadFit, fit_head
from prodcls.images import load_photo
from prodcls.inputs import Inputs
from prodcls.photo_copies import PhotoCopy

CLASS_WORDS = ("kettle", "phone", "towel", "watch", "curtain", "camera", "lamp", "teapot")
FILLER = ("new", "best", "offer", "genuine", "original", "shipping", "free", "sale", "gift", "set", "pack", "home")


@dataclass(frozen=True)
class Sample:
    """Products with their classes and groups."""

    inputs: Inputs
    labels: np.ndarray
    groups: np.ndarray
    n_classes: int

    def take(self, rows: np.ndarray) -> Sample:
        return Sample(self.inputs.take(rows), self.labels[rows], self.groups[rows], self.n_classes)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def embeddings(block: str, vectors: np.ndarray, present: np.ndarray | None = None) -> Embeddings:
    """Return unit vectors as a block, zero where absent."""
    there = np.ones(len(vectors), dtype=np.bool_) if present is None else present
    rows = np.where(there[:, None], unit(vectors), np.float32(0.0)).astype(np.float32)
    return Embeddings(block, "synthetic", rows, there, np.ones(len(vectors), dtype=np.float32))


def make_sample(
    n: int = 120, n_classes: int = 4, *, signal: float = 1.0, missing: float = 0.1, group_size: int = 1, seed: int = 0
) -> Sample:
    """Return ``n`` products whose blocks, words, price and brand tell their class the better, the larger ``signal`` is.

    Rows of one group are of one class and one after the other. A share ``missing`` of the cells of each column, and
    of the photos, is absent. With ``signal=0`` nothing depends on the class.
    """
    rng = np.random.default_rng(seed)
    n_groups = -(-n // group_size)
    groups = np.repeat(np.arange(n_groups), group_size)[:n]
    labels = (np.arange(n_groups) % n_classes)[groups].astype(np.int64)
    told = np.where(rng.random(n) < min(signal, 0.9), labels, rng.integers(n_classes, size=n))
    dense = {}
    for block, width in (("title", 12), ("image", 8)):
        centres = rng.normal(size=(n_classes, width))
        present = rng.random(n) >= missing
        present[[0, 1, -1]] = True
        dense[block] = embeddings(block, signal * centres[labels] + rng.normal(size=(n, width)), present)
    titles = [f"{CLASS_WORDS[k % len(CLASS_WORDS)]} {' '.join(rng.choice(FILLER, size=3))}" for k in told]
    price = np.exp(3.0 + signal * labels + rng.normal(size=n))
    price[rng.random(n) < missing] = np.nan
    brands = [f"brand{k}" if rng.random() >= missing else "" for k in told]
    inputs = Inputs(
        ids=tuple(f"p{i:04d}" for i in range(n)),
        texts={"title": tuple(t if rng.random() >= missing / 2 else "" for t in titles)},
        dense=dense,
        numeric={"price": price},
        categorical={"brand": tuple(brands)},
    )
    return Sample(inputs, labels, groups.astype(np.int64), n_classes)


def without_evidence(inputs: Inputs) -> Inputs:
    """Return as many products of which nothing is known."""
    n = len(inputs)
    return replace(
        inputs,
        texts=dict.fromkeys(inputs.texts, ("",) * n),
        dense={
            name: embeddings(name, np.zeros_like(e.vectors), np.zeros(n, np.bool_)) for name, e in inputs.dense.items()
        },
        numeric={name: np.full(n, np.nan) for name in inputs.numeric},
        categorical=dict.fromkeys(inputs.categorical, ("",) * n),
    )


class WordEncoder:
    """Adds up a fixed random vector for each word."""

    identity = "words-v1"
    dimension = 16
    kind: Kind = "text"

    def __init__(self, name: str = "words") -> None:
        self.name = name

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        vectors = np.zeros((len(items), self.dimension), dtype=np.float32)
        for i, item in enumerate(items):
            for word in str(item).split():
                vectors[i] += self._vector(word)
            if progress is not None:
                progress(i + 1)
        return Encoded(vectors, np.ones(len(items), dtype=np.float32))

    def _vector(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.blake2b(word.lower().encode(), digest_size=4).digest(), "little")
        return np.random.default_rng(seed).normal(size=self.dimension)

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        found = []
        for item, vector in zip(items, self.encode(items).vectors, strict=True):
            words = list(re.finditer(r"\S+", str(item)))
            vectors = np.array([self._vector(word[0]) for word in words]).reshape(-1, self.dimension)
            found.append(Parts(vectors, vector, vector, np.array([w.span() for w in words]), None, linear=True))
        return tuple(found)

    def finish(self, pooled: np.ndarray) -> np.ndarray:
        return pooled


class ColourEncoder(WordEncoder):
    """Mean colours of the photo's quarters."""

    identity = "colours-v1"
    dimension = 12
    kind: Kind = "image"

    def encode(self, items: Sequence[Item], progress: Progress | None = None) -> Encoded:
        vectors = np.zeros((len(items), self.dimension), dtype=np.float32)
        failed: dict[int, ImageError] = {}
        for i, item in enumerate(items):
            try:
                pixels = item.pixels() if isinstance(item, PhotoCopy) else load_photo(Path(item))
            except ImageError as error:
                failed[i] = error
                continue
            quarters = [half for rows in np.array_split(pixels, 2) for half in np.array_split(rows, 2, axis=1)]
            vectors[i] = np.concatenate([quarter.mean(axis=(0, 1)) for quarter in quarters]) / 255.0
        if progress is not None:
            progress(len(items))
        return Encoded(vectors, np.ones(len(items), dtype=np.float32), failed)

    def encode_parts(self, items: Sequence[Item]) -> tuple[Parts, ...]:
        found = []
        for vector in self.encode(items).vectors:
            quarters = np.zeros((4, self.dimension))
            for i in range(4):
                quarters[i, 3 * i : 3 * i + 3] = vector[3 * i : 3 * i + 3]
            found.append(Parts(quarters, vector, vector, None, (2, 2), True))
        return tuple(found)


def use_fake_encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let texts and photos be embedded without weights."""

    def text(name: str, *_: object) -> Encoder:
        return WordEncoder(name)

    def image(name: str, *_: object) -> Encoder:
        return ColourEncoder(name)

    monkeypatch.setattr(prodcls.preparation, "text_encoder", text)
    for module in (prodcls.preparation, prodcls.augmentation, prodcls.inspection):
        monkeypatch.setattr(module, "image_encoder", image)


def write_photo(path: Path, colour: tuple[int, int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 24), colour).save(path)


def boosted(sample: Sample, rounds: int = 15) -> HeadFit:
    """Return a head with a correction of so many rounds, whether it helps or not."""

    def choice(data: BoosterData, *_: object, **__: object) -> RoundsChoice:
        return RoundsChoice(rounds, {0: 1.0, rounds: 0.5}, np.zeros(data.start.shape))

    with mock.patch.object(prodcls.head, "choose_rounds", choice):
        fit = fit_head(sample.inputs, sample.labels, sample.groups, sample.n_classes)
    assert fit.head.booster is not None
    return fit


def catalogue_rows(sizes: dict[str, int], *, seed: int = 0) -> list[dict[str, str]]:
    """Return so many rows of each class as they would stand in a file: id, title, price, brand, category."""
    rng = np.random.default_rng(seed)
    words = [f"{a}{b}" for a in ("ba", "ko", "lu", "mi", "ra", "te") for b in ("don", "fel", "gor", "sax", "vik")]
    rows = []
    for k, (name, size) in enumerate(sizes.items()):
        for _ in range(size):
            title = f"{CLASS_WORDS[k % len(CLASS_WORDS)]} {' '.join(rng.choice(words, size=6))}"
            price = f"{np.exp(3 + k + 0.3 * rng.normal()):.2f}"
            rows.append({"title": title, "price": price, "brand": f"brand{rng.integers(3)}", "category": name})
    order = rng.permutation(len(rows))
    return [{"id": f"sku{place:03d}", **rows[i]} for place, i in enumerate(order)]


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
