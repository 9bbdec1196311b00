"""What would have given a product another class: looked for with masked encodings, then scored as it is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.catalogue import Catalogue
from prodcls.embeddings import EmbeddingStore
from prodcls.explain.attribution import Attribution, Part, PartKind
from prodcls.explain.bands import scan
from prodcls.explain.changes import Band, Bands, Change, Changes, Search
from prodcls.explain.counterfactual import smallest_flips
from prodcls.explain.faithfulness import values_on
from prodcls.explain.masks import text_left, with_hidden
from prodcls.explain.product import Product
from prodcls.explain.scorer import MaskScorer
from prodcls.explain.segments import Word, words
from prodcls.images import load_photo
from prodcls.inputs import Inputs
from prodcls.lookup import Found
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK, prepare
from prodcls.progress import SilentProgress
from prodcls.sound_segments import without, write_recording
from prodcls.sounds import Sound, read_sound
from prodcls.trained import Trained

__all__ = ["EVALUATIONS", "find_changes"]

EVALUATIONS = 200
"""Variants scored, by default, in each search."""

SearchKind = Literal["words", "region", "stretch"]

PLAYERS: dict[SearchKind, PartKind] = {"words": "word", "region": "region", "stretch": "segment"}
"""What is taken out in each search."""

POINTS = 200
"""Numbers tried before the borders of bands are closed in on."""


def find_changes(
    trained: Trained,
    found: Found,
    main: Attribution,
    evaluations: int = EVALUATIONS,
    kinds: tuple[SearchKind, ...] = ("words", "region", "stretch"),
) -> Changes:
    """Look for the smallest changes of a product that give it another class.

    Parameters
    ----------
    trained : Trained
        A bundle, or the model of a fold.
    found : Found
    main : Attribution
        Its account, which tells where to look first.
    evaluations : int
        Most variants scored in the search for words, in that for a region, and in that for a stretch of the sound.
    kinds : tuple of {"words", "region", "stretch"}
        Searches made. The range of each number is tried in any case, which takes no encoder.

    Returns
    -------
    Changes
        Each confirmed by reading the changed product as any other and asking the model.
    """
    return _Finder(trained, found, main, evaluations).changes(kinds)


class _Finder:
    """The searches for one product."""

    def __init__(self, trained: Trained, found: Found, main: Attribution, evaluations: int) -> None:
        self._trained = trained
        self._found = found
        self._inputs = found.subject.inputs
        self._budget = evaluations
        [probabilities] = trained.model.probabilities(self._inputs)
        self._own = int(probabilities.argmax())
        self._probability = float(probabilities[self._own])
        self._main = main

    @cached_property
    def _scorer(self) -> MaskScorer:
        found = self._found
        return MaskScorer(Product(self._trained.model, self._trained.recipe, self._inputs, found.photo, found.sound))

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """What the account says of each player in favour of the product's own class."""
        sign = 1.0 if self._main.predicted == self._trained.model.classes[self._own] else -1.0
        return sign * values_on(self._main, self._scorer.players)

    def changes(self, kinds: tuple[SearchKind, ...]) -> Changes:
        searches = [self._search(kind) for kind in kinds]
        return Changes(
            id=self._inputs.ids[0],
            predicted=self._trained.model.classes[self._own],
            probability=self._probability,
            searches=tuple(s for s in searches if s is not None),
            bands=tuple(self._bands()),
        )

    def _search(self, kind: SearchKind) -> Search | None:
        players = self._scorer.positions(PLAYERS[kind])
        if not len(players):
            return None
        everything = self._scorer.everything()

        def decide(kept: NDArray[np.bool_]) -> NDArray[np.float64]:
            masks = np.repeat(everything, len(kept), axis=0)
            masks[:, players] = kept
            return self._trained.model.probabilities(self._scorer.inputs(masks))

        touching = None if kind == "words" else _touching([self._scorer.players[i] for i in players])
        flips = smallest_flips(decide, self._own, self._values[players], budget=self._budget, touching=touching)
        sets = [tuple(int(players[i]) for i in flip.players) for flip in flips.sets]
        served = self._trained.model.probabilities(self._served([*sets, tuple(players.tolist())]))
        winners = served.argmax(axis=1)
        change, unconfirmed = None, 0
        for flip, chosen, row, winner in zip(flips.sets, sets, served, winners, strict=False):
            if winner != self._own:
                change = self._change(chosen, row, minimal=flip.minimal)
                break
            unconfirmed += 1
        return Search(
            kind,
            len(players),
            change,
            flips.evaluations,
            self._budget,
            unconfirmed,
            self._trained.model.classes[winners[-1]],
        )

    def _change(self, chosen: tuple[int, ...], row: NDArray[np.float64], *, minimal: bool) -> Change:
        becomes = int(row.argmax())
        parts = tuple(replace(self._scorer.players[i], value=float(self._values[i])) for i in chosen)
        return Change(parts, self._trained.model.classes[becomes], float(row[becomes]), float(row[self._own]), minimal)

    def _bands(self) -> list[Bands]:
        found = []
        for column, [own] in self._inputs.numeric.items():
            known = self._trained.products.numeric.get(column, np.empty(0))
            known = known[known > 0]
            if not (own > 0 and len(known)):
                continue

            def winner(values: NDArray[np.float64], column: str = column) -> NDArray[np.int64]:
                rows = self._inputs.take(np.zeros(len(values), dtype=np.intp))
                rows = replace(rows, numeric=rows.numeric | {column: values})
                best: NDArray[np.int64] = self._trained.model.probabilities(rows).argmax(axis=1)
                return best

            scanned = scan(winner, float(known.min()), float(known.max()), float(own), points=POINTS)
            names = self._trained.model.classes
            bands = tuple(Band(s.low, s.high, names[s.winner]) for s in scanned.stretches)
            found.append(Bands(column, float(own), bands, scanned.evaluations))
        return found

    def _served(self, sets: Sequence[tuple[int, ...]]) -> Inputs:
        """Return the product without the players of each set, read as a product of a new catalogue is."""
        n, players = len(sets), self._scorer.players
        gone = [[players[i] for i in chosen] for chosen in sets]
        with TemporaryDirectory(prefix="prodcls-changed-") as folder:
            paths = [Path(folder) / f"{i}" for i in range(n)]
            photos = tuple(_hidden(self._found.photo, g, path) for g, path in zip(gone, paths, strict=True))
            sounds = tuple(_cut(self._found.sound, g, path) for g, path in zip(gone, paths, strict=True))
            catalogue = Catalogue(
                ids=tuple(f"{i}" for i in range(n)),
                rows=np.arange(1, n + 1),
                texts={
                    name: tuple(_without(cell, name, g) for g in gone) for name, (cell,) in self._inputs.texts.items()
                },
                numeric={name: np.repeat(values, n) for name, values in self._inputs.numeric.items()},
                categorical={name: cells * n for name, cells in self._inputs.categorical.items()},
                photos=photos,
                sounds=sounds,
                labels=None,
                schema=self._trained.schema,
                source=self._trained.source,
                rejections=(),
            )
            store = EmbeddingStore(Path(folder) / "embeddings")
            inputs = prepare(catalogue, self._trained.recipe, store, SilentProgress())
        # A vector may be in the bundle though its file is not at hand.
        files = {IMAGE_BLOCK: self._found.photo, AUDIO_BLOCK: self._found.sound}
        unchanged = {name for name, file in files.items() if file is None}
        kept = self._inputs.take(np.zeros(n, dtype=np.intp)).dense
        inputs = replace(inputs, dense=inputs.dense | {name: kept[name] for name in unchanged & kept.keys()})
        return inputs.aligned(self._trained.known.numeric, self._trained.known.categorical)


