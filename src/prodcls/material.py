"""What a fit stands on: the catalogue as a classification problem, and what was found on the way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prodcls.catalogue import Catalogue, Rejection
from prodcls.embeddings import EmbeddingStore
from prodcls.evaluation import Problem
from prodcls.hierarchy import ClassTree
from prodcls.inputs import Inputs
from prodcls.preparation import Recipe
from prodcls.relabelling import Relabelled, Relabelling
from prodcls.trees import TreeReading, read_tree

__all__ = ["Material"]


@dataclass(frozen=True)
class Material:
    """What a fit stands on.

    Attributes
    ----------
    catalogue : Catalogue
        Rows of the classes that are large enough, sorted by id so that the file's order has no effect.
    tested : Catalogue or None
        Rows of ``--test`` whose class is known.
    problem : Problem
        The rows of ``catalogue``, then those of ``tested``.
    recipe : Recipe
    small_classes : dict of str to int
        Rows of the classes set apart.
    unknown_classes : dict of str to int
        Rows of ``--test`` whose class the training catalogue does not have.
    set_apart : tuple of Rejection
        One for each row of the small classes.
    set_apart_tested : tuple of Rejection
        One for each row of the unknown classes.
    store : EmbeddingStore
        Knows what was encoded and what was reused.
    copies : ndarray of shape (n,), int64
        Groups of near-duplicates among the rows of ``problem``, also where they are not kept in one fold.
    photo_digests : tuple of (str or None), length n
        SHA-256 of each photo.
    alike_photos : ndarray of shape (m, 2), int64
        Pairs of rows whose photos have nearly the same embedding.
    sound_digests : tuple of (str or None), length n
        SHA-256 of each sound.
    relabelling : Relabelling or None
        What decisions of people did to the labels of the catalogue; None where none were given.
    folds_at_once : int
        Models that there is memory to fit at the same time.
    recipes : mapping of int to Recipe
        What reads the products of each fold where that differs from ``recipe``, which is that of the model for use.
    frozen : Inputs or None
        The rows of ``problem`` as encoders read them that learned nothing; None: as in ``problem``.
    lessons : int
        Texts that each encoder of the model for use learned from.
    """

    catalogue: Catalogue
    tested: Catalogue | None
    problem: Problem
    recipe: Recipe
    small_classes: dict[str, int]
    unknown_classes: dict[str, int]
    set_apart: tuple[Rejection, ...]
    set_apart_tested: tuple[Rejection, ...]
    store: EmbeddingStore
    copies: NDArray[np.int64]
    photo_digests: tuple[str | None, ...]
    alike_photos: NDArray[np.int64]
    sound_digests: tuple[str | None, ...]
    relabelling: Relabelling | None = None
    folds_at_once: int = 1
    recipes: Mapping[int, Recipe] = field(default_factory=dict)
    frozen: Inputs | None = None
    lessons: int = 0

    def recipe_of(self, fold: int) -> Recipe:
        """Return what reads the products of a fold, for the model that has not seen them."""
        return self.recipes.get(fold, self.recipe)

    @property
    def unlearned(self) -> Inputs:
        """The rows of ``problem`` as encoders read them that learned nothing of their classes."""
        return self.problem.inputs if self.frozen is None else self.frozen

    @property
    def grouped(self) -> bool:
        """Whether near-duplicates are kept in one fold."""
        return bool(np.array_equal(self.problem.groups, self.copies))

    @property
    def set_by_people(self) -> dict[str, Relabelled]:
        """Products of the catalogue whose labels people set, by id."""
        return {} if self.relabelling is None else {one.decision.id: one for one in self.relabelling.applied}

    @cached_property
    def reading(self) -> TreeReading:
        """How the classes stand to each other, by the training catalogue."""
        labels, cells = self.problem.labels[: len(self.catalogue)], self.catalogue.path_cells
        if cells is not None:  # the path of a product whose label people set is that of its old label
            changed = self.set_by_people
            cells = tuple("" if name in changed else cell for name, cell in zip(self.catalogue.ids, cells, strict=True))
        return read_tree(self.problem.classes, labels, cells)

    @property
    def tree(self) -> ClassTree | None:
        """The tree of the classes; None where they form none."""
        return None if self.reading.paths is None else ClassTree(self.reading.paths)

    def place(self, row: int) -> tuple[Catalogue, int]:
        """Return the catalogue and the position in it of row ``row`` of the problem."""
        if self.tested is not None and row >= len(self.catalogue):
            return self.tested, row - len(self.catalogue)
        return self.catalogue, row
