"""What slips of the hand, missing columns, careless photos and recordings cost on a sample of tested products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits

from prodcls.audit_interval import Interval
from prodcls.audit_robustness import Degradation, RobustnessSection
from prodcls.catalogue import Catalogue
from prodcls.evaluation import OutOfFold
from prodcls.explain.disturb import cropped, darkened, halved, noisy, rotated, shuffled, with_typos
from prodcls.explain.faithfulness import bootstrap_mean
from prodcls.explain.scorer import item_seed
from prodcls.gathering import Material
from prodcls.images import load_photo
from prodcls.inputs import Inputs, concatenated
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK, prepare
from prodcls.progress import SilentProgress
from prodcls.sound_segments import write_recording
from prodcls.sound_wav import Recording
from prodcls.sounds import read_sound

__all__ = ["Sample", "drawn", "fold_probabilities", "robustness_section"]

SIDE = 512
"""Longest side, in pixels, of a photo before it is harmed: twice what an encoder sees, and quick to write."""

Harmed = Iterator[tuple[str, Catalogue, NDArray[np.bool_]]]
"""Name of a harm, the harmed products, and which of them it befell."""


@dataclass(frozen=True)
class Sample:
    """Tested products.

    Attributes
    ----------
    catalogue : Catalogue
        m rows.
    rows : ndarray of shape (m,), intp
        Their positions in the problem.
    """

    catalogue: Catalogue
    rows: NDArray[np.intp]


def drawn(material: Material, scores: OutOfFold, count: int, random_state: int) -> Sample:
    """Draw tested products at random.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
    count : int
        At most.
    random_state : int

    Returns
    -------
    Sample
        In the order of the problem.
    """
    chosen = np.sort(np.random.default_rng(random_state).permutation(scores.rows)[:count])
    places = [material.place(int(row)) for row in chosen]
    return Sample(places[0][0].take(np.array([at for _, at in places], dtype=np.intp)), chosen)


def robustness_section(
    material: Material, scores: OutOfFold, count: int, *, random_state: int = 0, threads: int | None = None
) -> RobustnessSection | None:
    """Harm a sample of the tested products in several ways and score it by the models of the folds.

    Harmed texts and photos are embedded like any other ones, so that a second fit finds them in the store.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
    count : int
        Products in the sample; 0 asks for nothing.
    random_state : int
    threads : int, optional
        Of the encoders; no effect on the figures.

    Returns
    -------
    RobustnessSection or None
        None where none was asked for, or the head is flat.
    """
    if not count or any(fold.model is None for fold in scores.folds):
        return None
    sample = drawn(material, scores, count, random_state)
    chosen = sample.rows
    served = _as_served(material, chosen)
    labels = material.problem.labels[chosen]
    harms = []
    with threadpool_limits(1):  # so that the number of processors moves no digit
        before = fold_probabilities(scores, served, chosen)
        for name, harmed, befallen in _harms(sample, served):
            if not befallen.any():
                continue
            inputs = _as_read(material, harmed, chosen, threads)
            after = fold_probabilities(scores, inputs.aligned(served.numeric, served.categorical), chosen)
            harms.append(_degradation(name, before[befallen], after[befallen], labels[befallen]))
    return RobustnessSection(len(chosen), tuple(harms))


def _fold_by_fold(
    material: Material, rows: NDArray[np.intp], read: Callable[[int, NDArray[np.intp]], Inputs]
) -> Inputs:
    """Return products as the model of the fold that each is tested in reads them.

    ``read`` takes a fold and the positions of its products among ``rows``; it is asked once for all of them where the
    folds have no encoders of their own.
    """
    numbers = material.problem.fold[rows]
    if not material.recipes:
        return read(int(numbers[0]), np.arange(len(rows)))
    places = [(number, np.flatnonzero(numbers == number)) for number in np.unique(numbers).tolist()]
    found = concatenated([read(number, mine) for number, mine in places])
    return found.take(np.argsort(np.concatenate([mine for _, mine in places])))


def _as_served(material: Material, rows: NDArray[np.intp]) -> Inputs:
    """Return tested products as the models of their folds saw them."""
    return _fold_by_fold(material, rows, lambda number, mine: material.problem.seen(number).take(rows[mine]))


def _as_read(material: Material, catalogue: Catalogue, rows: NDArray[np.intp], threads: int | None) -> Inputs:
    """Read changed products, each by the encoders of its fold."""

    def read(number: int, mine: NDArray[np.intp]) -> Inputs:
        recipe, progress = material.recipe_of(number), SilentProgress()
        return prepare(catalogue.take(mine), recipe, material.store, progress, threads=threads)

    return _fold_by_fold(material, rows, read)


def fold_probabilities(scores: OutOfFold, inputs: Inputs, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the probabilities of tested products, each by the model of its fold, which has not seen it.

    Parameters
    ----------
    scores : OutOfFold
        With models.
    inputs : Inputs
        m products.
    rows : ndarray of shape (m,), intp
        Their positions in the problem.

    Returns
    -------
    ndarray of shape (m, K), float64
    """
    found: NDArray[np.float64] = np.zeros((len(rows), scores.margins.shape[1]))
    for fold in scores.folds:
        mine = np.flatnonzero(np.isin(rows, fold.rows))
        if len(mine) and fold.model is not None:
            found[mine] = fold.model.probabilities(inputs.take(mine))
    return found


