"""Dossiers of tested products: each explained by the model of its fold, which never saw the product or its copies."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits

from prodcls.alternatives import find_changes
from prodcls.audit_dossiers import Dossier
from prodcls.bundle import KnownColumns
from prodcls.bundle_products import Judgements, Products, collect_products
from prodcls.dissection import dissect
from prodcls.errors import AdditivityError
from prodcls.evaluation import OutOfFold
from prodcls.explain.case import Note, cells_of
from prodcls.explain.chain import explain
from prodcls.explain.roll_up import roll_up
from prodcls.explain.set_members import set_members
from prodcls.explain.steps import RollUp
from prodcls.explain.subject import Subject
from prodcls.fold_scores import FoldScores
from prodcls.gathering import Material
from prodcls.images import thumbnail_jpeg
from prodcls.inputs import Inputs
from prodcls.lookup import Found
from prodcls.preparation import Readers, open_readers
from prodcls.relatives import find_similar, numbers_of
from prodcls.reporting_accounts import SUSPECT, choose_dossiers
from prodcls.reporting_cleaning import originals
from prodcls.sounds import Sound
from prodcls.stopping import Stops
from prodcls.trained import FoldModel, something_known

__all__ = ["EMBEDDED", "Chosen", "Evaluated", "chosen_dossiers", "judgements", "make_dossiers"]

EMBEDDED = 60
"""Most dossiers in the report itself; others have a page and a line of a shard."""

CARD, PICTURE, NEAR = 160, 400, 80
"""Pixels of the longest side of the photo on the card, on the product's page, and of a similar product."""

SIMILAR = 3
"""Training products shown in each space."""

ROUNDING = 1e-3
"""Logits by which the margin of a product scored alone may differ from that of the evaluation, which scores a fold at a
time: float32 sums depend on it in their last bits (1.2e-6 was the most in flipkart1050)."""

HALF = 0.5
"""Probability of the predicted class below which a product beyond the embedded ones counts as uncertain."""


@dataclass(frozen=True)
class Evaluated:
    """What the evaluation stands on and what it said.

    Attributes
    ----------
    material : Material
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
        Calibrated.
    image_root : Path
        Folder that photos lie in.
    inside : ndarray of shape (m, K), bool
        Prediction sets in whose thresholds the product had no say.
    coverage : float
        Of these sets.
    stops : Stops or None
        Where the decisions stop on the way down the tree, by thresholds in which the product had no say; None where the
        classes form none.
    threads : int or None
        Of the encoders.
    """

    material: Material
    scores: OutOfFold
    probabilities: NDArray[np.float64]
    image_root: Path
    inside: NDArray[np.bool_]
    coverage: float
    stops: Stops | None = None
    threads: int | None = None


@dataclass(frozen=True)
class Chosen:
    """A product to be shown.

    Attributes
    ----------
    at : int
        Position among the tested products.
    kind : str
        As in `prodcls.audit_dossiers.Dossier`.
    """

    at: int
    kind: str


def chosen_dossiers(evaluated: Evaluated, asked: int | Literal["all"]) -> tuple[tuple[Chosen, ...], tuple[Chosen, ...]]:
    """Choose products.

    Parameters
    ----------
    evaluated : Evaluated
    asked : int or "all"
        How many.

    Returns
    -------
    tuple of (tuple of Chosen, tuple of Chosen)
        Those embedded in the report, at most `EMBEDDED`, and the others, fold by fold.
    """
    scores, problem = evaluated.scores, evaluated.material.problem
    count = len(scores.rows) if asked == "all" else asked
    labels, ranked = problem.labels[scores.rows], scores.ranked
    top = np.take_along_axis(evaluated.probabilities, ranked, axis=1)
    shown = choose_dossiers(labels, ranked, top, min(count, EMBEDDED))
    known = {at for at, _ in shown}
    others = [at for at, _ in choose_dossiers(labels, ranked, top, count) if at not in known]
    fold = problem.fold[scores.rows]
    return (
        tuple(Chosen(at, kind) for at, kind in shown),
        tuple(
            Chosen(at, _kind(ranked[at, 0] == labels[at], float(top[at, 0])))
            for at in sorted(others, key=lambda at: (fold[at], at))
        ),
    )


def _kind(right: bool, probability: float) -> str:
    if not right:
        return "suspect" if probability >= SUSPECT else "wrong"
    return "right" if probability >= HALF else "uncertain"


def judgements(material: Material, scores: OutOfFold, probabilities: NDArray[np.float64]) -> Judgements:
    """Return what the evaluation said of the rows of the training catalogue.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64

    Returns
    -------
    Judgements
    """
    n, names = len(material.catalogue), material.problem.classes
    classes: list[str | None] = [None] * n
    found = np.full(n, np.nan)
    for i, k, row in zip(scores.rows, scores.ranked[:, 0], probabilities, strict=True):
        if i < n:
            classes[i], found[i] = names[k], row[k]
    return Judgements(tuple(classes), found)


def make_dossiers(evaluated: Evaluated, chosen: Sequence[Chosen]) -> Iterator[Dossier]:
    """Yield the dossiers of products, one at a time.

    Parameters
    ----------
    evaluated : Evaluated
    chosen : sequence of Chosen
        Best fold by fold: the training products of one fold are held at a time.

    Yields
    ------
    Dossier

    Raises
    ------
    AdditivityError
        If an account does not sum to its margin, or its margin is not the one that the evaluation scored.
    """
    if chosen:
        maker = _Maker(evaluated)
        for one in chosen:
            with threadpool_limits(1):  # the same bits on any number of processors, and faster on small matrices
                found = maker.dossier(one)
            yield found


