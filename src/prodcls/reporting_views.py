"""The views over the whole catalogue, from the samples that the evaluation took of each fold."""

from __future__ import annotations

import base64
import io
from collections import Counter, defaultdict

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from prodcls.audit_views import (
    ClassView,
    ClassWord,
    EffectCurve,
    EffectLine,
    GlobalViews,
    RegionCrop,
    TreeStep,
    TreeView,
)
from prodcls.evaluation import OutOfFold
from prodcls.evidence import LEXICAL
from prodcls.explain.attribution import Part
from prodcls.explain.class_words import Entry, class_entries
from prodcls.explain.effects import accumulated
from prodcls.explain.phrases import Phrases
from prodcls.explain.surrogate import fit_surrogate
from prodcls.explain.views import FoldView, Seen
from prodcls.gathering import Material
from prodcls.images import load_photo
from prodcls.inspection import plan_views
from prodcls.quality.leaks import is_leak
from prodcls.reporting_accounts import Accounts, in_words

__all__ = ["global_views"]

WORDS_FOR, WORDS_AGAINST, REGIONS = 6, 3, 4
"""Entries shown for each class."""

LEAST_REGION = 0.005
"""Logits below which a region's figure would be printed as zero."""

CROP = 88
"""Pixels of a crop's longest side."""

LONGEST = 200
"""Characters of a phrase; longer ones are cut."""


def global_views(
    material: Material, scores: OutOfFold, accounts: Accounts | None, phrases: Phrases
) -> GlobalViews | None:
    """Put the views together.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
        With a view of each fold.
    accounts : Accounts or None
    phrases : Phrases
        Of the texts of ``material``.

    Returns
    -------
    GlobalViews or None
        None where no views were taken: with the flat head.
    """
    views = [fold.view for fold in scores.folds if fold.view is not None]
    if accounts is None or len(views) < len(scores.folds):
        return None
    classes = _classes(material, views, phrases)
    sampled = np.array([s.row for v in views for s in v.words], dtype=np.int64)
    return GlobalViews(
        classes=classes,
        products=len(sampled),
        word_share=_word_share(accounts, np.isin(scores.rows, sampled)),
        photos=sum(len(v.photos) for v in views),
        curves=_curves(material, views),
        tree=_tree(accounts, material.problem.fold[scores.rows]),
    )


def _word_share(accounts: Accounts, chosen: NDArray[np.bool_]) -> float:
    size = np.abs(accounts.shares[chosen]).sum(axis=0)
    words = [c.block == LEXICAL for c in accounts.channels]
    return float(size[words].sum() / max(float(size.sum()), 1e-12))


def _classes(material: Material, views: list[FoldView], phrases: Phrases) -> tuple[ClassView, ...]:
    problem = material.problem
    spoken = [s for v in views for s in v.words]
    entries = class_entries(spoken, phrases, len(problem.classes))
    accounts = Counter(k for s in spoken for k in (s.a, s.b))
    crops = _crops(material, [s for v in views for s in v.photos])
    sizes = np.bincount(problem.labels, minlength=len(problem.classes))
    found = []
    for k in np.argsort(-sizes, kind="stable").tolist():
        words = [_word(e, phrases, problem.labels == k) for e in entries[k]]
        found.append(
            ClassView(
                name=problem.classes[k],
                products=accounts[k],
                words_for=tuple(w for w in words[:WORDS_FOR] if w.total > 0),
                words_against=tuple(w for w in words[::-1][:WORDS_AGAINST] if w.total < 0),
                regions=tuple(sorted(crops[k], key=lambda c: -c.value)[:REGIONS]),
            )
        )
    return tuple(found)


def _word(entry: Entry, phrases: Phrases, labelled: NDArray[np.bool_]) -> ClassWord:
    phrase = None if entry.phrase is None else phrases.phrases[entry.phrase]
    hits = 0 if phrase is None else int(labelled[list(phrase.rows)].sum())
    share = 0.0 if phrase is None else hits / len(phrase.rows)
    cover = hits / max(int(labelled.sum()), 1)
    groups = 0 if phrase is None else phrase.groups
    text = " ".join(entry.text.split())
    return ClassWord(
        text=text if len(text) <= LONGEST else text[: LONGEST - 1] + "\u2026",
        total=entry.total,
        mean=entry.total / entry.products,
        products=entry.products,
        phrase_products=groups,
        class_share=share,
        class_cover=cover,
        leak=is_leak(groups, share, cover),
    )


def _crops(material: Material, photos: list[Seen]) -> defaultdict[int, list[RegionCrop]]:
    """Return the strongest region of each photo by class; of near-duplicates one."""
    found: defaultdict[int, list[RegionCrop]] = defaultdict(list)
    shown: set[tuple[int, int]] = set()
    for seen in sorted(photos, key=lambda s: -max((p.value for p in s.regions), default=0.0)):
        best = max(seen.regions, key=lambda p: p.value, default=None)
        copy = (seen.a, int(material.problem.groups[seen.row]))
        if best is None or best.value < LEAST_REGION or copy in shown:
            continue
        shown.add(copy)
        crop = RegionCrop(material.problem.inputs.ids[seen.row], _crop(material, seen.row, best), best.value)
        found[seen.a].append(crop)
    return found


def _crop(material: Material, row: int, region: Part) -> str:
    """Return the region with half of its neighbours around it, as a small JPEG without metadata."""
    catalogue, at = material.place(row)
    assert catalogue.photos is not None  # noqa: S101 - it was read
    photo = catalogue.photos[at]
    assert photo is not None  # noqa: S101 - it was read
    assert region.box is not None  # noqa: S101 - regions have one
    image = Image.fromarray(load_photo(photo))
    left, top, right, bottom = (v * s for v, s in zip(region.box, image.size * 2, strict=True))
    wide, high = (right - left) / 2, (bottom - top) / 2
    box = (left - wide, top - high, right + wide, bottom + high)
    inside = tuple(round(min(max(v, 0), s)) for v, s in zip(box, image.size * 2, strict=True))
    crop = image.crop((inside[0], inside[1], max(inside[2], inside[0] + 1), max(inside[3], inside[1] + 1)))
    crop.thumbnail((CROP, CROP), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    crop.save(buffer, "JPEG", quality=75, optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _curves(material: Material, views: list[FoldView]) -> tuple[EffectCurve, ...]:
    plan, names = plan_views(material.problem), material.problem.classes
    found = []
    for column, edges in plan.edges.items():
        curve, counts = accumulated(v.effects[column] for v in views)
        lines = tuple(EffectLine(names[k], tuple(curve[:, j].tolist())) for j, k in enumerate(plan.classes))
        found.append(EffectCurve(column, tuple(edges.tolist()), tuple(counts.tolist()), lines))
    return tuple(found)


def _tree(accounts: Accounts, fold: NDArray[np.int64]) -> TreeView | None:
    found = fit_surrogate(accounts.values_a - accounts.values_b, fold)
    if found is None:
        return None
    steps = []
    for node in found.nodes:
        channel = None if node.feature is None else accounts.channels[node.feature]
        steps.append(
            TreeStep(
                name="" if channel is None else in_words(channel),
                block="" if channel is None else channel.block,
                key="" if channel is None else channel.key,
                threshold=node.threshold,
                no=node.below,
                yes=node.above,
                share=node.share,
                first=node.first,
            )
        )
    return TreeView(tuple(steps), found.fidelity, found.stump, 0.5, found.products)
