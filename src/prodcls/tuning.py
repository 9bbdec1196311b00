"""Text encoders that learn from the classes: one adapter for each fold, of the other folds, and one for use.

A product is judged by a model whose encoder learned nothing of it or its copies. That encoder is as frozen as any
other once it has learned, and explained in the same way.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.config import FitConfig
from prodcls.encoders import available_processors
from prodcls.encoders.base import FrozenEncoder
from prodcls.errors import InputError
from prodcls.inputs import Inputs
from prodcls.material import Material
from prodcls.preparation import Recipe, embed_block, open_readers, read_texts
from prodcls.progress import Progress

if TYPE_CHECKING:
    from prodcls.encoders.adapter import Adapter
    from prodcls.encoders.adapter_learning import Lesson

__all__ = ["learning_encoders", "read_tuned", "tuned"]


def tuned(config: FitConfig, material: Material, progress: Progress) -> Material:
    """Return the same products as encoders read them that learned from the classes, fold by fold.

    Parameters
    ----------
    config : FitConfig
    material : Material
    progress : Progress

    Returns
    -------
    Material
        Unchanged without ``--tune``.

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if no text encoder of the recipe can learn.
    """
    if config.tune is None:
        return material
    problem, frozen = material.problem, material.problem.inputs
    with progress.stage("tune"):
        whole = np.arange(len(material.catalogue))
        trained = {int(k): np.flatnonzero(problem.fold != k) for k in np.unique(problem.fold[problem.fold >= 0])}
        # With a catalogue for testing its model is the one for use, and so is its encoder.
        own = {k: rows for k, rows in trained.items() if not np.array_equal(rows, whole)}
        threads = config.threads or available_processors()
        encoders = learning_encoders(material.recipe, threads)
        lessons = [_lesson(material, encoder, progress) for encoder in encoders]
        tasks = [_Task(*pair, rows) for rows in (whole, *own.values()) for pair in zip(encoders, lessons, strict=True)]
        taught = [task.lesson() for task in tasks]
        adapters = _learn(tasks, taught, config.random_state, threads, progress)
        per_model = [tuple(adapters[i : i + len(encoders)]) for i in range(0, len(adapters), len(encoders))]
        served, *others = (replace(material.recipe, adapters=some) for some in per_model)
        recipes = dict(zip(own, others, strict=True))
        read = {k: read_tuned(material, recipe, threads, progress) for k, recipe in recipes.items()}
        inputs = read_tuned(material, served, threads, progress)
    return replace(
        material,
        problem=replace(problem, inputs=inputs, tuned={k: read.get(k, inputs) for k in trained}),
        recipe=served,
        recipes=recipes,
        frozen=frozen,
        lessons=_count(taught[0]),
    )


@dataclass(frozen=True)
class _Texts:
    """All texts of a catalogue that are there, and the rows that they stand in, shape (n,)."""

    lesson: Lesson
    row: NDArray[np.intp]


@dataclass(frozen=True)
class _Task:
    """What one encoder learns for one model: from which rows."""

    encoder: FrozenEncoder
    texts: _Texts
    rows: NDArray[np.intp]

    def lesson(self) -> Lesson:
        return self.texts.lesson.take(np.flatnonzero(np.isin(self.texts.row, self.rows)))


def learning_encoders(recipe: Recipe, threads: int | None) -> list[FrozenEncoder]:
    """Return the text encoders that can learn.

    Parameters
    ----------
    recipe : Recipe
    threads : int, optional

    Returns
    -------
    list of FrozenEncoder

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if there is none.
    """
    from prodcls.encoders.adapter_learning import tunable

    readers = open_readers(recipe, threads).text
    found = [one for one in readers if isinstance(one, FrozenEncoder) and tunable(one)]
    if not found:
        names = ", ".join(recipe.text_encoders) or "there is none"
        message = (
            f"--tune lora: no text encoder of this fit ({names}) has attention that an adapter could change; minilm "
            "has, and so have folders of BERT and its kin: see `prodcls encoders`"
        )
        raise InputError(message, code="encoder-unusable")
    return found


def _lesson(material: Material, encoder: FrozenEncoder, progress: Progress) -> _Texts:
    """Return the texts with their classes and with the vectors that the encoder gives them as it is."""
    from prodcls.encoders.adapter_learning import Lesson

    problem = material.problem
    rows, columns, vectors, texts = [], [], [], list[str]()
    for number, (name, cells) in enumerate(problem.inputs.texts.items()):
        block = embed_block(name, cells, encoder, material.store, progress)
        there = np.flatnonzero(block.present)
        rows.append(there)
        columns.append(np.full(len(there), number, dtype=np.int64))
        vectors.append(block.vectors[there])
        texts += [cells[i] for i in there]
    row = np.concatenate(rows)
    return _Texts(Lesson(tuple(texts), np.concatenate(columns), problem.labels[row], np.concatenate(vectors)), row)


def _learn(
    tasks: Sequence[_Task], lessons: Sequence[Lesson], seed: int, threads: int, progress: Progress
) -> list[Adapter]:
    """Learn all adapters, some side by side with one thread each; how many has no effect on them."""
    from prodcls.encoders.adapter_learning import learn_adapter, steps_of

    total, done, lock = sum(map(steps_of, lessons)), 0, threading.Lock()
    with progress.items("adapters", total) as tell, ThreadPoolExecutor(threads) as pool:

        def step() -> None:
            nonlocal done
            with lock:
                done += 1
                tell(done)

        def learn(task: _Task, lesson: Lesson) -> Adapter:
            return learn_adapter(task.encoder, lesson, seed, step)

        return list(pool.map(learn, tasks, lessons))


def _count(lesson: Lesson) -> int:
    """Return how many of the texts are read."""
    from prodcls.encoders.adapter_learning import MOST_TEXTS

    return min(len(lesson.texts), MOST_TEXTS)


def read_tuned(material: Material, recipe: Recipe, threads: int | None, progress: Progress) -> Inputs:
    """Return the products of a problem with their texts read by the encoders of a recipe.

    Parameters
    ----------
    material : Material
    recipe : Recipe
        With adapters.
    threads : int, optional
    progress : Progress

    Returns
    -------
    Inputs
    """
    inputs = material.problem.inputs
    dense = read_texts(inputs.texts, open_readers(recipe, threads).text, material.store, progress)
    return replace(inputs, dense={**inputs.dense, **dense})
