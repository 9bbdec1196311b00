"""From a catalogue file to a classification problem: read, embed, group, split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from prodcls.atomic import cache_root
from prodcls.augmentation import augment
from prodcls.catalogue import Catalogue, RawTable, Rejection, Schema
from prodcls.cells import excerpt
from prodcls.cluster import open_cluster
from prodcls.config import FitConfig
from prodcls.demo import write_demo
from prodcls.disk_room import check_room
from prodcls.duplicates import near_duplicate_groups
from prodcls.embeddings import EmbeddingStore
from prodcls.encoder_trial import AUTO, try_text_encoders
from prodcls.encoders import available_processors
from prodcls.errors import CatalogueError
from prodcls.evaluation import NOT_TESTED, Problem
from prodcls.file_formats import TableOptions
from prodcls.images import photo_digest
from prodcls.inputs import concatenated
from prodcls.intake import build_catalogue, read_catalogue
from prodcls.lookalikes import alike_pairs
from prodcls.material import Material
from prodcls.memory_plan import plan_memory
from prodcls.overrides import read_overrides
from prodcls.photo_folders import default_image_root, train_and_test
from prodcls.preparation import (
    AUDIO_BLOCK,
    IMAGE_BLOCK,
    Readers,
    Recipe,
    choose_recipe,
    failed_files,
    open_readers,
    prepare,
)
from prodcls.progress import Progress
from prodcls.readers import read_table, refuse_first
from prodcls.relabelling import Relabelling, relabel
from prodcls.schema import ColumnOptions, match_schema
from prodcls.sounds import sound_digest
from prodcls.splits import stratified_group_folds
from prodcls.spread_encoders import spread_readers
from prodcls.telling import listed, tell_columns
from prodcls.tuning import learning_encoders

__all__ = ["Material", "gather", "located"]

_NO_PAIRS = np.empty((0, 2), dtype=np.int64)


def gather(config: FitConfig, progress: Progress, *, results: bool = True) -> Material:
    """Read the catalogue, embed it, and split it for the evaluation.

    Parameters
    ----------
    config : FitConfig
    progress : Progress
    results : bool
        Whether a bundle and a report are written in the end, for which the disk must have room.

    Returns
    -------
    Material

    Raises
    ------
    InputError
        If a file, a column or an option is at fault, fewer than two classes are large enough, a disk has no room for
        what will be written, or the memory that the fit may take is too little.
    """
    with progress.stage("read"):
        catalogue, relabelling = _read(config)
        if relabelling is not None:
            progress.note(relabelling.told())
        tell_columns(catalogue, progress)
        catalogue, small, apart = _without_small_classes(catalogue, config.min_class_size)
        classes = tuple(sorted(set(catalogue.labels or ())))
        tested, unknown, apart_tested = _read_test(config, catalogue, classes)
    if small:
        progress.note(f"classes below --min-class-size, set apart: {listed(small)}")
    if unknown:
        progress.note(f"classes only in --test, not evaluated: {listed(unknown)}")
    store = EmbeddingStore((config.cache_dir or cache_root()) / "embeddings")
    recipe = _recipe(config, catalogue, store, progress)
    progress.note(f"text encoders: {', '.join(recipe.text_encoders) or 'none'} ({recipe.reason})")
    if config.tune is not None:
        learning_encoders(recipe, config.threads)  # before anything is encoded for it
    check_room(config, [c for c in (catalogue, tested) if c is not None], recipe, store, results=results)
    folds_at_once = plan_memory(config, catalogue, tested, recipe, progress) if results else 1
    with progress.stage("embed"), _readers(config, recipe) as readers:
        inputs = prepare(catalogue, recipe, store, progress, readers=readers)
        catalogue = _with_failed_files(catalogue, store, 0)
        if tested is not None:
            before = len(store.stats)
            others = prepare(tested, recipe, store, progress, readers=readers)
            inputs = concatenated([inputs, others], store.scratch)
            tested = _with_failed_files(tested, store, before)
        if config.augment:
            inputs = augment(
                inputs,
                catalogue,
                recipe,
                store,
                progress,
                least=config.augment,
                random_state=config.random_state,
                threads=config.threads,
            )
    with progress.stage("group"):
        both = [c for c in (catalogue, tested) if c is not None]
        digests = tuple(None if p is None else photo_digest(p) for c in both for p in c.photos or (None,) * len(c))
        heard = tuple(None if s is None else sound_digest(s) for c in both for s in c.sounds or (None,) * len(c))
        image = inputs.dense.get(IMAGE_BLOCK)
        alike = _NO_PAIRS if image is None else alike_pairs(image.vectors, image.present)
        copies = near_duplicate_groups(inputs.joined_text(), digests, alike, heard)
        groups = copies if config.group_duplicates else np.arange(len(copies))
        _check_groups(groups[: len(catalogue)], config, catalogue.source.path)
    number = {name: k for k, name in enumerate(classes)}
    labels = np.array([number[x] for c in both for x in c.labels or ()], np.int64)
    fold = _folds(inputs.ids, labels, groups, len(catalogue), config)
    problem = Problem(inputs, labels, groups, fold, classes)
    return Material(
        catalogue,
        tested,
        problem,
        recipe,
        small,
        unknown,
        apart,
        apart_tested,
        store,
        copies,
        digests,
        alike,
        heard,
        relabelling,
        folds_at_once,
    )


@contextmanager
def _readers(config: FitConfig, recipe: Recipe) -> Iterator[Readers]:
    """Yield the encoders, which work here or in a cluster."""
    readers = open_readers(recipe, config.threads)
    if config.scheduler is None:
        yield readers
        return
    with open_cluster(config.scheduler, config.threads or available_processors()) as cluster:
        yield spread_readers(readers, recipe.runtime, cluster)


def _recipe(config: FitConfig, catalogue: Catalogue, store: EmbeddingStore, progress: Progress) -> Recipe:
    """Return which encoder reads what: by name, by the scripts of the texts, or by trial."""
    if config.text_encoder != (AUTO,) or not catalogue.texts:
        named = None if config.text_encoder == (AUTO,) else config.text_encoder
        return choose_recipe(catalogue, named, config.encoder_runtime, config.image_encoder, config.audio_encoder)
    with progress.stage("try encoders"):
        trial = try_text_encoders(catalogue, config.encoder_runtime, store, progress)
    encoders = config.image_encoder, config.audio_encoder
    recipe = choose_recipe(catalogue, trial.chosen, config.encoder_runtime, *encoders)
    return replace(recipe, reason=trial.reason)


def located(config: FitConfig) -> FitConfig:
    """Return the options with ``train`` and ``test`` in place of a folder that holds both.

    Parameters
    ----------
    config : FitConfig

    Returns
    -------
    FitConfig
    """
    if config.catalogue is None or not config.catalogue.is_dir():
        return config
    train, test = train_and_test(config.catalogue)
    return replace(config, catalogue=train, test=config.test or test)


def _read(config: FitConfig) -> tuple[Catalogue, Relabelling | None]:
    told: list[Relabelling] = []

    def revise(table: RawTable, schema: Schema) -> RawTable:
        if config.overrides is None:
            return table
        changed, found = relabel(table, schema, read_overrides(config.overrides), config.overrides.name)
        told.append(found)
        return changed

    path = config.catalogue or write_demo(cache_root() / "demo")
    options = ColumnOptions(
        text=config.text,
        image=config.image,
        audio=config.audio,
        numeric=config.numeric,
        categorical=config.categorical,
        id=config.id,
        target=config.target,
        path=config.path,
        numbers=config.numbers,
    )
    catalogue = read_catalogue(
        path,
        options,
        need_labels=True,
        image_root=config.image_root,
        files=_files(config),
        clean=config.clean,
        revise=revise,
    )
    return catalogue, next(iter(told), None)


def _files(config: FitConfig) -> TableOptions:
    return TableOptions(config.encoding, config.delimiter, config.quote, config.sheet, config.strict)


def _read_test(
    config: FitConfig, catalogue: Catalogue, classes: tuple[str, ...]
) -> tuple[Catalogue | None, dict[str, int], tuple[Rejection, ...]]:
    if config.test is None:
        return None, {}, ()
    table = read_table(config.test, _files(config))
    tested = build_catalogue(
        table,
        match_schema(table, catalogue.schema, need_target=True),
        image_root=config.image_root or default_image_root(config.test),
        need_labels=True,
        numbers=config.numbers,
        clean=config.clean,
    )
    if config.strict:
        refuse_first(tested.rejections, str(config.test))
    trained = set(classes)
    known = np.array([label in trained for label in tested.labels or ()])
    unknown = Counter(label for label in tested.labels or () if label not in trained)
    if not known.any():
        message = "no row has a class that the training catalogue has"
        raise CatalogueError(message, code="test-classes-unknown", file=str(config.test))
    reason = "the training catalogue has no row of this class: the row is not evaluated"
    return tested.take(_by_id(tested, known)), dict(unknown), _set_apart(tested, ~known, "class-unknown", reason)


def _without_small_classes(catalogue: Catalogue, least: int) -> tuple[Catalogue, dict[str, int], tuple[Rejection, ...]]:
    """Return the rows of the classes with at least ``least`` rows, sorted by id, and sizes and rows of the others."""
    counts = Counter(catalogue.labels or ())
    small = {name: n for name, n in sorted(counts.items()) if n < least}
    if len(counts) - len(small) < 2:
        message = (
            f"{len(counts) - len(small)} of {len(counts)} classes have at least {least} rows, and two are needed; "
            "choose another --target or lower --min-class-size"
        )
        raise CatalogueError(message, code="classes-few", file=catalogue.source.path)
    kept = np.array([label not in small for label in catalogue.labels or ()])
    reason = f"fewer than {least} rows are of this class (--min-class-size): the row is set apart"
    return catalogue.take(_by_id(catalogue, kept)), small, _set_apart(catalogue, ~kept, "class-small", reason)


def _set_apart(catalogue: Catalogue, rows: NDArray[np.bool_], code: str, reason: str) -> tuple[Rejection, ...]:
    (column,) = catalogue.schema.named("target")
    labels = catalogue.labels or ()
    return tuple(
        Rejection(int(catalogue.rows[i]), column, code, reason, excerpt(labels[i]), "row") for i in np.flatnonzero(rows)
    )


def _by_id(catalogue: Catalogue, kept: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.array(sorted(np.flatnonzero(kept), key=lambda i: catalogue.ids[i]), dtype=np.intp)


def _with_failed_files(catalogue: Catalogue, store: EmbeddingStore, first: int) -> Catalogue:
    """Return the catalogue with the photos and sounds that could not be decoded marked absent and reported."""
    failed = failed_files(catalogue, store.stats[first:])
    if not failed:
        return catalogue
    photos, sounds = catalogue.photos, catalogue.sounds
    return replace(
        catalogue,
        photos=photos and tuple(None if (i, IMAGE_BLOCK) in failed else photo for i, photo in enumerate(photos)),
        sounds=sounds and tuple(None if (i, AUDIO_BLOCK) in failed else sound for i, sound in enumerate(sounds)),
        rejections=(*catalogue.rejections, *failed.values()),
    )


def _check_groups(groups: NDArray[np.int64], config: FitConfig, file: str) -> None:
    """Refuse training rows so alike that a model cannot be trained on some and judged on others."""
    least = 2 if config.test is not None else 3  # one to judge, and two to train on
    found = len(np.unique(groups))
    if found < least:
        message = (
            f"the rows form {found} group(s) of near-duplicates, and {least} are needed; see --no-group-duplicates"
        )
        raise CatalogueError(message, code="groups-few", file=file)


def _folds(
    ids: tuple[str, ...], labels: NDArray[np.int64], groups: NDArray[np.int64], n_train: int, config: FitConfig
) -> NDArray[np.int64]:
    if config.test is None:
        return stratified_group_folds(labels, groups, config.folds, config.random_state, ids)
    return np.where(np.arange(len(labels)) < n_train, NOT_TESTED, 0).astype(np.int64)
