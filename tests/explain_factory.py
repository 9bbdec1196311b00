"""A small fitted model whose decisions hang on one word and one quarter of the photo, and products to ask it about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from PIL import Image

import prodcls.preparation
from prodcls.embeddings import Embeddings
from prodcls.encoders import Encoded, Item, Parts, Progress
from prodcls.encoders.lite0 import SIDE
from prodcls.explain.product import Product
from prodcls.inputs import Inputs
from prodcls.model import Model, fit_model
from prodcls.preparation import IMAGE_BLOCK, Recipe, joined
from synthetic import ColourEncoder, WordEncoder

CLASSES = ("Kettle", "Lamp", "Towel")
TOLD = ("steel kettle", "desk lamp", "bath towel")
FILLER = ("new", "best", "offer", "genuine", "free", "sale", "gift", "pack")
COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200))
GREY = (128, 128, 128)
RECIPE = Recipe(("title", "description"), ("words",), "colours", "onnx", "set by --text-encoder")


class Counting(WordEncoder):
    """A text encoder that remembers what it was asked."""

    def __init__(self, asked: list[str]) -> None:
        super().__init__()
        self.asked = asked

    def encode(self, items: list[Item], progress: Progress | None = None) -> Encoded:  # type: ignore[override]
        self.asked += [str(item) for item in items]
        return super().encode(items, progress)


class Quarters(ColourEncoder):
    """A photo encoder that sees four regions."""

    def __init__(self, asked: list[str] | None = None) -> None:
        super().__init__("colours")
        self.asked = [] if asked is None else asked

    def encode(self, items: list[Item], progress: Progress | None = None) -> Encoded:  # type: ignore[override]
        self.asked += [str(item) for item in items]
        return super().encode(items, progress)

    def encode_parts(self, items: list[Item]) -> tuple[Parts, ...]:  # type: ignore[override]
        nothing = np.zeros((4, self.dimension))
        vectors = self.encode(items).vectors
        return tuple(Parts(nothing, vector, vector, None, (2, 2), linear=True) for vector in vectors)


@dataclass
class Asked:
    """What the encoders were asked for."""

    texts: list[str]
    photos: list[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    """Put encoders without weights in place; gives what they are asked for."""
    seen = Asked([], [])
    monkeypatch.setattr(prodcls.preparation, "text_encoder", lambda *_: Counting(seen.texts))
    monkeypatch.setattr(prodcls.preparation, "image_encoder", lambda *_: Quarters(seen.photos))
    return seen


def draw_photo(path: Path, colour: tuple[int, int, int]) -> Path:
    """Write a grey photo whose lower right quarter tells the class, as large as encoders make it."""
    picture = Image.new("RGB", (SIDE, SIDE), GREY)
    picture.paste(colour, (SIDE // 2, SIDE // 2, SIDE, SIDE))
    picture.save(path)
    return path


def _embedded(block: str, encoder: WordEncoder, items: list[Item | None]) -> Embeddings:
    found = encoder.encode([item or "" if encoder.kind == "text" else item for item in items if item])
    present = np.array([bool(item) for item in items])
    vectors = np.zeros((len(items), encoder.dimension), dtype=np.float32)
    vectors[present] = found.vectors
    ones = np.ones(len(items), dtype=np.float32)
    return joined([Embeddings(block, encoder.identity, vectors, present, ones)])


def make_inputs(
    titles: list[str], descriptions: list[str], photos: list[Path | None], prices: list[float], brands: list[str]
) -> Inputs:
    """Return the inputs of products as the fake encoders read them."""
    dense = {
        "title": _embedded("title", WordEncoder(), list(titles)),
        "description": _embedded("description", WordEncoder(), list(descriptions)),
        IMAGE_BLOCK: _embedded(IMAGE_BLOCK, Quarters(), list(photos)),
    }
    texts = {"title": tuple(titles), "description": tuple(descriptions)}
    ids = tuple(f"p{i}" for i in range(len(titles)))
    return Inputs(ids, texts, dense, {"price": np.array(prices, dtype=np.float64)}, {"brand": tuple(brands)})


@cache
def folder() -> Path:
    return Path(mkdtemp(prefix="prodcls-explain-"))


@cache
def fitted() -> Model:
    """Return a model of 90 products, each of whose columns, words and photos tells the class mostly."""
    rng = np.random.default_rng(5)
    labels = np.arange(90, dtype=np.int64) % 3
    told = np.where(rng.random(90) < 0.85, labels, rng.integers(3, size=90))
    filler = [" ".join(rng.choice(FILLER, 3)) for _ in range(180)]
    photos: list[Path | None] = [draw_photo(folder() / f"{i}.png", COLOURS[k]) for i, k in enumerate(told)]
    inputs = make_inputs(
        [f"{TOLD[k]} {filler[i]}" for i, k in enumerate(told)],
        [f"{filler[90 + i]} {TOLD[k]}" if i % 2 else filler[90 + i] for i, k in enumerate(labels)],
        photos,
        [float(np.exp(rng.normal(3 + k, 0.4))) for k in labels],
        [f"brand {k}" for k in rng.permutation(labels)],
    )
    return fit_model(inputs, labels, np.arange(90), CLASSES).model


def make_product(
    title: str = "steel kettle, new offer",
    description: str = "best gift",
    *,
    colour: tuple[int, int, int] | None = COLOURS[0],
    price: float = 20.0,
    brand: str = "brand 0",
) -> Product:
    """Return a product and the model that serves it."""
    photo = None if colour is None else draw_photo(folder() / "asked.png", colour)
    inputs = make_inputs([title], [description], [photo], [price], [brand])
    return Product(fitted(), RECIPE, inputs, photo)
