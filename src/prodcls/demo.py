"""The demo catalogue: 600 products made from code, with planted faults whose list is known.

An audit of it can be checked against the truth in ``planted.json``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageEnhance

from prodcls.atomic import write_bytes
from prodcls.demo_pictures import PAINTS, draw_product
from prodcls.demo_words import BRANDS, CLASSES, COLOURS, LEAK, MODIFIERS, SHARED, VAGUE, Kind, Language

__all__ = ["CATALOGUE_NAME", "ROWS", "SEED", "Planted", "pick", "put", "take", "write_demo"]

CATALOGUE_NAME = "products.csv"
SEED = 20240229
ROWS = 600

COPIES = 12
MISLABELLED = 12
MISSING_PHOTOS = 15
MISSING_PRICES = 15
LEAKING_CLASS = "Headphones 耳机"

ENGLISH_SHARE = 0.6
VAGUE_SHARE = 0.14
TERSE_SHARE = 0.3
CARTON_SHARE = 0.12
BRANDLESS_SHARE = 0.08
LEAK_SHARE = 0.88
PRICE_SPREAD = 0.5
"""Standard deviation of the logarithm of a class's prices."""

ABSURD_FACTOR = 10_000

_COLUMNS = ("id", "title", "description", "price", "currency", "brand", "image", "category", "category_path")
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Planted:
    """The faults in the catalogue, by product id.

    Attributes
    ----------
    mislabelled : dict of str to str
        Id -> true class.
    near_duplicates : list of tuple of (str, str)
        Original and copy.
    leak_class : str
        The only class whose rows carry a sentence of ``leak_sentences``.
    leak_sentences, leak_ids : list of str
    missing_photos : list of str
        Rows whose photo cell is empty.
    absent_photos : list of str
        Rows that name a photo which is not there.
    missing_prices : list of str
    absurd_prices : list of str
    """

    leak_class: str
    leak_sentences: list[str]
    mislabelled: dict[str, str] = field(default_factory=dict)
    near_duplicates: list[tuple[str, str]] = field(default_factory=list)
    leak_ids: list[str] = field(default_factory=list)
    missing_photos: list[str] = field(default_factory=list)
    absent_photos: list[str] = field(default_factory=list)
    missing_prices: list[str] = field(default_factory=list)
    absurd_prices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Product:
    kind: Kind
    language: Language
    title: str
    description: str
    price: float
    brand: str
    picture: Image.Image
    copy_of: int | None = None
    """Index of the original in the list of products."""


def write_demo(folder: Path) -> Path:
    """Write the demo catalogue: ``products.csv``, ``images/``, ``planted.json``.

    Parameters
    ----------
    folder : Path
        Made if absent; files of the same names are replaced where they differ.

    Returns
    -------
    Path
        The catalogue, ``folder / "products.csv"``. It is written last: where it is, the rest is complete.
    """
    rng = np.random.Generator(np.random.PCG64(SEED))
    products = _products(rng)
    order = [int(i) for i in rng.permutation(len(products))]
    ids = {index: f"D{place:04d}" for place, index in enumerate(order, start=1)}
    rows, planted = _plant(products, ids, rng)
    pictures = folder / "images"
    pictures.mkdir(parents=True, exist_ok=True)
    absent = {*planted.missing_photos, *planted.absent_photos}
    for index, product in enumerate(products):
        picture = pictures / f"{ids[index]}.png"
        if ids[index] in absent:
            picture.unlink(missing_ok=True)
        else:
            data = io.BytesIO()
            product.picture.save(data, "PNG", compress_level=1)
            put(picture, data.getvalue())
    truth = json.dumps({"seed": SEED, "rows": ROWS, **asdict(planted)}, ensure_ascii=False, indent=1)
    put(folder / "planted.json", truth.encode() + b"\n")
    table = io.StringIO()
    writer = csv.DictWriter(table, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[index] for index in order)
    put(folder / CATALOGUE_NAME, table.getvalue().encode())
    return folder / CATALOGUE_NAME


def put(path: Path, data: bytes) -> None:
    """Write a file that is not there yet; another fit may be reading the one that is."""
    if not path.is_file() or path.read_bytes() != data:
        write_bytes(path, data)


def _products(rng: np.random.Generator) -> list[_Product]:
    """Return sound products, the near-copies last."""
    originals = [_product(CLASSES[i % len(CLASSES)], rng) for i in range(ROWS - COPIES)]
    chosen = rng.choice(len(originals), COPIES, replace=False)
    return originals + [_copy(originals[int(i)], int(i), rng) for i in chosen]


def pick(rng: np.random.Generator, items: Sequence[_Item]) -> _Item:
    """Return one of ``items``, each as likely."""
    return items[int(rng.integers(len(items)))]


