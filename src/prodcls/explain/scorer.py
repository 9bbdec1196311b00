"""A product's words, regions, segments and columns as players to take out, and what the served model says then.

Encodings are kept by what is left of each text column, of the photo and of the sound. Modalities do not touch each
other before the probes, so a table of m word masks against r region masks costs m + r runs of the encoders, not m x r.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from prodcls.embeddings import Embeddings
from prodcls.encoders import Encoder, Item
from prodcls.explain.attribution import Attribution, Part, PartKind
from prodcls.explain.maskable import Maskable, maskable_photo, maskable_sound
from prodcls.explain.masks import Fill, text_left
from prodcls.explain.product import REST, Product, Scored, score
from prodcls.explain.reading import word_part
from prodcls.explain.segments import words
from prodcls.inputs import Inputs
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK, joined, open_readers

__all__ = ["MaskScorer", "attribution", "item_seed"]

FILED: dict[str, PartKind] = {IMAGE_BLOCK: "region", AUDIO_BLOCK: "segment"}
"""Players that are parts of a file, by block."""


class MaskScorer:
    """Scores one product with players taken out.

    Parameters
    ----------
    product : Product
    fill : {"border", "blur"}, default "border"
        What a hidden region shows.
    threads : int, optional
        Items encoded at a time; one a processor by default. No effect on the scores.

    Attributes
    ----------
    product : Product
    players : tuple of Part
        Words in reading order, regions row by row, segments, then columns that have a value; each with the value 0.
    """

    def __init__(self, product: Product, *, fill: Fill = "border", threads: int | None = None) -> None:
        self.product = product
        self._fill: Fill = fill
        self._readers = open_readers(product.recipe, threads)
        self._texts = {name: cells[0] for name, cells in product.inputs.texts.items()}
        self._words = {name: words(text) for name, text in self._texts.items()}
        self._encoded: dict[tuple[str, str | bytes], tuple[NDArray[np.float32], bool, float]] = {}
        self._files = {block: file for block, file in self._maskable() if file is not None}
        self.players = self._list_players()

    def positions(self, *kinds: PartKind) -> NDArray[np.intp]:
        """Return the positions of the players of ``kinds``, ascending."""
        return np.flatnonzero([player.kind in kinds for player in self.players])

    def everything(self, n: int = 1) -> NDArray[np.bool_]:
        """Return n masks that take nothing out, shape (n, players)."""
        return np.ones((n, len(self.players)), dtype=np.bool_)

    def score(self, kept: NDArray[np.bool_], a: int, b: int | None) -> Scored:
        """Score the product with some players taken out.

        Parameters
        ----------
        kept : ndarray of shape (n, players), bool
        a : int
            Class number.
        b : int or None
            Class number of the rival; None for all other classes together.

        Returns
        -------
        Scored
            Of n variants.
        """
        return score(self.product.model, self.inputs(kept), a, b)

    def inputs(self, kept: NDArray[np.bool_]) -> Inputs:
        """Return what the model sees of the product under n masks.

        Parameters
        ----------
        kept : ndarray of shape (n, players), bool

        Returns
        -------
        Inputs
            n rows.
        """
        served, n = self.product.inputs, len(kept)
        texts = {name: self._texts_left(name, kept) for name in served.texts}
        dense = {}
        for name, block in served.dense.items():
            if name in texts:
                dense[name] = joined([self._embed(name, reader, texts[name]) for reader in self._readers.text])
            elif name in self._files:
                mine = kept[:, self.positions(FILED[name])]
                dense[name] = joined(self._embed_copies(name, self._files[name], mine))
            else:
                dense[name] = _repeated(block, n)
        numeric = {name: np.repeat(values, n) for name, values in served.numeric.items()}
        categorical = {name: cells * n for name, cells in served.categorical.items()}
        for i in self.positions("column"):
            name, there = self.players[i].column, kept[:, i]
            if name in numeric:
                numeric[name] = np.where(there, numeric[name], np.nan)
            else:
                categorical[name] = tuple(np.where(there, categorical[name], "").tolist())
        return Inputs(served.ids * n, texts, dense, numeric, categorical)

    def _maskable(self) -> Iterator[tuple[str, Maskable | None]]:
        """Yield the photo and the sound that the model is served, as far as they are at hand."""
        product, readers = self.product, self._readers
        served = {name for name, block in product.inputs.dense.items() if block.present[0]}
        if product.photo is not None and readers.image and IMAGE_BLOCK in served:
            yield IMAGE_BLOCK, maskable_photo(product.photo, readers.image, self._fill)
        if product.sound is not None and readers.audio is not None and AUDIO_BLOCK in served:
            yield AUDIO_BLOCK, maskable_sound(product.sound, readers.audio)

    def _list_players(self) -> tuple[Part, ...]:
        players = [
            word_part(name, name, text, word) for name, text in self._texts.items() for word in self._words[name]
        ]
        players += [part for file in self._files.values() for part in file.players]
        inputs = self.product.inputs
        cells = {name: f"{values[0]:g}" for name, values in inputs.numeric.items() if not np.isnan(values[0])}
        cells |= {name: values[0] for name, values in inputs.categorical.items() if values[0]}
        return (*players, *(Part(name, "column", cell, 0.0, name) for name, cell in cells.items()))

    def _texts_left(self, column: str, kept: NDArray[np.bool_]) -> tuple[str, ...]:
        text, found = self._texts[column], self._words[column]
        mine = [i for i in self.positions("word") if self.players[i].column == column]
        masks, variant = np.unique(kept[:, mine], axis=0, return_inverse=True)
        left = [text_left(text, found, mask) for mask in masks]
        return tuple(left[v] for v in variant.ravel())

    def _embed(self, block: str, reader: Encoder, texts: Sequence[str]) -> Embeddings:
        missing = sorted({t for t in texts if t.strip() and (reader.identity, t) not in self._encoded})
        self._encode(reader, missing, missing)
        return self._assembled(block, reader, [t if t.strip() else None for t in texts])

    def _embed_copies(self, block: str, file: Maskable, kept: NDArray[np.bool_]) -> list[Embeddings]:
        first, masks = file.encoders[0], {mask.tobytes(): mask for mask in kept}
        missing = [key for key in masks if (first.identity, key) not in self._encoded]
        with TemporaryDirectory(prefix="prodcls-masks-") as folder:
            for start in range(0, len(missing), file.at_once):
                keys = missing[start : start + file.at_once]
                items = [file.write(masks[key], Path(folder) / f"{i}") for i, key in enumerate(keys)]
                for encoder in file.encoders:
                    self._encode(encoder, keys, items)
        return [self._assembled(block, encoder, [mask.tobytes() for mask in kept]) for encoder in file.encoders]

    def _encode(self, encoder: Encoder, keys: Sequence[str | bytes], items: Sequence[Item]) -> None:
        if not items:
            return
        found = encoder.encode(items)
        for i, key in enumerate(keys):
            self._encoded[encoder.identity, key] = (found.vectors[i], i not in found.failed, float(found.read_share[i]))

    def _assembled(self, block: str, encoder: Encoder, keys: Sequence[str | bytes | None]) -> Embeddings:
        nothing = (np.zeros(encoder.dimension, dtype=np.float32), False, 1.0)
        rows = [nothing if key is None else self._encoded[encoder.identity, key] for key in keys]
        vectors = np.array([row[0] for row in rows], dtype=np.float32).reshape(len(rows), encoder.dimension)
        present = np.array([row[1] for row in rows], dtype=np.bool_)
        read_share = np.array([row[2] for row in rows], dtype=np.float32)
        return Embeddings(block, encoder.identity, vectors, present, read_share)


def _repeated(block: Embeddings, n: int) -> Embeddings:
    rows = np.zeros(n, dtype=np.intp)
    return replace(block, vectors=block.vectors[rows], present=block.present[rows], read_share=block.read_share[rows])


def attribution(
    scorer: MaskScorer, method: str, a: int, b: int | None, players: NDArray[np.intp], values: NDArray[np.float64]
) -> Attribution:
    """Return what a method says of some players as an `Attribution` without a certificate.

    Parameters
    ----------
    scorer : MaskScorer
    method : str
    a : int
        Class number.
    b : int or None
        Class number of the rival; None for all other classes together.
    players : ndarray of shape (m,), intp
        Positions among the scorer's players.
    values : ndarray of shape (m,), float64
        Logits in favour of A.

    Returns
    -------
    Attribution
    """
    served = scorer.score(scorer.everything(), a, b)
    classes = scorer.product.model.classes
    parts = [replace(scorer.players[i], value=float(value)) for i, value in zip(players, values, strict=True)]
    return Attribution(
        id=scorer.product.id,
        method=method,
        predicted=classes[a],
        versus=REST if b is None else classes[b],
        probability=float(served.probability[0]),
        versus_probability=float(served.rival[0]),
        margin=float(served.margin[0]),
        parts=tuple(sorted(parts, key=lambda part: -abs(part.value))),
        certificate=None,
    )


def item_seed(name: str, draw: int = 0) -> int:
    """Return the seed of a product's random draws: the same for one id in every run, in [0, 2**32)."""
    digest = hashlib.blake2b(f"{draw}:{name}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "little")
