"""From a question about one product to its case: find it, explain it, gather what a reader sees."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from PIL import Image

from prodcls.alternatives import EVALUATIONS, find_changes
from prodcls.bundle import Bundle
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_trust import Trust
from prodcls.candidates import best_classes
from prodcls.errors import InputError
from prodcls.explain.attribution import Attribution
from prodcls.explain.case import Case, Note, cells_of
from prodcls.explain.chain import explain
from prodcls.explain.corrected import explain_corrected
from prodcls.explain.product import Product
from prodcls.explain.roll_up import roll_up
from prodcls.explain.set_members import set_members
from prodcls.explain.steps import RollUp, SetMembers
from prodcls.explain.witnesses import witness
from prodcls.images import thumbnail_jpeg
from prodcls.lookup import Found, cells_by_role, product_from_catalogue, product_from_cells, product_from_training
from prodcls.new_products import Reading
from prodcls.preparation import open_readers
from prodcls.progress import Progress
from prodcls.relatives import find_similar, numbers_of
from prodcls.trained import Served

__all__ = ["Method", "Question", "account_of", "answer", "case_of"]

Method = Literal["chain", "chain-corrected", "shap", "lime", "integrated-gradients", "attention", "all"]
"""Ways to explain; ``"all"`` is the exact account with the others of `BESIDE` after it."""

BESIDE = ("shap", "lime", "integrated-gradients", "attention")
"""Witnesses that can be asked for."""

PARTIAL = ("integrated-gradients", "attention")
"""Those that say nothing of the served margin, which are only shown after the exact account."""

THUMBNAIL = 480
"""Pixels of the longest side of the photo on the page."""


@dataclass(frozen=True)
class Question:
    """Which product, which classes, how.

    Attributes
    ----------
    product : str or None
        Id; None for the product of ``cells``, ``image`` and ``audio``.
    catalogue : Path or None
        File that holds it; None for the training catalogue.
    reading : Reading
        How to read that file, and the folder of the photos.
    described : mapping of str to str
        Cells by role: ``"title"``, ``"description"``, ``"price"``, ``"brand"``.
    cells : mapping of str to str
        By column.
    image, audio : Path or None
    predicted : str or None
        Class A; the most probable one by default.
    versus : str or None
        Class B; the most probable other one by default.
    method : str
        See `Method`.
    counterfactuals : bool
        Whether to look for changes that give another class.
    evaluations : int
        Versions scored at most in the search for words, and in that for a part of the photo.
    trust : Trust or None
        What is asked of the bundle.
    """

    product: str | None = None
    catalogue: Path | None = None
    reading: Reading = field(default_factory=Reading)
    described: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)
    image: Path | None = None
    audio: Path | None = None
    predicted: str | None = None
    versus: str | None = None
    method: Method = "chain"
    counterfactuals: bool = True
    evaluations: int = EVALUATIONS
    trust: Trust | None = None


def answer(folder: Path, question: Question, progress: Progress) -> Case:
    """Find a product and explain its class.

    Parameters
    ----------
    folder : Path
        Bundle.
    question : Question
    progress : Progress

    Returns
    -------
    Case

    Raises
    ------
    InputError
        If the bundle, the product, a class or a cell is at fault.
    """
    bundle = open_bundle(folder, progress, question.trust)
    with progress.stage("read"):
        found = _find(bundle, question)
    return case_of(bundle, found, question, progress)


def case_of(bundle: Bundle, found: Found, question: Question, progress: Progress) -> Case:
    """Explain the class of a product that is found already.

    Parameters
    ----------
    bundle : Bundle
    found : Found
    question : Question
        Where to find it is not looked at.
    progress : Progress

    Returns
    -------
    Case

    Raises
    ------
    InputError
        If a class is unknown, or the method does not fit the model.
    """
    case = account_of(bundle, found, question, progress)
    changes = None
    if question.counterfactuals:
        with progress.stage("change"):
            changes = find_changes(bundle, found, case.main, question.evaluations)
    added = (name for name in (case.main.predicted, case.main.versus) if name in bundle.added)
    return replace(
        case,
        bundle=bundle.digest,
        notes=(*case.notes, *(Note("note.added", name) for name in added)),
        changes=changes,
        similar=find_similar(bundle, found, case.main.predicted, question.reading.image_root),
        numbers=numbers_of(bundle, found, (case.main.predicted, case.main.versus)),
        path=_path(bundle, found),
        members=_members(bundle, found),
    )


def account_of(served: Served, found: Found, question: Question, progress: Progress) -> Case:
    """Explain the class of a product by the model alone, without its training products.

    Parameters
    ----------
    served : Served
    found : Found
    question : Question
        Classes and method.
    progress : Progress

    Returns
    -------
    Case
        Without a digest and without views.

    Raises
    ------
    InputError
        If a class is unknown, or the method does not fit the model.
    """
    attributions = tuple(_explain(served, found, question, progress))
    photo = None if found.photo is None else thumbnail_jpeg(found.photo, THUMBNAIL)
    return Case(
        attributions=attributions,
        fields=cells_of(found.subject.inputs),
        texts=tuple(found.subject.inputs.texts),
        photo=None if photo is None else base64.b64encode(photo).decode("ascii"),
        photo_size=None if photo is None else Image.open(io.BytesIO(photo)).size,
        label=found.label,
        notes=found.notes,
        originals=found.originals,
        bundle="",
    )


def _path(bundle: Bundle, found: Found) -> RollUp | None:
    """Return the decision along the path of its class; None where the classes form no tree."""
    if bundle.stopping is None:
        return None
    probabilities = bundle.model.probabilities(found.subject.inputs)
    stops = bundle.stopping.stops(probabilities, best_classes(probabilities, 1)[:, 0])
    return roll_up(bundle.model, found.subject, bundle.stopping.tree, probabilities[0], int(stops.depth[0]))


def _members(bundle: Bundle, found: Found) -> SetMembers | None:
    """Return the prediction set with what keeps each class in it; None where the bundle makes no sets."""
    if bundle.sets is None:
        return None
    said = bundle.model.probabilities(found.subject.inputs)
    return set_members(bundle.model, found.subject, bundle.sets.coverage, said[0], bundle.sets.sets(said)[0])


def _find(bundle: Bundle, question: Question) -> Found:
    readers = open_readers(bundle.recipe)
    cells = cells_by_role(bundle.schema, question.described) | dict(question.cells)
    if question.product is None:
        if not cells and question.image is None and question.audio is None:
            message = (
                "name a product of the catalogue, or describe one with --title, --price, --image, --audio or --cell"
            )
            raise InputError(message, code="product-none")
        return product_from_cells(bundle, cells, readers, question.image, audio=question.audio)
    if cells or question.image is not None or question.audio is not None:
        message = "either name a product or describe one, not both"
        raise InputError(message, code="product-twice")
    if question.catalogue is not None:
        return product_from_catalogue(bundle, question.catalogue, question.product, readers, question.reading)
    return product_from_training(bundle, question.product, readers, question.reading.image_root)


def _explain(served: Served, found: Found, question: Question, progress: Progress) -> Iterator[Attribution]:
    product = Product(served.model, served.recipe, found.subject.inputs, found.photo, found.sound)
    pair = question.predicted, question.versus
    if question.method == "chain-corrected":
        with progress.stage(question.method):
            yield explain_corrected(product, found.subject, *pair)
        return
    with progress.stage("chain"):
        exact = explain(served.model, found.subject, *pair)
    if question.method in ("chain", "all", *PARTIAL):
        yield exact
    for name in (name for name in BESIDE if question.method in (name, "all")):
        with progress.stage(name):
            yield witness(name).explain(product, exact.predicted, exact.versus)
