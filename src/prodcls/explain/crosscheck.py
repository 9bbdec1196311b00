"""One product's account, held against independent methods and against chance, with the model as the judge.

The predicted class is explained against all others together, since what is judged is its probability. The words of the
whole product are judged; without a text, the regions of its photo; without either, the segments of its sound. What is
not judged stays in place throughout: a photo seldom decides anything beside a text, and every masked one would have to
be read again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from prodcls.explain.attribution import Attribution, PartKind
from prodcls.explain.chain import explain
from prodcls.explain.corrected import explain_corrected
from prodcls.explain.faithfulness import Agreement, Faithfulness, agreement, judge, stability, values_on
from prodcls.explain.lime_witness import Lime
from prodcls.explain.product import REST, Product
from prodcls.explain.scorer import MaskScorer, item_seed
from prodcls.explain.shap_witness import Shap
from prodcls.explain.subject import Subject

__all__ = ["CrossCheck", "Effort", "cross_check", "judged_kind"]


JUDGED: tuple[PartKind, ...] = ("word", "region", "segment")
"""What is judged, the first kind that a product has."""


@dataclass(frozen=True)
class Effort:
    """How much is asked of the model for one product; an item read again by an encoder takes some milliseconds.

    Attributes
    ----------
    lime_samples : int
        Variants that LIME draws.
    shap_evaluations : int
        Variants that SHAP asks for.
    orders : int
        Random orders.
    corrected_parts : int
        Most words, regions or segments with which the corrected account is made: its time grows faster than these.
    threads : int or None
        Items encoded at a time; one a processor by default. No effect on any figure.
    """

    lime_samples: int = 150
    shap_evaluations: int = 200
    orders: int = 5
    corrected_parts: int = 40
    threads: int | None = None


@dataclass(frozen=True)
class CrossCheck:
    """What was found of one product's account.

    Attributes
    ----------
    parts : int
        Words, regions or segments that were judged.
    judged : dict of str to Faithfulness
        By method, and `prodcls.explain.faithfulness.RANDOM`.
    agreed : dict of str to Agreement
        Of each other method with the exact account.
    repeated : dict of str to Agreement
        Of a method with itself, asked again with another seed; empty where that was not asked for.
    residual : float
        Largest distance of an exact account's sum from the margin, logits.
    seconds : dict of str to float
        Wall time by method.
    """

    parts: int
    judged: dict[str, Faithfulness]
    agreed: dict[str, Agreement]
    repeated: dict[str, Agreement]
    residual: float
    seconds: dict[str, float]


def judged_kind(product: Product) -> PartKind:
    """Return what is judged of a product: its words, else the regions of its photo, else the segments of its sound."""
    if any(cells[0].strip() for cells in product.inputs.texts.values()):
        return "word"
    return "segment" if product.photo is None else "region"


def cross_check(
    product: Product, subject: Subject, effort: Effort | None = None, *, again: bool = False
) -> CrossCheck | None:
    """Hold the exact account of a product's predicted class against other methods, chance and the model.

    Parameters
    ----------
    product : Product
        With the evidence head.
    subject : Subject
        The same product with its vectors taken apart.
    effort : Effort, optional
    again : bool, default False
        Ask the exact account and LIME a second time, with another seed.

    Returns
    -------
    CrossCheck or None
        None where there are fewer than two words, regions or segments to tell apart.
    """
    effort, kind = effort or Effort(), judged_kind(product)
    product = replace(product, photo=product.photo if kind == "region" else None)
    product = replace(product, sound=product.sound if kind == "segment" else None)
    scorer = MaskScorer(product, threads=effort.threads)
    players = [scorer.players[i] for i in scorer.positions(kind)]
    if len(players) < 2:
        return None
    number = int(product.model.probabilities(product.inputs)[0].argmax())
    asked = _Asked(product, subject, kind, effort, product.model.classes[number])
    corrected = len(players) <= effort.corrected_parts
    names = ("chain", *(("chain-corrected",) if corrected else ()), "lime", "shap")
    accounts, seconds = {}, {}
    for name in names:
        started = time.perf_counter()
        accounts[name] = asked.account(name)
        seconds[name] = time.perf_counter() - started
    values = {name: values_on(account, players) for name, account in accounts.items()}
    second = {name: values_on(asked.account(name, 1), players) for name in ("chain", "lime") if again}
    seed = item_seed(product.id)
    return CrossCheck(
        parts=len(players),
        judged=judge(scorer, accounts, (kind,), number, draws=effort.orders),
        agreed={name: agreement(values["chain"], v, seed) for name, v in values.items() if name != "chain"},
        repeated={name: _same(values[name], v) for name, v in second.items()},
        residual=max(abs(x.certificate.residual) for x in accounts.values() if x.certificate is not None),
        seconds=seconds,
    )


@dataclass(frozen=True)
class _Asked:
    """A product that every method is asked about: why class A and none of the others."""

    product: Product
    subject: Subject
    kind: PartKind
    effort: Effort
    a: str

    def account(self, name: str, draw: int = 0) -> Attribution:
        """Return what a method says; ``draw`` numbers its random draws, where it makes any."""
        threads = self.effort.threads
        if name == "chain":
            return explain(self.product.model, self.subject, self.a, REST)
        if name == "chain-corrected":
            return explain_corrected(self.product, self.subject, self.a, REST, threads)
        if name == "shap":
            return Shap(self.effort.shap_evaluations, threads).explain(self.product, self.a, REST)
        # LIME makes a local model of its own for each kind of part: only what is judged needs one.
        texts, photos, sounds = (self.effort.lime_samples * (self.kind == kind) for kind in JUDGED)
        return Lime(texts, photos, 0, sounds, draw=draw, threads=threads).explain(self.product, self.a, REST)


def _same(first: NDArray[np.float64], second: NDArray[np.float64]) -> Agreement:
    """Return how far two draws of one method agree; wholly where they are equal to the bit."""
    return Agreement(1.0, 1.0) if np.array_equal(first, second) else stability([first, second])
