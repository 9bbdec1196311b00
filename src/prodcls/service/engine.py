"""One bundle, ready to answer: products in, decisions and accounts out. Nothing here knows of HTTP."""

from __future__ import annotations

import shutil
import threading
import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from prodcls.bundle import Bundle
from prodcls.catalogue import Catalogue, Rejection, stacked
from prodcls.decision_log import append, log_key
from prodcls.decisions import Logging
from prodcls.errors import InputError
from prodcls.explain.case import Case
from prodcls.inputs import Inputs
from prodcls.lookup import found_in, product_from_training
from prodcls.new_products import Reading
from prodcls.preparation import failed_files, open_readers, prepare
from prodcls.progress import SilentProgress
from prodcls.reasons import Method, Question, case_of
from prodcls.scoring_rows import Scorer
from prodcls.service.products import NewProduct, as_catalogue
from prodcls.service.settings import ServiceSettings
from prodcls.service.vectors import RecentVectors, VectorCache

__all__ = ["Begun", "Decision", "Engine"]

Taken = tuple[Catalogue, tuple[Rejection, ...]]
"""A product that can be classified, and what there is to tell of its cells."""


@dataclass(frozen=True)
class Decision:
    """What the model says of a product.

    Attributes
    ----------
    id : str
    classes : tuple of (str, float)
        All asked for with their calibrated probabilities, most probable first.
    prediction_set : tuple of str, or None
        Classes that may well be right; None where the bundle makes no sets.
    review : bool
        Whether a person should look at it.
    reasons : tuple of str
        Why, of `prodcls.selective.REASONS`.
    stopped_at : str or None
        Deepest node of the tree of classes that is probable enough.
    stopped_probability : float or None
    told : tuple of Rejection
        Cells that were not taken as they stand, and notes.
    """

    id: str
    classes: tuple[tuple[str, float], ...]
    prediction_set: tuple[str, ...] | None
    review: bool
    reasons: tuple[str, ...]
    stopped_at: str | None
    stopped_probability: float | None
    told: tuple[Rejection, ...]


@dataclass(frozen=True)
class Begun:
    """Products of a batch, read and encoded.

    Attributes
    ----------
    read : list of (tuple of (Catalogue, tuple of Rejection) or InputError), length n
    folder : Path
        Holds the photos until the batch is finished.
    encoded : tuple of (Catalogue, Inputs), or None
        Those that can be classified, in their order; None where there are none.
    failed : dict of (int, str) to Rejection
        Photos of those that could not be decoded, by position.
    """

    read: list[Taken | InputError]
    folder: Path
    encoded: tuple[Catalogue, Inputs] | None
    failed: dict[tuple[int, str], Rejection] = field(default_factory=dict)