def _product(kind: Kind, rng: np.random.Generator) -> _Product:
    language: Language = "en" if rng.random() < ENGLISH_SHARE else "zh"
    brand = "" if rng.random() < BRANDLESS_SHARE else pick(rng, BRANDS)
    paint = int(rng.integers(len(PAINTS)))
    shape = "carton" if rng.random() < CARTON_SHARE else kind.shape
    return _Product(
        kind=kind,
        language=language,
        title=_title(kind, language, brand, paint, rng),
        description=_description(kind, language, rng),
        price=round(kind.price * float(np.exp(rng.normal(0.0, PRICE_SPREAD)))) - 0.1,
        brand=brand,
        picture=draw_product(shape, paint, rng),
    )


def _title(kind: Kind, language: Language, brand: str, paint: int, rng: np.random.Generator) -> str:
    words = kind.words[language]
    vague = rng.random() < VAGUE_SHARE
    noun = pick(rng, VAGUE[language] if vague else words.nouns)
    model = f"{'ABCDEFGHKLMNPRSTX'[int(rng.integers(17))]}{int(rng.integers(10, 990))}"
    parts = [pick(rng, MODIFIERS[language]), noun, model]
    if rng.random() < (0.25 if vague else 0.7):
        parts.append(pick(rng, words.specs).format(n=pick(rng, kind.sizes)))
    if rng.random() < 0.6:
        parts.append(COLOURS[language][paint])
    if rng.random() < 0.3:
        parts[0], parts[2] = parts[2], parts[0]
    return " ".join([brand, *parts] if brand else parts)


def _description(kind: Kind, language: Language, rng: np.random.Generator) -> str:
    own = kind.words[language].lines
    count = 0 if rng.random() < TERSE_SHARE else int(rng.integers(1, 4))
    lines = [own[int(i)] for i in rng.choice(len(own), count, replace=False)]
    shared = SHARED[language]
    for i in rng.choice(len(shared), int(rng.integers(1, 4)), replace=False):
        other = pick(rng, [k for k in CLASSES if k is not kind])
        lines.append(shared[int(i)].format(other=pick(rng, other.words[language].nouns)))
    joint = " " if language == "en" else ""
    return joint.join(lines[int(i)] for i in rng.permutation(len(lines)))


def _copy(original: _Product, index: int, rng: np.random.Generator) -> _Product:
    """Return the same product as somebody else lists it."""
    joint = " " if original.language == "en" else ""
    extra = pick(rng, [line for line in SHARED[original.language] if "{" not in line])
    light = ImageEnhance.Brightness(original.picture).enhance(float(rng.uniform(0.93, 1.07)))
    return replace(
        original,
        title=f"{original.title} {pick(rng, MODIFIERS[original.language])}",
        description=f"{original.description}{joint}{extra}",
        price=round(original.price * float(rng.uniform(0.97, 1.03))) - 0.1,
        picture=light,
        copy_of=index,
    )


def _plant(
    products: list[_Product], ids: dict[int, str], rng: np.random.Generator
) -> tuple[list[dict[str, str]], Planted]:
    """Return the table's rows with faults in them, and the list of the faults."""
    planted = Planted(LEAKING_CLASS, list(LEAK.values()))
    rows = [_row(product, ids[i]) for i, product in enumerate(products)]
    for i, product in enumerate(products):
        if product.copy_of is not None:
            planted.near_duplicates.append((ids[product.copy_of], ids[i]))
        elif product.kind.name == LEAKING_CLASS and rng.random() < LEAK_SHARE:
            rows[i]["description"] += (" " if product.language == "en" else "") + LEAK[product.language]
            planted.leak_ids.append(ids[i])
    # Each row has at most one of the faults below, so that each can be told from the others.
    twins = {twin for pair in planted.near_duplicates for twin in pair}
    free = [i for i in range(len(products)) if ids[i] not in twins]
    drawn = [int(i) for i in rng.permutation(np.array(free))]
    for i in take(drawn, MISLABELLED):
        wrong = pick(rng, [k for k in CLASSES if k is not products[i].kind])
        rows[i] |= _labels(wrong)
        planted.mislabelled[ids[i]] = products[i].kind.name
    for place, i in enumerate(take(drawn, MISSING_PHOTOS)):
        if place % 2:
            planted.absent_photos.append(ids[i])
        else:
            rows[i]["image"] = ""
            planted.missing_photos.append(ids[i])
    for i in take(drawn, MISSING_PRICES):
        rows[i]["price"] = ""
        planted.missing_prices.append(ids[i])
    for i in take(drawn, 1):
        rows[i]["price"] = f"{products[i].price * ABSURD_FACTOR:.2f}"
        planted.absurd_prices.append(ids[i])
    return rows, planted


def take(drawn: list[int], count: int) -> list[int]:
    """Remove the first ``count`` items from ``drawn`` and return them."""
    taken = drawn[:count]
    del drawn[:count]
    return taken


def _labels(kind: Kind) -> dict[str, str]:
    return {"category": kind.name, "category_path": f"{kind.group} >> {kind.name}"}


def _row(product: _Product, product_id: str) -> dict[str, str]:
    return {
        "id": product_id,
        "title": product.title,
        "description": product.description,
        "price": f"{product.price:.2f}",
        "currency": "CNY",
        "brand": product.brand,
        "image": f"images/{product_id}.png",
        **_labels(product.kind),
    }
