"""Copies of the photos of small classes, embedded for the training of the photo's probe and for nothing else.

A copy has the row and the group of its photo. It is seen by a model where that row is trained on, and by no other; it
is never scored, is nobody's nearest product, and adds nothing to words, columns, class frequencies or calibration.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prodcls.catalogue import Catalogue
from prodcls.embeddings import Copies, EmbeddingStore
from prodcls.encoders import image_encoder
from prodcls.errors import ImageError
from prodcls.inputs import Inputs
from prodcls.photo_copies import PhotoCopy, copies_wanted, draw_copies
from prodcls.preparation import IMAGE_BLOCK, Recipe, embed_block, joined
from prodcls.progress import Progress

__all__ = ["augment"]


def augment(
    inputs: Inputs,
    catalogue: Catalogue,
    recipe: Recipe,
    store: EmbeddingStore,
    progress: Progress,
    *,
    least: int,
    random_state: int,
    threads: int | None = None,
) -> Inputs:
    """Embed copies of the photos of classes with fewer than ``least`` rows.

    Parameters
    ----------
    inputs : Inputs
        First the rows of ``catalogue``; rows beyond them get no copies.
    catalogue : Catalogue
        With labels.
    recipe : Recipe
    store : EmbeddingStore
    progress : Progress
    least : int
    random_state : int
    threads : int, optional

    Returns
    -------
    Inputs
        Unchanged where there are no photos or no small classes.
    """
    labels = catalogue.labels or ()
    wanted = copies_wanted(labels, least)
    source: list[int] = []
    copies: list[PhotoCopy] = []
    for row, (photo, count) in enumerate(zip(catalogue.photos or (None,) * len(catalogue), wanted, strict=True)):
        if photo is None or not count:
            continue
        try:
            drawn = draw_copies(photo, count, random_state)
        except ImageError:  # gone since it was embedded
            continue
        copies += drawn
        source += [row] * len(drawn)
    if not recipe.image_encoders or not copies:
        progress.note(f"--augment {least}: no class with fewer rows has photos, so nothing is copied")
        return inputs
    encoders = [image_encoder(name, recipe.runtime, threads) for name in recipe.image_encoders]
    block = f"{IMAGE_BLOCK} (copies)"
    found = joined([embed_block(block, copies, one, store, progress) for one in encoders], store.scratch)
    there = np.flatnonzero(found.present)
    rows = np.array(source, dtype=np.intp)[there]
    classes, photos = len({labels[row] for row in rows}), len(np.unique(rows))
    progress.note(f"--augment {least}: {len(rows)} copies of {photos} photos of {classes} classes, for training only")
    image = replace(inputs.dense[IMAGE_BLOCK], copies=Copies(found.vectors[there], rows))
    return replace(inputs, dense={**inputs.dense, IMAGE_BLOCK: image})
