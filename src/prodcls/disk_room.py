"""Before anything is encoded: whether the disks have room for what a fit will write."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.catalogue import Catalogue
from prodcls.config import ALL, FitConfig
from prodcls.disk_space import Part, Writing, kept_part, output_parts, shortage, working_part
from prodcls.embedding_store import EmbeddingStore, content_key, key_array
from prodcls.encoders import Encoder, Item
from prodcls.errors import InputError, MediaError
from prodcls.preparation import Recipe, open_readers

__all__ = ["check_room", "writing_of"]


def check_room(
    config: FitConfig, catalogues: Sequence[Catalogue], recipe: Recipe, store: EmbeddingStore, *, results: bool
) -> None:
    """Refuse what a disk has no room for.

    Parameters
    ----------
    config : FitConfig
    catalogues : sequence of Catalogue
        To learn from, and perhaps one to evaluate on.
    recipe : Recipe
    store : EmbeddingStore
    results : bool
        Whether a bundle and a report are written.

    Raises
    ------
    InputError
        Code ``disk-space``, with the bytes of each part.
    """
    # What the store has is looked up only where it matters: that reads all of it.
    if _short(config, writing_of(config, catalogues, recipe, None), store, results=results) is None:
        return
    short = _short(config, writing_of(config, catalogues, recipe, store), store, results=results)
    if short is None:
        return
    place, told = short
    message = f"the disk {told}: make room there (prodcls cache --prune), or choose another --out or --cache-dir"
    raise InputError(message, code="disk-space", file=str(place))


def _short(config: FitConfig, writing: Writing, store: EmbeddingStore, *, results: bool) -> tuple[Path, str] | None:
    """Return a place whose disk has too little room, and what to say of it."""
    cache, out = _existing(store.root), _existing(config.out)
    parts = output_parts(writing) if results else ()
    wanted: list[tuple[Path, tuple[Part, ...]]] = [(cache, (kept_part(writing),)), (out, parts)]
    if results and cache.stat().st_dev == out.stat().st_dev:
        # What lies in the cache meanwhile takes room from the results there; on another disk it may go without.
        wanted = [(out, (kept_part(writing), working_part(writing), *parts))]
    for there, parts in wanted:
        told = shortage(parts, shutil.disk_usage(there).free)
        if told is not None:
            return there, told
    return None


def _existing(place: Path) -> Path:
    """Return the nearest folder above a place, or the place itself, that is there."""
    return next(path for path in (place.absolute(), *place.absolute().parents) if path.exists())


def writing_of(
    config: FitConfig, catalogues: Sequence[Catalogue], recipe: Recipe, store: EmbeddingStore | None
) -> Writing:
    """Return what a fit is going to write.

    Parameters
    ----------
    config : FitConfig
    catalogues : sequence of Catalogue
    recipe : Recipe
    store : EmbeddingStore or None
        That has some of the vectors; None: everything is encoded.

    Returns
    -------
    Writing
    """
    rows = sum(len(c) for c in catalogues)
    readers = open_readers(recipe, config.threads)
    blocks: list[tuple[tuple[Encoder, ...], list[Item]]] = [
        (readers.text, [cell for c in catalogues for cell in c.texts[column] if cell.strip()])
        for column in recipe.text_columns
    ]
    if readers.image:
        photos: list[Item] = [photo for c in catalogues for photo in c.photos or () if photo is not None]
        blocks.append((readers.image, photos))
    if readers.audio is not None:
        blocks.append(((readers.audio,), [sound for c in catalogues for sound in c.sounds or () if sound is not None]))
    return Writing(
        rows=rows,
        classes=len(set(catalogues[0].labels or ())),
        text_bytes=sum(
            len(cell.encode("utf-8", "replace")) for c in catalogues for x in c.texts.values() for cell in x
        ),
        widths=tuple(sum(e.dimension for e in encoders) for encoders, _ in blocks),
        encoded=tuple(_encoded(blocks, store)),
        dossiers=rows if config.dossiers == ALL else min(config.dossiers, rows),
    )


def _encoded(
    blocks: Iterable[tuple[tuple[Encoder, ...], list[Item]]], store: EmbeddingStore | None
) -> Iterator[tuple[int, int]]:
    """Yield how many different contents each encoder reads anew, and its dimensions."""
    for encoders, items in blocks:
        for encoder in encoders:
            yield len(set(items)) if store is None else _missing(encoder, items, store), encoder.dimension


def _missing(encoder: Encoder, items: Iterable[Item], store: EmbeddingStore) -> int:
    keys = set()
    for item in set(items):
        try:
            keys.add(content_key(item))
        except MediaError:  # a file that cannot be read is not encoded either
            continue
    found = np.zeros(len(keys), dtype=np.bool_)

    def take(places: NDArray[np.intp], *_: NDArray[np.float32]) -> None:
        found[places] = True

    store.read(encoder.identity, key_array(sorted(keys)), take)
    return int((~found).sum())
