"""From an accepted catalogue to what the models see: one embedding block a text column, for photos and for sounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.catalogue import Catalogue, Rejection
from prodcls.config import Runtime
from prodcls.embedding_store import EmbedStats
from prodcls.embeddings import Embeddings, VectorStore, embed
from prodcls.encoders import (
    Encoder,
    Item,
    audio_encoder,
    choose_text_encoders,
    image_encoder,
    text_encoder,
)
from prodcls.encoders.adapter import Adapter
from prodcls.encoders.base import FrozenEncoder
from prodcls.errors import SchemaError
from prodcls.inputs import Inputs
from prodcls.progress import Progress
from prodcls.scratch import CHUNK_ROWS, VectorFile, release
from prodcls.sounds import Sound

__all__ = [
    "AUDIO_BLOCK",
    "IMAGE_BLOCK",
    "Readers",
    "Recipe",
    "choose_recipe",
    "embed_block",
    "failed_files",
    "joined",
    "listed_names",
    "open_readers",
    "prepare",
    "read_texts",
]

IMAGE_BLOCK = "image"
"""Name of the photo block."""

AUDIO_BLOCK = "audio"
"""Name of the block of sounds."""

RESERVED = (IMAGE_BLOCK, AUDIO_BLOCK, "lexical", "prior")
"""Names of evidence that come from no column."""


@dataclass(frozen=True)
class Recipe:
    """Which encoder reads what.

    Attributes
    ----------
    text_columns : tuple of str
    text_encoders : tuple of str
    image_encoder : str or None
        One name, or several parted by commas. None: the catalogue has no photos.
    runtime : str
    reason : str
        Why these text encoders, for the reader.
    audio_encoder : str or None
        None: the catalogue has no sounds.
    adapters : tuple of Adapter
        Changes of some of the text encoders.
    """

    text_columns: tuple[str, ...]
    text_encoders: tuple[str, ...]
    image_encoder: str | None
    runtime: Runtime
    reason: str
    audio_encoder: str | None = None
    adapters: tuple[Adapter, ...] = ()

    @property
    def image_encoders(self) -> tuple[str, ...]:
        """Photo encoders, whose vectors are put side by side."""
        return () if self.image_encoder is None else listed_names(self.image_encoder)


def listed_names(told: str) -> tuple[str, ...]:
    """Return names parted by commas.

    Parameters
    ----------
    told : str

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> listed_names("lite0, my-vgg")
    ('lite0', 'my-vgg')
    """
    return tuple(name.strip() for name in told.split(","))


def choose_recipe(
    catalogue: Catalogue,
    text_encoders: tuple[str, ...] | None,
    runtime: Runtime,
    photo_encoder: str = "lite0",
    sound_encoder: str = "log-mel",
) -> Recipe:
    """Choose encoders by what the catalogue holds.

    Parameters
    ----------
    catalogue : Catalogue
    text_encoders : tuple of str or None
        As set by the user; None: by the scripts of the texts.
    runtime : str
    photo_encoder : str, default "lite0"
        One name, or several parted by commas.
    sound_encoder : str, default "log-mel"

    Returns
    -------
    Recipe

    Raises
    ------
    SchemaError
        If a text column has a name that evidence of another kind has.
    """
    columns = tuple(catalogue.texts)
    for column in columns:
        if column in RESERVED:
            message = f"a text column cannot be called {column!r}, which names other evidence; rename it"
            raise SchemaError(message, code="column-reserved", file=catalogue.source.path, column=column)
    # By its full name, which tells the weights of an encoder that did not come with this package.
    names = tuple(text_encoder(name, runtime).name for name in text_encoders or ())
    reason = "set by --text-encoder"
    if text_encoders is None and columns:
        choice = choose_text_encoders([text for cells in catalogue.texts.values() for text in cells])
        names, reason = choice.encoders, choice.reason
    photos = None
    if catalogue.photos is not None:
        photos = ",".join(image_encoder(name, runtime).name for name in listed_names(photo_encoder))
    sounds = None if catalogue.sounds is None else audio_encoder(sound_encoder, runtime).name
    return Recipe(columns, names, photos, runtime, reason, sounds)


@dataclass(frozen=True)
class Readers:
    """The encoders of a recipe, opened once.

    Attributes
    ----------
    text, image : tuple of Encoder
        Their vectors are put side by side; empty where nothing is read.
    audio : Encoder or None
    """

    text: tuple[Encoder, ...]
    image: tuple[Encoder, ...] = ()
    audio: Encoder | None = None

    def of(self, block: str) -> tuple[Encoder, ...]:
        """Return the encoders that read a block."""
        sounds = () if self.audio is None else (self.audio,)
        return {IMAGE_BLOCK: self.image, AUDIO_BLOCK: sounds}.get(block, self.text)


def open_readers(recipe: Recipe, threads: int | None = None) -> Readers:
    """Return the encoders of ``recipe``, with their adapters; their weights are loaded at the first use."""
    text = tuple(text_encoder(name, recipe.runtime, threads) for name in recipe.text_encoders)
    image = tuple(image_encoder(name, recipe.runtime, threads) for name in recipe.image_encoders)
    audio = None if recipe.audio_encoder is None else audio_encoder(recipe.audio_encoder, recipe.runtime, threads)
    return Readers(tuple(_adapted(one, recipe.adapters) for one in text), image, audio)


def _adapted(encoder: Encoder, adapters: Sequence[Adapter]) -> Encoder:
    """Return an encoder with its adapter, where there is one."""
    for adapter in adapters:
        if adapter.encoder == encoder.name and isinstance(encoder, FrozenEncoder):
            return encoder.adapted(adapter)
    return encoder


def prepare(
    catalogue: Catalogue,
    recipe: Recipe,
    store: VectorStore,
    progress: Progress,
    *,
    threads: int | None = None,
    readers: Readers | None = None,
) -> Inputs:
    """Embed a catalogue and gather its columns.

    Parameters
    ----------
    catalogue : Catalogue
    recipe : Recipe
    store : VectorStore
    progress : Progress
    threads : int, optional
        Texts and photos encoded at the same time, by encoders that are opened for this call.
    readers : Readers, optional
        The recipe's encoders, where they are open already.

    Returns
    -------
    Inputs
        Rows in the catalogue's order.
    """
    dense: dict[str, Embeddings] = {}
    readers = readers or open_readers(recipe, threads)
    dense |= read_texts({name: catalogue.texts[name] for name in recipe.text_columns}, readers.text, store, progress)
    if readers.image:
        photos: Sequence[Path | None] = catalogue.photos or (None,) * len(catalogue)
        dense[IMAGE_BLOCK] = joined(
            [embed_block(IMAGE_BLOCK, photos, e, store, progress) for e in readers.image], store.scratch
        )
    if readers.audio is not None:
        sounds: Sequence[Sound | None] = catalogue.sounds or (None,) * len(catalogue)
        dense[AUDIO_BLOCK] = joined([embed_block(AUDIO_BLOCK, sounds, readers.audio, store, progress)], store.scratch)
    return Inputs(catalogue.ids, catalogue.texts, dense, catalogue.numeric, catalogue.categorical)


def read_texts(
    texts: Mapping[str, Sequence[str]], encoders: Sequence[Encoder], store: VectorStore, progress: Progress
) -> dict[str, Embeddings]:
    """Embed columns of text, the vectors of all encoders side by side.

    Parameters
    ----------
    texts : mapping of str to sequence of str, length n
    encoders : sequence of Encoder
    store : VectorStore
    progress : Progress

    Returns
    -------
    dict of str to Embeddings
        By column.
    """
    return {
        name: joined([embed_block(name, cells, one, store, progress) for one in encoders], store.scratch)
        for name, cells in texts.items()
    }


def embed_block(
    block: str, items: Sequence[Item | None], encoder: Encoder, store: VectorStore, progress: Progress
) -> Embeddings:
    """Embed a block as `prodcls.embeddings.embed` does, with a bar for what the store does not have.

    Parameters
    ----------
    block : str
    items : sequence of (str, Path, PhotoCopy, Sound or None), length n
    encoder : Encoder
    store : VectorStore
    progress : Progress

    Returns
    -------
    Embeddings
    """
    with ExitStack() as bars:
        update: Callable[[int], None] | None = None

        def report(done: int, total: int) -> None:
            nonlocal update
            if update is None:  # no bar for a block that is wholly in the store
                update = bars.enter_context(progress.items(f"{block}: {encoder.name}", total))
            update(done)

        return embed(block, items, encoder, store, report)


def joined(parts: Sequence[Embeddings], scratch: Path | None = None) -> Embeddings:
    """Return one block: the unit-length vectors of several encoders side by side, again of unit length.

    Parameters
    ----------
    parts : sequence of Embeddings
        Of the same n items, at least one.
    scratch : Path, optional
        Folder for the vectors, see `prodcls.scratch.VectorFile`; they stay in memory by default.

    Returns
    -------
    Embeddings
        ``read_share`` is the least of the parts'. Present is what every encoder could read; else the vector is zero.
    """
    scale = np.float32(1.0 / np.sqrt(len(parts)))
    present = np.all([p.present for p in parts], axis=0)
    n = len(parts[0].present)
    vectors = VectorFile((n, sum(p.vectors.shape[1] for p in parts)), scratch)
    for start in range(0, n, CHUNK_ROWS):
        rows = np.arange(start, min(start + CHUNK_ROWS, n))
        scales = scale * present[rows, None]
        vectors.put(rows, np.concatenate([_unit(p.vectors[rows]) * scales for p in parts], axis=1))
        for part in parts:
            release(part.vectors)
    read_share = np.min([p.read_share for p in parts], axis=0)
    return replace(
        parts[0],
        encoder=" + ".join(p.encoder for p in parts),
        vectors=vectors.array(),
        present=present,
        read_share=read_share,
    )


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return unit


def failed_files(catalogue: Catalogue, stats: Iterable[EmbedStats]) -> dict[tuple[int, str], Rejection]:
    """Return the photos and sounds that looked whole when the catalogue was read and could not be decoded.

    Parameters
    ----------
    catalogue : Catalogue
    stats : iterable of EmbedStats
        What was noted when `prepare` embedded this catalogue.

    Returns
    -------
    dict of (int, str) to Rejection
        By position and block.
    """
    found = {}
    failures = [(i, one.block, error) for one in stats for i, error in one.failed.items()]
    for i, block, error in sorted(failures, key=lambda failure: failure[:2]):
        sounds = block == AUDIO_BLOCK
        (column,) = catalogue.schema.named("audio" if sounds else "image")
        reason = str(error).removesuffix(f" [{error.code}]")
        name = _file_name((catalogue.sounds if sounds else catalogue.photos), i)
        found[i, block] = Rejection(int(catalogue.rows[i]), column, error.code, reason, name, "cell")
    return found


def _file_name(files: Sequence[Path | Sound | None] | None, i: int) -> str:
    file = None if files is None else files[i]
    return "" if file is None else (file.path if isinstance(file, Sound) else file).name[:80]