def _degradation(
    name: str, before: NDArray[np.float64], after: NDArray[np.float64], labels: NDArray[np.int64]
) -> Degradation:
    first, second = before.argmax(axis=1), after.argmax(axis=1)
    right, still = (first == labels).astype(np.float64), (second == labels).astype(np.float64)
    at = np.arange(len(labels))
    return Degradation(
        name=name,
        products=len(labels),
        before=float(right.mean()),
        after=float(still.mean()),
        difference=_interval(still - right),
        flipped=float((first != second).mean()),
        probability=_interval(after[at, first] - before[at, first]),
    )


def _interval(values: NDArray[np.float64]) -> Interval:
    found = bootstrap_mean(values)
    return Interval.of(found)


def _harms(sample: Sample, served: Inputs) -> Harmed:
    """Yield the harmed products; the files of one are there until the next is asked for."""
    catalogue = sample.catalogue
    spoken = np.array([any(cell.strip() for cell in cells) for cells in _by_product(catalogue)], dtype=np.bool_)
    yield "typos", _with_texts(catalogue, with_typos), spoken
    yield "shuffled", _with_texts(catalogue, shuffled), spoken
    others = list(catalogue.texts)[1:]
    if others:
        more = np.any([[bool(cell.strip()) for cell in catalogue.texts[name]] for name in others], axis=0)
        blank = {name: ("",) * len(catalogue) for name in others}
        yield "title_only", replace(catalogue, texts=catalogue.texts | blank), more
    for column, values in catalogue.numeric.items():
        without = catalogue.numeric | {column: np.full(len(catalogue), np.nan)}
        yield f"no_number {column}", replace(catalogue, numeric=without), ~np.isnan(values)
    if catalogue.photos is not None:
        there = served.dense[IMAGE_BLOCK].present
        yield "no_photo", replace(catalogue, photos=(None,) * len(catalogue)), there
        for name, harm in (("cropped", cropped), ("darkened", darkened), ("rotated", rotated)):
            with TemporaryDirectory(prefix="prodcls-harmed-") as folder:
                yield name, _with_photos(catalogue, harm, there, Path(folder)), there
    if catalogue.sounds is not None:
        there = served.dense[AUDIO_BLOCK].present
        yield "no_sound", replace(catalogue, sounds=(None,) * len(catalogue)), there
        for name, spoil in (("halved", halved), ("noisy", noisy)):
            with TemporaryDirectory(prefix="prodcls-harmed-") as folder:
                yield name, _with_sounds(catalogue, spoil, there, Path(folder)), there


def _by_product(catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    if not catalogue.texts:
        return iter([()] * len(catalogue))
    return zip(*catalogue.texts.values(), strict=True)


def _with_texts(catalogue: Catalogue, harm: Callable[[str, np.random.Generator], str]) -> Catalogue:
    """Return the products with every text harmed, the same way in every run."""
    texts = {
        name: tuple(
            harm(cell, np.random.default_rng(item_seed(f"{name}:{product}")))
            for product, cell in zip(catalogue.ids, cells, strict=True)
        )
        for name, cells in catalogue.texts.items()
    }
    return replace(catalogue, texts=texts)


def _with_photos(
    catalogue: Catalogue,
    harm: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
    there: NDArray[np.bool_],
    folder: Path,
) -> Catalogue:
    """Return the products with every photo harmed; the harmed ones are written to ``folder``."""
    photos: list[Path | None] = []
    for i, photo in enumerate(catalogue.photos or ()):
        if photo is None or not there[i]:
            photos.append(None)
            continue
        image = Image.fromarray(load_photo(photo))
        image.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
        path = folder / f"{i}.bmp"
        Image.fromarray(harm(np.asarray(image, dtype=np.uint8))).save(path)
        photos.append(path)
    return replace(catalogue, photos=tuple(photos))


def _with_sounds(
    catalogue: Catalogue,
    harm: Callable[[Recording, np.random.Generator], Recording],
    there: NDArray[np.bool_],
    folder: Path,
) -> Catalogue:
    """Return the products with every sound harmed, the same way in every run; written to ``folder``."""
    sounds = tuple(
        None
        if sound is None or not there[i]
        else write_recording(
            harm(read_sound(sound), np.random.default_rng(item_seed(catalogue.ids[i]))), folder / f"{i}.wav"
        )
        for i, sound in enumerate(catalogue.sounds or ())
    )
    return replace(catalogue, sounds=sounds)
