"""Which samples the evaluation takes of each fold for the views over the whole catalogue, and how large they are.

The text encoders would have to read every text again, part by part, which takes longer than the whole fit. So words
are those of the word block, in a sample of products, and regions are those of a few photos, read again one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders import Encoder, image_encoder
from prodcls.evaluation import Problem
from prodcls.explain.account import EvidenceAccount
from prodcls.explain.chain import explain_many
from prodcls.explain.class_words import Spoken, lexical_words
from prodcls.explain.effects import LocalEffects, number_effects, quantile_edges
from prodcls.explain.subject import Split, Subject
from prodcls.explain.views import FoldView, Judged, Look, Seen
from prodcls.gathering import Material
from prodcls.head import EvidenceHead
from prodcls.images import load_photo
from prodcls.preparation import IMAGE_BLOCK

__all__ = ["Plan", "look_for", "plan_views"]

WORD_PRODUCTS = 200
"""Products whose words are taken apart, over all folds; about 1.5 ms each."""

PHOTOS = 15
"""Photos read again, over all folds; about 25 ms each."""

EFFECT_PRODUCTS = 1000
"""Most products scored again for each numeric column, over all folds."""

EFFECT_COLUMNS = 3
EFFECT_CLASSES = 6
EFFECT_BINS = 10


@dataclass(frozen=True)
class Plan:
    """What is sampled.

    Attributes
    ----------
    classes : ndarray of shape (J,), int64
        Classes with a curve: the most frequent ones.
    edges : dict of str to ndarray of shape (B + 1,), float64
        Edges of the bins of each numeric column with a curve.
    """

    classes: NDArray[np.int64]
    edges: dict[str, NDArray[np.float64]]


def plan_views(problem: Problem) -> Plan:
    """Choose the numeric columns that are filled most often, and the most frequent classes.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Plan
    """
    sizes = np.bincount(problem.labels, minlength=len(problem.classes))
    tested = problem.fold >= 0
    known = {name: int((~np.isnan(values[tested])).sum()) for name, values in problem.inputs.numeric.items()}
    columns = sorted(known, key=lambda name: -known[name])[:EFFECT_COLUMNS]
    edges = {name: quantile_edges(problem.inputs.numeric[name][tested], EFFECT_BINS) for name in columns}
    return Plan(
        classes=np.sort(np.argsort(-sizes, kind="stable")[:EFFECT_CLASSES]).astype(np.int64),
        edges={name: found for name, found in edges.items() if len(found) > 1},
    )


def look_for(material: Material, plan: Plan, random_state: int) -> Look:
    """Return what takes the samples of a fold.

    Parameters
    ----------
    material : Material
    plan : Plan
    random_state : int

    Returns
    -------
    callable
        Takes a `Judged` to a `FoldView`. Each class that is predicted in the fold comes once before any comes twice.
    """
    recipe = material.recipe
    encoders = tuple(image_encoder(name, recipe.runtime, 1) for name in recipe.image_encoders)
    folds = len(np.unique(material.problem.fold[material.problem.fold >= 0]))
    return partial(_look, material, plan, encoders, folds, random_state)


def _look(
    material: Material, plan: Plan, encoders: tuple[Encoder, ...], folds: int, random_state: int, judged: Judged
) -> FoldView:
    order = np.random.default_rng(random_state).permutation(len(judged.rows))
    words = _by_class(judged.ranked[:, 0], order, 0)[: -(-WORD_PRODUCTS // folds)]
    some = np.sort(order[: -(-EFFECT_PRODUCTS // folds)])
    photos = _photos(material, encoders, folds, judged) if encoders else ()
    return FoldView(_words(material, judged, np.sort(words)), photos, _effects(material, plan, judged, some))


def _by_class(classes: NDArray[np.int64], order: NDArray[np.intp], first: int) -> NDArray[np.intp]:
    """Return ``order`` so that each class comes once before any comes twice, from class ``first`` on."""
    seen: dict[int, int] = {}
    turn = np.empty(len(order), dtype=np.int64)
    for at, i in enumerate(order):
        turn[at] = seen[int(classes[i])] = seen.get(int(classes[i]), -1) + 1
    count = int(classes.max(initial=0)) + 1
    found: NDArray[np.intp] = order[np.lexsort(((classes[order] - first) % count, turn))]
    return found


def _words(material: Material, judged: Judged, chosen: NDArray[np.intp]) -> tuple[Spoken, ...]:
    head = _head(judged)
    a, b = judged.ranked[chosen].T
    rows = judged.rows[chosen]
    words = lexical_words(head, material.problem.inputs.take(rows), _taken(judged.account, chosen), a, b)
    return tuple(
        Spoken(row, first, second, found)
        for row, first, second, found in zip(rows.tolist(), a.tolist(), b.tolist(), words, strict=True)
    )


def _head(judged: Judged) -> EvidenceHead:
    assert isinstance(judged.model.head, EvidenceHead)  # noqa: S101 - the flat head is not looked at
    return judged.model.head


def _taken(account: EvidenceAccount, rows: NDArray[np.intp]) -> EvidenceAccount:
    return EvidenceAccount(
        account.channels,
        *(getattr(account, name)[rows] for name in ("values_a", "values_b", "pool", "correction")),
        *(getattr(account, name)[rows] for name in ("offset", "behind", "temperature", "margin", "residual")),
    )


def _photos(material: Material, encoders: tuple[Encoder, ...], folds: int, judged: Judged) -> tuple[Seen, ...]:
    """Take apart the photos that say most for their class; other folds begin with other classes."""
    of_photo = [c.block == IMAGE_BLOCK for c in judged.account.channels]
    share = judged.account.shares[:, of_photo].sum(axis=1)
    told = [i for i in np.argsort(-share, kind="stable") if share[i] > 0 and _photo(material, judged.rows[i])]
    count = -(-PHOTOS // folds)
    first = count * int(material.problem.fold[judged.rows[0]])
    chosen = _by_class(judged.ranked[:, 0], np.array(told, dtype=np.intp), first)[:count]
    return tuple(_seen(material, encoders, judged, int(i)) for i in chosen)


def _photo(material: Material, row: int) -> Path | None:
    catalogue, at = material.place(int(row))
    return None if catalogue.photos is None else catalogue.photos[at]


def _seen(material: Material, encoders: tuple[Encoder, ...], judged: Judged, i: int) -> Seen:
    row = int(judged.rows[i])
    photo = _photo(material, row)
    assert photo is not None  # noqa: S101 - chosen for it
    height, width = load_photo(photo).shape[:2]
    split = Split(encoders, tuple(encoder.encode_parts([photo])[0] for encoder in encoders))
    inputs = material.problem.seen(int(material.problem.fold[row]))
    subject = Subject(inputs.take(np.array([row])), {IMAGE_BLOCK: split}, (width, height))
    a, b = (int(k) for k in judged.ranked[i])
    names = judged.model.classes
    account = explain_many(judged.model, subject, [(names[a], names[b])])[0]
    return Seen(row, a, b, tuple(p for p in account.parts if p.kind == "region"))


def _effects(material: Material, plan: Plan, judged: Judged, some: NDArray[np.intp]) -> dict[str, LocalEffects]:
    inputs, head = material.problem.inputs, _head(judged)
    return {
        name: number_effects(
            head, judged.margins.channels[some], name, inputs.numeric[name][judged.rows[some]], edges, plan.classes
        )
        for name, edges in plan.edges.items()
    }