def _touching(places: Sequence[Part]) -> list[frozenset[int]]:
    """Return the regions that share a side with each, or the segments before and after it, as listed in order."""
    if places[0].kind == "segment":
        return [frozenset({i - 1, i + 1} & set(range(len(places)))) for i in range(len(places))]
    cells = {tuple(map(int, place.label.split(","))): i for i, place in enumerate(places)}
    sides = ((0, 1), (1, 0), (0, -1), (-1, 0))
    return [frozenset(cells[r + x, c + y] for x, y in sides if (r + x, c + y) in cells) for r, c in cells]


def _without(text: str, column: str, gone: list[Part]) -> str:
    places = {
        Word(part.start, part.end)
        for part in gone
        if part.column == column and part.start is not None and part.end is not None
    }
    if not places:
        return text
    found = words(text)
    return text_left(text, found, np.array([word not in places for word in found]))


def _hidden(photo: Path | None, gone: list[Part], path: Path) -> Path | None:
    boxes = [part.box for part in gone if part.kind == "region" and part.box is not None]
    if photo is None or not boxes:
        return photo
    Image.fromarray(with_hidden(load_photo(photo), boxes)).save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def _cut(sound: Sound | None, gone: list[Part], path: Path) -> Sound | None:
    stretches = [(part.box[0], part.box[2]) for part in gone if part.kind == "segment" and part.box is not None]
    if sound is None or not stretches:
        return sound
    return write_recording(without(read_sound(sound), stretches), path.with_suffix(".wav"))
