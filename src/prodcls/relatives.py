"""The training products most like a product, from what a bundle keeps of them."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle import Bundle
from prodcls.bundle_products import Products
from prodcls.duplicates import near_duplicate_groups
from prodcls.explain.similar import LEAVES, Similar, SimilarProduct, SimilarProducts, agreement, most_similar
from prodcls.head import EvidenceHead
from prodcls.images import photo_digest, thumbnail_jpeg
from prodcls.inputs import Inputs
from prodcls.leaves import leaves_of
from prodcls.lookup import Found, matching_photo
from prodcls.reporting_accounts import SUSPECT

__all__ = ["COUNT", "find_similar"]

COUNT = 5
"""Training products shown in each space."""

SIDE = 96
"""Pixels of the longest side of a thumbnail."""


def find_similar(bundle: Bundle, found: Found, predicted: str, image_root: Path | None = None) -> SimilarProducts:
    """Return the nearest training products of each block, and in the space of the booster's leaves.

    Parameters
    ----------
    bundle : Bundle
    found : Found
    predicted : str
        Class as which the product falls into leaves.
    image_root : Path, optional
        Folder that the photos of the training catalogue lie in; the current one by default.

    Returns
    -------
    SimilarProducts
        Without spaces where the bundle keeps no vectors, as that of the flat head.
    """
    inputs, products = found.subject.inputs, bundle.products
    own = None if found.label is None else products.find(inputs.ids[0])
    spaces = _spaces(bundle, inputs, predicted)
    together = np.nansum([s for name, s in spaces.items() if name != LEAVES] or [np.zeros(len(products))], axis=0)
    chosen = {name: most_similar(s, together, COUNT, own) for name, s in spaces.items()}
    every = sorted({int(i) for name, rows in chosen.items() for i in rows if not np.isnan(spaces[name][i])})
    copies = _copies(products, every, found)
    shown = {i: _product(products, i, i in copies, _thumbnail(products, i, image_root or Path())) for i in every}
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


def _spaces(bundle: Bundle, inputs: Inputs, predicted: str) -> dict[str, NDArray[np.float64]]:
    """Return the similarity of every training product in each space, shape (n,) each; NaN where it has no place."""
    head, products = bundle.model.head, bundle.products
    if not isinstance(head, EvidenceHead):
        return {}
    spaces = {}
    for name, block in head.evidence.dense.items():
        query = inputs.dense[name]
        if query.present[0]:
            spaces[name] = np.full(len(products), np.nan)
            spaces[name][products.present[name]] = block.neighbours.vectors @ query.vectors[0]
    if bundle.leaves.shape[1]:
        leaves = leaves_of(head, inputs, bundle.model.classes.index(predicted))
        spaces[LEAVES] = agreement(leaves, bundle.leaves)
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
    """Return those of ``rows`` that are near-duplicates of the product by their texts or by the same photo."""
    texts = ["\n".join(cells[0] for cells in found.subject.inputs.texts.values())]
    texts += ["\n".join(cells[i] for cells in products.texts.values()) for i in rows]
    photos: list[str | None] = [None if found.photo is None else photo_digest(found.photo)]
    photos += [None if r is None else r.sha256 for r in (products.photos[i] for i in rows)]
    groups = near_duplicate_groups(texts, photos)
    return {i for i, group in zip(rows, groups[1:], strict=True) if group == groups[0]}


def _thumbnail(products: Products, i: int, root: Path) -> str | None:
    reference = products.photos[i]
    photo = None if reference is None else matching_photo(reference, root)
    return None if photo is None else base64.b64encode(thumbnail_jpeg(photo, SIDE)).decode("ascii")
