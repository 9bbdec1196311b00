"""The training products most like a product, from what is kept of them beside the model."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle_products import Products
from prodcls.duplicates import near_duplicate_groups
from prodcls.explain.similar import LEAVES, Similar, SimilarProduct, SimilarProducts, agreement, most_similar
from prodcls.explain.spreads import NumberView, number_views
from prodcls.head import EvidenceHead
from prodcls.images import photo_digest, thumbnail_jpeg
from prodcls.inputs import Inputs
from prodcls.leaves import leaves_of
from prodcls.lookup import Found, matching_photo
from prodcls.reporting_accounts import SUSPECT
from prodcls.sounds import sound_digest
from prodcls.trained import Trained

__all__ = ["COUNT", "find_similar", "numbers_of"]

COUNT = 5
"""Training products shown in each space."""

SIDE = 96
"""Pixels of the longest side of a thumbnail."""


def find_similar(
    trained: Trained,
    found: Found,
    predicted: str,
    image_root: Path | None = None,
    *,
    count: int = COUNT,
    side: int = SIDE,
) -> SimilarProducts:
    """Return the nearest training products of each block, and in the space of the booster's leaves.

    Parameters
    ----------
    trained : Trained
        A bundle, or the model of a fold.
    found : Found
    predicted : str
        Class as which the product falls into leaves.
    image_root : Path, optional
        Folder that the photos of the training catalogue lie in; the current one by default.
    count : int
        Most products in each space.
    side : int
        Pixels of the longest side of a thumbnail.

    Returns
    -------
    SimilarProducts
        Without spaces where the model keeps no vectors, as that of the flat head.
    """
    inputs, products = found.subject.inputs, trained.products
    own = None if found.label is None else products.find(inputs.ids[0])
    spaces = _spaces(trained, inputs, predicted)
    together = np.nansum([s for name, s in spaces.items() if name != LEAVES] or [np.zeros(len(products))], axis=0)
    chosen = {name: most_similar(s, together, count, own) for name, s in spaces.items()}
    every = sorted({int(i) for name, rows in chosen.items() for i in rows if not np.isnan(spaces[name][i])})
    copies = _copies(products, every, found)
    shown = {i: _product(products, i, i in copies, _thumbnail(products, i, image_root or Path(), side)) for i in every}
    return SimilarProducts(
        inputs.ids[0],
        tuple(
            Similar(
                name,
                _tied(spaces[name], own),
                tuple(replace(shown[int(i)], similarity=float(spaces[name][i])) for i in rows if int(i) in shown),
            )
            for name, rows in chosen.items()
        ),
    )


def numbers_of(trained: Trained, found: Found, classes: Sequence[str]) -> tuple[NumberView, ...]:
    """Return where the product's numbers stand among those of the training products of some classes.

    Parameters
    ----------
    trained : Trained
        A bundle, or the model of a fold.
    found : Found
    classes : sequence of str
        What is no class of the model, such as `prodcls.explain.product.REST`, is left out.

    Returns
    -------
    tuple of NumberView
    """
    own = {name: float(values[0]) for name, values in found.subject.inputs.numeric.items()}
    products = trained.products
    return number_views(own, products.numeric, products.labels, classes)


def _spaces(trained: Trained, inputs: Inputs, predicted: str) -> dict[str, NDArray[np.float64]]:
    """Return the similarity of every training product in each space, shape (n,) each; NaN where it has no place."""
    head, products = trained.model.head, trained.products
    if not isinstance(head, EvidenceHead):
        return {}
    spaces = {}
    for name, block in head.evidence.dense.items():
        query = inputs.dense[name]
        if query.present[0]:
            spaces[name] = np.full(len(products), np.nan)
            spaces[name][products.present[name]] = block.neighbours.vectors @ query.vectors[0]
    if trained.leaves.shape[1]:
        leaves = leaves_of(head, inputs, trained.model.classes.index(predicted))
        spaces[LEAVES] = agreement(leaves, trained.leaves)
    return spaces


def _tied(similarity: NDArray[np.float64], own: int | None) -> int:
    others = similarity if own is None else np.delete(similarity, own)
    return int((others == np.nanmax(others)).sum()) if np.isfinite(others).any() else 0


def _product(products: Products, i: int, copy: bool, photo: str | None) -> SimilarProduct:
    """Return a training product, its similarity still open."""
    said, probability = products.judged.classes[i], float(products.judged.probabilities[i])
    doubtful = said is not None and said != products.labels[i] and probability >= SUSPECT
    return SimilarProduct(
        id=products.ids[i],
        title=next((cells[i] for cells in products.texts.values() if cells[i].strip()), ""),
        label=products.labels[i],
        similarity=0.0,
        copy=copy,
        doubt=said if doubtful else None,
        doubt_probability=probability if doubtful else None,
        photo=photo,
    )


def _copies(products: Products, rows: list[int], found: Found) -> set[int]:
    """Return those of ``rows`` that are near-duplicates of the product by texts, the same photo or the same sound."""
    texts = ["\n".join(cells[0] for cells in found.subject.inputs.texts.values())]
    texts += ["\n".join(cells[i] for cells in products.texts.values()) for i in rows]
    photos: list[str | None] = [None if found.photo is None else photo_digest(found.photo)]
    photos += [None if r is None else r.sha256 for r in (products.photos[i] for i in rows)]
    sounds: list[str | None] = [None if found.sound is None else sound_digest(found.sound)]
    sounds += [None if r is None else r.sha256 for r in (products.sounds[i] if products.sounds else None for i in rows)]
    groups = near_duplicate_groups(texts, photos, sound_keys=sounds)
    return {i for i, group in zip(rows, groups[1:], strict=True) if group == groups[0]}


def _thumbnail(products: Products, i: int, root: Path, side: int) -> str | None:
    reference = products.photos[i]
    photo = None if reference is None else matching_photo(reference, root)
    return None if photo is None else base64.b64encode(thumbnail_jpeg(photo, side)).decode("ascii")
