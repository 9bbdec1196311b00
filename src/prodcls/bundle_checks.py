"""What must hold of a model read from a bundle: shapes, finite numbers, and margins it gave when it was saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from prodcls.bundle_products import Products
from prodcls.candidates import candidate_evidence, feature_channels
from prodcls.conformal import SetRule
from prodcls.errors import BundleError
from prodcls.evidence import EvidenceModel
from prodcls.flat import FlatModel, flat_probabilities
from prodcls.head import EvidenceHead, Margins
from prodcls.inputs import Inputs
from prodcls.model import Model
from prodcls.preparation import Recipe
from prodcls.probes import Probe
from prodcls.selective import Automation
from prodcls.usual import Usual

__all__ = [
    "CANARIES",
    "Canary",
    "FlatCanary",
    "canary_rows",
    "check_automation",
    "check_leaves",
    "check_model",
    "check_products",
    "check_recipe",
    "check_sets",
    "make_canary",
    "replay",
]

CANARIES = 5
"""Training products whose scores are kept."""

MAX_IDF = 100.0
"""Beyond the weight of a word: one more than the logarithm of a number of texts."""

TOLERANCE = 1e-9
"""Largest difference of a replayed score, logits or probability."""


@dataclass(frozen=True)
class FlatCanary:
    """Products as the flat head sees them and the class probabilities, shape (n, K), that it gave them."""

    inputs: Inputs
    probabilities: NDArray[np.float64]


Canary = Margins | FlatCanary
"""What a head gave some of its training products; of the evidence head from the channel values on."""


def canary_rows(n: int) -> NDArray[np.intp]:
    """Return which of n training products are kept with their scores: `CANARIES` of them, evenly spaced."""
    return np.unique(np.linspace(0, n - 1, CANARIES).astype(np.intp))


def make_canary(model: Model, inputs: Inputs) -> Canary:
    """Score `CANARIES` of the training products, evenly spaced.

    Parameters
    ----------
    model : Model
    inputs : Inputs
        Training products, at least one.

    Returns
    -------
    Margins or FlatCanary
    """
    chosen = inputs.take(canary_rows(len(inputs)))
    if isinstance(model.head, FlatModel):
        return FlatCanary(chosen, flat_probabilities(model.head, chosen))
    return model.head.margins(chosen)


def replay(model: Model, canary: Canary) -> float:
    """Score the kept products again and compare.

    Parameters
    ----------
    model : Model
    canary : Margins or FlatCanary

    Returns
    -------
    float
        Largest difference, logits or probability.

    Raises
    ------
    BundleError
        Code ``bundle-canary``, if a score differs by more than `TOLERANCE`; ``bundle-content``, if the products do
        not fit the model.
    """
    if isinstance(model.head, FlatModel):
        if not isinstance(canary, FlatCanary):
            _refuse("canary", "is of another head")
        return _compare(flat_probabilities(model.head, canary.inputs), canary.probabilities)
    if not isinstance(canary, Margins):
        _refuse("canary", "is of another head")
    described = model.head.evidence.channels
    n, m = _sides("canary candidates", canary.candidates)
    _check("canary channels", canary.channels, (n, len(model.classes), len(described)))
    _check_numbers("canary candidates", canary.candidates, (n, m), len(model.classes))
    pooled, corrections = model.head.pool.scores(canary.channels), np.zeros((n, m))
    if model.head.booster is not None:
        evidence = candidate_evidence(canary.channels, canary.candidates, described)
        raw = model.head.booster.predict(evidence.reshape(n * m, -1), raw_score=True, num_threads=1)
        corrections = np.reshape(raw, (n, m)) - model.head.level
    total = pooled - model.head.calibration.behind
    np.put_along_axis(
        total, canary.candidates, np.take_along_axis(pooled, canary.candidates, axis=1) + corrections, axis=1
    )
    pairs = ((pooled, canary.pooled), (corrections, canary.corrections), (total, canary.total))
    return max(_compare(now, then) for now, then in pairs)


def _compare(now: NDArray[np.float64], then: NDArray[np.float64]) -> float:
    """Return the largest difference; raises BundleError where it is beyond `TOLERANCE`."""
    difference = float(np.max(np.abs(now - then), initial=0.0)) if now.shape == then.shape else np.inf
    if not difference <= TOLERANCE:
        raise BundleError(
            f"the model gives its own training products other scores than when it was saved (by {difference:.3g}): "
            "compare the versions in the manifest with the installed ones, or fit it again",
            code="bundle-canary",
        )
    return difference


def check_model(model: Model) -> None:
    """Hold the arrays of a model against each other.

    Parameters
    ----------
    model : Model

    Raises
    ------
    BundleError
        Code ``bundle-content``, naming what does not fit.
    """
    n_classes = len(model.classes)
    if n_classes < 2 or list(model.classes) != sorted(set(model.classes)):
        _refuse("classes", "are not at least two different names in order")
    if isinstance(model.head, FlatModel):
        _check_flat(model.head, n_classes)
    else:
        _check_evidence_head(model.head, n_classes)


def check_leaves(model: Model, leaves: NDArray[np.int32]) -> None:
    """Hold the leaves of the training products against the booster.

    Parameters
    ----------
    model : Model
    leaves : ndarray of shape (n, trees), int32

    Raises
    ------
    BundleError
        Code ``bundle-content``, if there are others than the booster has.
    """
    _, trees = _sides("leaves", leaves)
    booster = None if isinstance(model.head, FlatModel) else model.head.booster
    if trees and (booster is None or trees != booster.num_trees()):
        _refuse("leaves", "are of other trees than the booster's")
    if leaves.size and leaves.min() < 0:
        _refuse("leaves", "have negative numbers")


def check_sets(model: Model, sets: SetRule | None) -> None:
    """Hold the thresholds of prediction sets against the classes.

    Parameters
    ----------
    model : Model
    sets : SetRule or None

    Raises
    ------
    BundleError
        Code ``bundle-content``, if they are of other classes, or no thresholds of a probability.
    """
    if sets is None:
        return
    _check("set thresholds", sets.thresholds, (len(model.classes),))
    _check("set promises", sets.promised, (len(model.classes),))
    if sets.thresholds.min() < 0 or sets.thresholds.max() > 1 or not 0 < sets.coverage < 1:
        _refuse("set thresholds", "are not within 0 to 1")


def check_recipe(recipe: Recipe) -> None:
    """Hold the adapters of a recipe against each other.

    Parameters
    ----------
    recipe : Recipe

    Raises
    ------
    BundleError
        Code ``bundle-content``, if one changes no encoder of the recipe, or its two sides do not fit each other.
    """
    changed = [adapter.encoder for adapter in recipe.adapters]
    if len(set(changed)) < len(changed) or not set(changed) <= set(recipe.text_encoders):
        _refuse("adapters", "do not belong to the text encoders")
    for adapter in recipe.adapters:
        if not adapter.down or sorted(adapter.down) != sorted(adapter.up):
            _refuse("adapters", "lack one side of a map")
        for name, down in adapter.down.items():
            rank, width = _sides(name, down)
            _check(name, down, (rank, width))
            _check(name, adapter.up[name], (_sides(name, adapter.up[name])[0], rank))


def check_automation(automation: Automation | None) -> None:
    """Hold what thresholds follow from against itself.

    Parameters
    ----------
    automation : Automation or None

    Raises
    ------
    BundleError
        Code ``bundle-content``, if it holds no certainties, or is of other products than those that were tested.
    """
    if automation is None:
        return
    (rows,) = automation.right.shape if automation.right.ndim == 1 else (-1,)
    _check("certainty", automation.certainty, (rows,))
    _check("certainty", automation.single, (rows,))
    if rows and (automation.certainty.min() < 0 or automation.certainty.max() > 1):
        _refuse("certainty", "is not within 0 to 1")
    if automation.tested < rows:
        _refuse("certainty", "is of more products than were tested")


def check_products(products: Products, model: Model, leaves: NDArray[np.int32]) -> None:
    """Hold the training products against what else a bundle keeps of them.

    Parameters
    ----------
    products : Products
    model : Model
    leaves : ndarray of shape (n, trees), int32

    Raises
    ------
    BundleError
        Code ``bundle-content``, naming what does not fit.
    """
    if leaves.shape[1] and len(leaves) != len(products):
        _refuse("leaves", "are of another number of products")
    if not isinstance(model.head, FlatModel):
        for name, block in model.head.evidence.dense.items():
            if name not in products.present or products.present[name].sum() != len(block.neighbours.vectors):
                _refuse(f"{name} neighbours", "are of other products than the training catalogue's")
    known = set(model.classes)
    for said, probability in zip(products.judged.classes, products.judged.probabilities, strict=True):
        if said is not None and not (said in known and 0 <= probability <= 1):
            _refuse("out-of-fold class", "is none, or has no probability")


def _check_flat(head: FlatModel, n_classes: int) -> None:
    trees = 1 if n_classes == 2 else n_classes
    if head.classes != n_classes or head.booster.num_model_per_iteration() != trees:
        _refuse("flat head", f"is not of {n_classes} classes")
    if head.booster.num_feature() != len(head.columns):
        _refuse("flat head", "has another number of columns than its booster")


def _check_evidence_head(head: EvidenceHead, n_classes: int) -> None:
    _check_evidence(head.evidence, n_classes)
    described = head.evidence.channels
    _check("pool weights", head.pool.weights, (len(described),))
    plain = head.pool.weights + head.balance * np.array([c.kind == "prior" for c in described])
    if not (np.isfinite(head.balance) and plain.min() > -TOLERANCE):
        _refuse("pool weights", "are negative")
    served = head.calibration
    numbers = np.array([head.level, served.sure, served.unsure, served.behind])
    if not (np.isfinite(numbers).all() and min(served.sure, served.unsure) > 0 and served.behind >= 0):
        _refuse("calibration or level", "is not a usable number")
    _check_usual(head.usual, head.evidence)
    if head.booster is not None:
        features = len(feature_channels(described))
        if (head.booster.num_feature(), head.booster.num_model_per_iteration()) != (features, 1):
            _refuse("booster", f"does not score {features} pieces of evidence")


def _check_usual(usual: Usual, evidence: EvidenceModel) -> None:
    nearest = {c.key for c in evidence.channels if c.kind == "closest"}
    if (
        set(usual.blocks) != nearest
        or len(usual.blocks) != len(nearest)
        or not usual.far.keys() <= evidence.numeric.keys()
    ):
        _refuse("what is usual", "is of other evidence")
    for values in (usual.middle, usual.spread):
        _check("what is usual", values, (len(nearest),))
    limits = [*usual.far.values(), *(() if usual.remote is None else (usual.remote,))]
    if not (usual.spread > 0).all() or not np.isfinite(limits).all():
        _refuse("what is usual", "is no usable number")


def _check_evidence(evidence: EvidenceModel, n_classes: int) -> None:
    for name, block in evidence.dense.items():
        rows, width = _sides(f"{name} neighbours", block.neighbours.vectors)
        _check(f"{name} neighbours", block.neighbours.vectors, (rows, width))
        _check_probe(name, block.probe, width, n_classes)
        _check_numbers(f"{name} neighbours", block.neighbours.labels, (rows,), n_classes)
        if not rows or block.neighbours.count < 1:
            _refuse(f"{name} neighbours", "are none")
    if evidence.lexical is not None:
        words = evidence.lexical.vocabulary
        _check("vocabulary", words.idf, (len(words.words),))
        if words.idf.size and not (words.idf.min() > 0 and words.idf.max() < MAX_IDF):
            _refuse("vocabulary", "weighs a word as no count of texts can")
        _check_probe("lexical", evidence.lexical.probe, len(words.words), n_classes)
    for name, number in evidence.numeric.items():
        for values in (number.mean, number.deviation):
            _check(name, values, (n_classes,))
        if not (np.isfinite(number.overall).all() and number.deviation.min() > 0 and number.overall[1] > 0):
            _refuse(name, "has a mean or deviation that is not usable")
    for name, category in evidence.categorical.items():
        _check(name, category.log_ratio, (len(category.values), n_classes))
    _check("prior", evidence.log_prior, (n_classes,))


def _check_probe(name: str, probe: Probe, width: int, n_classes: int) -> None:
    _check(f"{name} probe", probe.weights, (width, n_classes))
    _check(f"{name} probe", probe.intercept, (n_classes,))


def _sides(name: str, array: NDArray[Any]) -> tuple[int, int]:
    if array.ndim != 2:
        _refuse(name, f"has {array.ndim} axes where 2 are meant")
    return array.shape[0], array.shape[1]


def _check(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        _refuse(name, f"has the shape {array.shape} where {shape} is meant")
    if not np.isfinite(array).all():
        _refuse(name, "holds a number that is not finite")


def _check_numbers(name: str, array: NDArray[np.int64], shape: tuple[int, ...], n_classes: int) -> None:
    _check(name, array, shape)
    if array.size and not (array.min() >= 0 and array.max() < n_classes):
        _refuse(name, "names a class that there is not")


def _refuse(name: str, what: str) -> NoReturn:
    message = f"{name} {what}: the bundle is not one that this version wrote; fit it again"
    raise BundleError(message, code="bundle-content")
