"""Texts, photos and sounds of many products read part by part, side by side and each of them once.

What an account needs of a text or photo is its vector, and once the two classes are known a number for each word or
region: a thousandth of what the encoders say. This much is kept of those that were read last, so that a text or photo
that comes again is not read again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from pathlib import Path

from prodcls.catalogue import Catalogue
from prodcls.dissection import Dissected, dissect_item
from prodcls.embedding_store import Stored
from prodcls.embeddings import Embeddings
from prodcls.encoders import Encoder, Item
from prodcls.errors import MediaError
from prodcls.evidence import DenseBlock
from prodcls.explain.pieces import Pieces, Places
from prodcls.explain.reading import Difference, split_pieces, word_places
from prodcls.inputs import Inputs, stacked_blocks
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK, Readers
from prodcls.scoring_recent import Recent
from prodcls.scoring_vectors import FreshVectors
from prodcls.sounds import Sound

__all__ = ["Chunk", "ItemReader", "Pair", "Reads"]

VECTOR_BYTES, PIECES_BYTES = 64 << 20, 64 << 20
"""Memory for the vectors, and for the numbers of words and regions, of what was read last."""

ENTRY_BYTES = 1000
"""Bytes that an entry takes besides its arrays and its text, about."""

NOWHERE = Places("word", (), (), (), (), ())

Pair = tuple[int, int]
"""Class A and class B."""

Reads = Mapping[Item, "Future[Dissected]"]
"""Items that are being read."""


@dataclass(frozen=True)
class Chunk:
    """Products whose texts and photos are being read.

    Attributes
    ----------
    batch : Catalogue
        n products.
    items : tuple of dict of str to (str, Path, Sound or None), length n
        The text, photo or sound of each block; None where it is absent.
    reads : mapping of (str, Path or Sound) to Future
        Those of them that were not known.
    """

    batch: Catalogue
    items: tuple[dict[str, Item | None], ...]
    reads: Reads

    def distinct(self) -> Iterable[Item]:
        """Return the items, each once."""
        return dict.fromkeys(item for one in self.items for item in one.values() if item is not None)


@dataclass(frozen=True)
class _Kept:
    """What is kept of an item; see `Dissected`."""

    embedding: Embeddings
    rows: tuple[tuple[Encoder, Stored], ...]
    photo_size: tuple[int, int] | None


class ItemReader:
    """Reads items, and remembers those that it read last; called by one thread.

    Parameters
    ----------
    dense : mapping of str to DenseBlock
        Blocks of the model.
    columns : tuple of str
        Text columns that are read.
    readers : Readers
    """

    def __init__(self, dense: Mapping[str, DenseBlock], columns: tuple[str, ...], readers: Readers) -> None:
        self._dense = dense
        self._columns = columns
        self._readers = readers
        self._items: Recent[Item, _Kept] = Recent(VECTOR_BYTES)
        self._pieces: Recent[tuple[str, Item, Pair], Pieces] = Recent(PIECES_BYTES)

    def items_of(self, batch: Catalogue, i: int) -> dict[str, Item | None]:
        """Return the text or photo of each block of a product, None where it is absent."""
        texts = {name: batch.texts[name][i] for name in self._columns}
        found: dict[str, Item | None] = {name: text if text.strip() else None for name, text in texts.items()}
        if self._readers.image:
            found[IMAGE_BLOCK] = None if batch.photos is None else batch.photos[i]
        if self._readers.audio is not None:
            found[AUDIO_BLOCK] = None if batch.sounds is None else batch.sounds[i]
        return found

    def knows(self, item: Item) -> bool:
        """Tell whether the vector of an item is still known."""
        return item in self._items

    def start(self, batch: Catalogue, beside: Reads, pool: Executor) -> Chunk:
        """Begin to read what is not known of some products.

        Parameters
        ----------
        batch : Catalogue
        beside : mapping of (str, Path or Sound) to Future
            What is being read already.
        pool : Executor
            In which items are read.

        Returns
        -------
        Chunk
        """
        chunk = Chunk(batch, tuple(self.items_of(batch, i) for i in range(len(batch))), {})
        new = [item for item in chunk.distinct() if item in beside or not self.knows(item)]
        return replace(chunk, reads={item: beside.get(item) or pool.submit(self._read, item) for item in new})

    def complete(self, chunk: Chunk, pairs: Sequence[Pair], pool: Executor) -> Chunk:
        """Begin to read again what is known, but not for these classes.

        Parameters
        ----------
        chunk : Chunk
            Of n products.
        pairs : sequence of (int, int), length n
            Classes A and B of each.
        pool : Executor

        Returns
        -------
        Chunk
            For `pieces`.
        """
        reads = dict(chunk.reads)
        for one, pair in zip(chunk.items, pairs, strict=True):
            for block, item in one.items():
                if item is not None and item not in reads and (block, item, pair) not in self._pieces:
                    reads[item] = pool.submit(self._read, item)
        return replace(chunk, reads=reads)

    def inputs(self, chunk: Chunk, store: FreshVectors) -> Inputs:
        """Wait until all is read, and hand the vectors to a store.

        Parameters
        ----------
        chunk : Chunk
            Of n products, at least one.
        store : FreshVectors

        Returns
        -------
        Inputs
            Of length n.
        """
        known = {item: self._known(item, chunk) for item in chunk.distinct()}
        for item, kept in known.items():
            for encoder, row in kept.rows:
                store.keep(encoder, item, row)
        dense = {}
        for block in chunk.items[0]:
            absent = dissect_item(block, None, self._encoders(block)).embedding
            items = [one[block] for one in chunk.items]
            parts = [absent if item is None else known[item].embedding for item in items]
            dense[block] = replace(stacked_blocks(parts), block=block)
        batch = chunk.batch
        return Inputs(batch.ids, batch.texts, dense, batch.numeric, batch.categorical)

    def pieces(self, chunk: Chunk, i: int, block: str, pair: Pair, difference: Difference) -> Pieces:
        """Return the pieces of a block's score.

        Parameters
        ----------
        chunk : Chunk
            From `complete`.
        i : int
            Place of the product.
        block : str
            One that it has.
        pair : tuple of int
            Classes A and B.
        difference : callable
            Of the same.

        Returns
        -------
        Pieces
        """
        item = chunk.items[i][block]
        assert item is not None  # noqa: S101 - the block is there
        text = item if isinstance(item, str) else ""
        kept = self._pieces.get((block, item, pair))
        if kept is not None:
            return replace(kept, places=word_places(block, text)) if text else kept
        read = chunk.reads[item].result() if item in chunk.reads else self._read(item)
        assert read.split is not None  # noqa: S101 - likewise
        found = split_pieces(block, text, read.photo_size, read.split, self._dense[block].probe, difference)
        size = found.values.nbytes + ENTRY_BYTES + sys.getsizeof(item)
        self._pieces.put((block, item, pair), replace(found, places=NOWHERE) if text else found, size)
        return found

    def _encoders(self, block: str) -> tuple[Encoder, ...]:
        return self._readers.of(block)

    def _read(self, item: Item) -> Dissected:
        """Read an item; may be called by several threads."""
        block = IMAGE_BLOCK if isinstance(item, Path) else AUDIO_BLOCK if isinstance(item, Sound) else ""
        try:
            return dissect_item(block, item, self._encoders(block))
        except MediaError:  # told when the batch is scored
            return dissect_item(block, None, self._encoders(block))

    def _known(self, item: Item, chunk: Chunk) -> _Kept:
        """Return what is kept of an item, and keep what was read of it."""
        kept = self._items.get(item)
        if kept is not None:
            return kept
        read = chunk.reads[item].result() if item in chunk.reads else self._read(item)
        split = read.split
        parts = () if split is None else tuple(zip(split.encoders, split.parts, strict=True))
        rows = tuple((encoder, Stored(one.vector, one.read_share)) for encoder, one in parts)
        kept = _Kept(read.embedding, rows, read.photo_size)
        size = ENTRY_BYTES + 2 * read.embedding.vectors.nbytes + sys.getsizeof(item)
        self._items.put(item, kept, size)
        return kept