class _Maker:
    """Makes dossiers; keeps what the products of one fold share."""

    def __init__(self, evaluated: Evaluated) -> None:
        self._evaluated = evaluated
        material, scores = evaluated.material, evaluated.scores
        self._fold = {int(row): fold for fold in scores.folds for row in fold.rows}
        problem, n = material.problem, len(material.catalogue)
        inputs = problem.inputs if len(problem.inputs) == n else problem.inputs.take(np.arange(n))
        judged = judgements(material, scores, evaluated.probabilities)
        self._products: Products = collect_products(material.catalogue, inputs, evaluated.image_root, judged)
        values = {name: tuple(sorted(set(cells) - {""})) for name, cells in inputs.categorical.items()}
        self._known = KnownColumns(tuple(inputs.numeric), values)
        self._last: tuple[FoldScores, FoldModel, Readers] | None = None

    def dossier(self, one: Chosen) -> Dossier:
        scores, problem = self._evaluated.scores, self._evaluated.material.problem
        row = int(scores.rows[one.at])
        a, b = scores.ranked[one.at]
        probabilities = self._evaluated.probabilities[one.at]
        margin = float((scores.margins[one.at, a] - scores.margins[one.at, b]) / scores.temperature[one.at])
        catalogue, place = self._evaluated.material.place(row)
        photo = None if catalogue.photos is None else catalogue.photos[place]
        served = problem.seen(int(problem.fold[row])).take(np.array([row]))
        picture = None if photo is None else thumbnail_jpeg(photo, PICTURE)
        known = something_known(served, self._known)[0]
        bare = Dossier(
            id=catalogue.ids[place],
            row=int(catalogue.rows[place]),
            kind=one.kind,
            fields=cells_of(served),
            texts=tuple(served.texts),
            photo=None if photo is None else _base64(thumbnail_jpeg(photo, CARD)),
            picture=None if picture is None else _base64(picture),
            picture_size=None if picture is None else Image.open(io.BytesIO(picture)).size,
            label=problem.classes[problem.labels[row]],
            predicted=problem.classes[a],
            versus=problem.classes[b],
            probability=float(probabilities[a]),
            versus_probability=float(probabilities[b]),
            margin=margin,
            originals=originals(catalogue, place),
            notes=(
                Note("note.unseen"),
                *([] if known else [Note("note.nothing")]),
                *self._of_label(catalogue.ids[place]),
            ),
        )
        sound = None if catalogue.sounds is None else catalogue.sounds[place]
        return self._explained(bare, one.at, served, photo, sound)

    def _of_label(self, product: str) -> Iterator[Note]:
        """Yield who set the label, where a person did."""
        found = self._evaluated.material.set_by_people.get(product)
        if found is not None:
            yield Note("note.set_by", f"{found.decision.who}, {found.decision.when}")
            if found.changed:
                yield Note("note.set_from", found.before)
            yield Note("note.set_why", found.decision.reason)

    def _explained(self, bare: Dossier, at: int, served: Inputs, photo: Path | None, sound: Sound | None) -> Dossier:
        """Return the dossier with all that the fold's model and its training products say of it."""
        found_model = self._trained(self._fold[int(self._evaluated.scores.rows[at])])
        if found_model is None:
            return bare
        trained, readers = found_model
        # The vectors are those that the evaluation scored; reading again only tells what they are made of.
        subject = replace(dissect(served, photo, trained, readers, sound), inputs=served)
        found = Found(subject, photo, None, sound=sound)
        account = explain(trained.model, subject, bare.predicted, bare.versus)
        if not abs(account.margin - bare.margin) <= ROUNDING:
            message = f"an account's margin is {account.margin:.9g}, the evaluation scored {bare.margin:.9g}"
            raise AdditivityError(message)
        near = find_similar(trained, found, bare.predicted, self._evaluated.image_root, count=SIMILAR, side=NEAR)
        return replace(
            bare,
            margin=account.margin,
            account=account,
            numbers=numbers_of(trained, found, (bare.predicted, bare.versus, bare.label)),
            changes=find_changes(trained, found, account, kinds=()),
            similar=near,
            path=self._path(trained, subject, at),
            members=set_members(
                trained.model,
                subject,
                self._evaluated.coverage,
                self._evaluated.probabilities[at],
                self._evaluated.inside[at],
            ),
        )

    def _path(self, trained: FoldModel, subject: Subject, at: int) -> RollUp | None:
        tree, found = self._evaluated.material.tree, self._evaluated
        if tree is None or found.stops is None:
            return None
        return roll_up(trained.model, subject, tree, found.probabilities[at], int(found.stops.depth[at]))

    def _trained(self, fold: FoldScores) -> tuple[FoldModel, Readers] | None:
        """Return the model of a fold and the encoders that it was fitted with."""
        if fold.model is None:
            return None
        if self._last is None or self._last[0] is not fold:
            material = self._evaluated.material
            number = int(material.problem.fold[fold.rows[0]])
            recipe = material.recipe_of(number)
            rows = np.flatnonzero(material.problem.fold[: len(self._products)] != number)
            model = FoldModel(
                fold.model,
                recipe,
                material.catalogue.schema,
                material.catalogue.source,
                self._known,
                self._products.take(rows),
                np.zeros((len(rows), 0), dtype=np.int32),
            )
            self._last = fold, model, open_readers(recipe, self._evaluated.threads)
        return self._last[1:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
