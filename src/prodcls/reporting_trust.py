"""A sample of tested products, right, wrong and uncertain, whose accounts are checked for the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import partial
from itertools import cycle

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.audit_interval import Interval
from prodcls.audit_trust import MethodAgreement, MethodFaithfulness, TrustSection
from prodcls.errors import DefectError
from prodcls.evaluation import OutOfFold
from prodcls.explain.crosscheck import CrossCheck, Effort, cross_check, judged_kind
from prodcls.explain.faithfulness import RANDOM, Agreement, Faithfulness, bootstrap_mean
from prodcls.explain.product import Product
from prodcls.explain.subject import Split, Subject
from prodcls.gathering import Material
from prodcls.images import load_photo
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK, Readers, open_readers
from prodcls.resuming import Resumption

__all__ = ["AGAIN", "ENOUGH", "choose_products", "trust_section"]

ENOUGH = 8
"""Products from which on an interval is given; with fewer, resampling them says little."""

AGAIN = 3
"""Products whose account is made twice, with another seed: LIME costs most of the time."""

UNCERTAIN = 0.1
"""Share of the tested products, those with the least lead over the runner-up, that count as uncertain."""

KINDS = ("right", "wrong", "uncertain")
METHODS = ("chain", "chain-corrected", "lime", "shap", RANDOM)


def trust_section(
    material: Material,
    scores: OutOfFold,
    probabilities: NDArray[np.float64],
    count: int,
    *,
    random_state: int = 0,
    threads: int | None = None,
    done: Callable[[int], None] | None = None,
    kept: Resumption | None = None,
) -> TrustSection | None:
    """Check the accounts of ``count`` tested products, each by the model of its fold.

    One product after the other: the encoders, which take nearly all of the time, already read on all processors.

    Parameters
    ----------
    material : Material
    scores : OutOfFold
        Of m products.
    probabilities : ndarray of shape (m, K), float64
        Calibrated.
    count : int
        0 asks for nothing.
    random_state : int
    threads : int, optional
        Of the encoders; no effect on any figure but the seconds.
    done : callable, optional
        Called with the products done so far.
    kept : Resumption, optional
        What an earlier fit found of the same products.

    Returns
    -------
    TrustSection or None
        None where no product was asked for, none has two words, regions or segments, or the head is flat.
    """
    if not count or any(fold.model is None for fold in scores.folds):
        return None
    labels, ranked = material.problem.labels[scores.rows], scores.ranked
    top = np.take_along_axis(probabilities, ranked, axis=1)
    effort = Effort(threads=threads)
    checks: list[CrossCheck] = []
    found: list[str] = []
    judged: list[str] = []
    with threadpool_limits(1):  # so that the number of processors moves no digit
        for at, kind in choose_products(labels, ranked, top, random_state):
            product = _product(material, scores, int(scores.rows[at]))
            if judged and judged_kind(product) != judged[0]:
                continue  # words, regions and segments do not go into one mean
            ask = partial(_checked, product, open_readers(product.recipe, threads), effort, again=len(checks) < AGAIN)
            check = (ask() if kept is None else kept.result("witnesses", at, _Check, ask)).found
            if check is None:
                continue
            checks.append(check)
            found.append(kind)
            judged.append(judged_kind(product))
            if done is not None:
                done(len(checks))
            if len(checks) == count:
                break
    if not checks:
        return None
    section = _summary(checks, {kind: found.count(kind) for kind in KINDS}, judged[0], effort)
    exact = np.concatenate([f.account.residual for f in scores.folds if f.account is not None] + [np.zeros(0)])
    residual = max(section.max_residual, float(np.abs(exact).max(initial=0.0)))
    return replace(section, explained=section.explained + len(exact), max_residual=residual)


def choose_products(
    labels: NDArray[np.int64], ranked: NDArray[np.int64], top: NDArray[np.float64], random_state: int
) -> Iterator[tuple[int, str]]:
    """Yield all products in a random order in which right, wrong and uncertain ones take turns.

    Parameters
    ----------
    labels : ndarray of shape (m,), int64
    ranked : ndarray of shape (m, 2), int64
        Predicted class and runner-up.
    top : ndarray of shape (m, 2), float64
        Their calibrated probabilities.
    random_state : int

    Yields
    ------
    tuple of (int, str)
        Position and kind. Uncertain are those with the least lead, whether right or wrong.
    """
    order = np.random.default_rng(random_state).permutation(len(labels)).tolist()
    unsure = set(np.argsort(top[:, 0] - top[:, 1], kind="stable")[: -(-len(labels) // round(1 / UNCERTAIN))].tolist())
    wrong = ranked[:, 0] != labels
    lines = {
        "right": [i for i in order if not wrong[i] and i not in unsure],
        "wrong": [i for i in order if wrong[i] and i not in unsure],
        "uncertain": [i for i in order if i in unsure],
    }
    for kind in cycle(KINDS):
        if not any(lines.values()):
            return
        if lines[kind]:
            yield lines[kind].pop(0), kind


def _product(material: Material, scores: OutOfFold, row: int) -> Product:
    """Return a tested product with the model of its fold."""
    fold = next(fold for fold in scores.folds if row in fold.rows)
    if fold.model is None:
        message = "a fold without a model was asked for one"
        raise DefectError(message)
    catalogue, at = material.place(row)
    photo = None if catalogue.photos is None else catalogue.photos[at]
    sound = None if catalogue.sounds is None else catalogue.sounds[at]
    number = int(material.problem.fold[row])
    inputs = material.problem.seen(number).take(np.array([row]))
    return Product(fold.model, material.recipe_of(number), inputs, photo, sound)


@dataclass(frozen=True)
class _Check:
    """What is kept of a product for a fit that goes on; None: it has nothing to check."""

    found: CrossCheck | None


def _checked(product: Product, readers: Readers, effort: Effort, *, again: bool) -> _Check:
    return _Check(cross_check(product, _subject(product, readers), effort, again=again))


def _subject(product: Product, readers: Readers) -> Subject:
    """Return the product as served, with its vectors taken apart."""
    splits = {
        name: Split(readers.text, tuple(reader.encode_parts(cells)[0] for reader in readers.text))
        for name, cells in product.inputs.texts.items()
        if cells[0].strip()
    }
    size = None
    if readers.image and product.photo is not None and product.inputs.dense[IMAGE_BLOCK].present[0]:
        parts = tuple(reader.encode_parts([product.photo])[0] for reader in readers.image)
        splits[IMAGE_BLOCK] = Split(readers.image, parts)
        height, width = load_photo(product.photo).shape[:2]
        size = (width, height)
    if readers.audio is not None and product.sound is not None and product.inputs.dense[AUDIO_BLOCK].present[0]:
        splits[AUDIO_BLOCK] = Split((readers.audio,), (readers.audio.encode_parts([product.sound])[0],))
    return Subject(product.inputs, splits, size)


def _summary(checks: Sequence[CrossCheck], kinds: dict[str, int], judged: str, effort: Effort) -> TrustSection:
    names = [name for name in METHODS if any(name in t.judged for t in checks)]
    others = [name for name in names if name != "chain"]
    seconds = {name: [t.seconds[name] for t in checks if name in t.seconds] for name in names}
    return TrustSection(
        products=len(checks),
        kinds=kinds,
        judged=judged,
        parts=float(np.median([t.parts for t in checks])),
        intervals=len(checks) >= ENOUGH,
        explained=sum(len({"chain", "chain-corrected"} & t.judged.keys()) for t in checks),
        max_residual=max(t.residual for t in checks),
        methods=tuple(_borne(name, [astuple(t.judged[name]) for t in checks if name in t.judged]) for name in names),
        ahead=tuple(
            _borne(
                name,
                [
                    tuple(np.subtract(astuple(t.judged["chain"]), astuple(t.judged[name])).tolist())
                    for t in checks
                    if name in t.judged
                ],
            )
            for name in others
        ),
        agreed=tuple(_agreed(n, [t.agreed[n] for t in checks if n in t.agreed]) for n in others if n != RANDOM),
        repeated=tuple(
            _agreed(n, [t.repeated[n] for t in checks if n in t.repeated])
            for n in names
            if any(n in t.repeated for t in checks)
        ),
        lime_samples=effort.lime_samples,
        shap_evaluations=effort.shap_evaluations,
        random_orders=effort.orders,
        corrected_parts=effort.corrected_parts,
        seconds={name: float(np.median(took)) for name, took in seconds.items() if took},
    )


def _borne(name: str, figures: Sequence[tuple[float, ...]]) -> MethodFaithfulness:
    table = np.array(figures, dtype=np.float64)
    means = {f.name: _interval(column) for f, column in zip(fields(Faithfulness), table.T, strict=True)}
    return MethodFaithfulness(name, len(figures), **means)


def _agreed(name: str, figures: Sequence[Agreement]) -> MethodAgreement:
    correlation, overlap = np.array([astuple(one) for one in figures], dtype=np.float64).T
    return MethodAgreement(name, len(figures), _interval(correlation), _interval(overlap))


def _interval(values: NDArray[np.float64]) -> Interval:
    """Return the mean, with its interval where there are enough products for one."""
    if len(values) < ENOUGH:
        return Interval(float(values.mean()), float(values.mean()), float(values.mean()))
    found = bootstrap_mean(values)
    return Interval.of(found)