class Engine:
    """Answers questions to one bundle; its methods may be called by several threads.

    Parameters
    ----------
    bundle : Bundle
    cache : VectorCache
        Outlives the bundle: vectors belong to an encoder.
    settings : ServiceSettings
    """

    def __init__(self, bundle: Bundle, cache: VectorCache, settings: ServiceSettings) -> None:
        self.bundle = bundle
        self.cache = cache
        self.settings = settings
        self.readers = open_readers(bundle.recipe)
        log = settings.log
        self._logging = None if log is None else Logging(log_key(log), bundle.digest, batch_size=1)
        self._writing = threading.Lock()
        self._folders = _Folders()

    def warm_up(self) -> None:
        """Load weights and training products, so that the first caller does not wait for them."""
        cells = dict.fromkeys(self.bundle.recipe.text_columns, "a")
        self.classify([NewProduct("", cells)], 1, logged=False)
        _ = self.bundle.products

    def classify(
        self, products: Sequence[NewProduct], top_k: int, *, logged: bool = True
    ) -> list[Decision | InputError]:
        """Classify products; each is read and scored by itself, so that what comes with it changes nothing.

        Parameters
        ----------
        products : sequence of NewProduct, length n
        top_k : int
            Classes given for each, at least one.
        logged : bool
            Whether the decision log gets entries, where there is one.

        Returns
        -------
        list of (Decision or InputError), length n
        """
        return self.finish(self.begin(products), top_k, logged=logged)

    def begin(self, products: Sequence[NewProduct]) -> Begun:
        """Read products and encode their texts and photos, which is nearly all of the work.

        Parameters
        ----------
        products : sequence of NewProduct, length n

        Returns
        -------
        Begun
            For `finish`, which has to be called.
        """
        folder = self._folders.take()
        with ExitStack() as failing:
            failing.callback(self._folders.give_back, folder)
            read = [self._read(product, folder) for product in products]
            taken = [one for one in read if not isinstance(one, InputError)]
            begun = Begun(read, folder, None)
            if taken:
                catalogue = stacked([one for one, _ in taken])
                store = RecentVectors(self.cache)
                inputs = prepare(catalogue, self.bundle.recipe, store, SilentProgress(), readers=self.readers)
                begun = Begun(read, folder, (catalogue, inputs), failed_files(catalogue, store.stats))
            failing.pop_all()
            return begun

    def finish(self, begun: Begun, top_k: int, *, logged: bool = True) -> list[Decision | InputError]:
        """Classify products that were read; the arguments and the result are those of `classify`."""
        try:
            decided = iter(self._decide(begun, top_k, logged=logged))
        finally:
            self._folders.give_back(begun.folder)
        return [one if isinstance(one, InputError) else next(decided) for one in begun.read]

    def explain(self, product: NewProduct | str, question: Question) -> Case:
        """Say why a product is in its class and not in another.

        Parameters
        ----------
        product : NewProduct or str
            Or the id of a training product.
        question : Question
            Classes and method; where to find the product is not looked at.

        Returns
        -------
        Case

        Raises
        ------
        InputError
            If the product, a class or a cell is at fault.
        """
        with ExitStack() as files:
            if isinstance(product, str):
                found = product_from_training(self.bundle, product, self.readers, self.settings.image_root)
            else:
                folder = Path(files.enter_context(TemporaryDirectory(prefix="prodcls-")))
                catalogue, _ = as_catalogue(product, self.bundle, folder, self.settings.cell_characters)
                found = found_in(catalogue, self.bundle, self.readers)
            return case_of(self.bundle, found, question, SilentProgress())

    def question(
        self, *, predicted: str | None, versus: str | None, method: Method = "chain", counterfactuals: bool = False
    ) -> Question:
        """Return a question within the limits of this service."""
        return Question(
            reading=Reading(self.settings.image_root),
            predicted=predicted,
            versus=versus,
            method=method,
            counterfactuals=counterfactuals,
            evaluations=self.settings.evaluations,
        )

    def _read(self, product: NewProduct, folder: Path) -> Taken | InputError:
        try:
            return as_catalogue(product, self.bundle, folder, self.settings.cell_characters)
        except InputError as error:
            return error

    def _decide(self, begun: Begun, top_k: int, *, logged: bool) -> list[Decision]:
        if begun.encoded is None:
            return []
        catalogue, inputs = begun.encoded
        log = self.settings.log if logged else None
        scorer = Scorer(self.bundle, RecentVectors(self.cache), top_k, logging=self._logging if log else None)
        rows = scorer.score_inputs(catalogue, inputs, apart=True).to_pylist()
        if log is not None and scorer.bodies:
            with self._writing, append(log, iter(scorer.bodies)):
                pass
        told = [one[1] for one in begun.read if not isinstance(one, InputError)]
        return [
            _decision(row, scorer.top_k, (*told[i], *(one for (at, _), one in begun.failed.items() if at == i)))
            for i, row in enumerate(rows)
        ]


class _Folders:
    """Folders for the photos of batches, used again, since to remove one costs more than to classify."""

    def __init__(self) -> None:
        self._free: list[Path] = []

    def take(self) -> Path:
        """Return an empty folder that is nobody else's."""
        try:
            return self._free.pop()
        except IndexError:
            made = Path(mkdtemp(prefix="prodcls-"))
            weakref.finalize(self, shutil.rmtree, made, ignore_errors=True)  # also where the process ends
            return made

    def give_back(self, folder: Path) -> None:
        """Empty a folder for the next batch."""
        for photo in folder.iterdir():
            photo.unlink()
        self._free.append(folder)


def _decision(row: dict[str, Any], top_k: int, told: tuple[Rejection, ...]) -> Decision:
    """Return a scored row as a decision."""
    members = row["prediction_set"]
    return Decision(
        id=row["id"],
        classes=tuple((row[f"class_{i + 1}"], row[f"probability_{i + 1}"]) for i in range(top_k)),
        prediction_set=None if members is None else tuple(members),
        review=row["review"],
        reasons=tuple(row["reasons"]),
        stopped_at=row["stopped_at"],
        stopped_probability=row["stopped_probability"],
        told=told,
    )
