"""The exact account with its words, regions and segments weighed by the served model.

The fast account carries a block's share to these by what the probe's own sum says of each. That sum knows neither what
an encoder makes of a text without the word, nor what other words and blocks say in its place. Here the model is asked
again with some of them taken out, and with nothing but them kept, and what it says decides how the share is spread.
Blocks, columns and the certificate stay those of the fast account.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import scipy.special
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.explain.attribution import Attribution, Part, PartKind, certify
from prodcls.explain.chain import explain
from prodcls.explain.faithfulness import SHARES, part_key
from prodcls.explain.product import Product, class_numbers
from prodcls.explain.scorer import MaskScorer
from prodcls.explain.subject import Subject
from prodcls.explain.trial import Trial, units_of

__all__ = ["explain_corrected"]

WIDTH: dict[PartKind, int] = {"word": 24, "region": 48, "segment": 12}
"""Least number of units that are weighed again beside other ones, at each share of `SHARES`."""

PRIOR = 0.5
"""Weight of what the fast account and log odds say; it decides where the probability stays at 0 or 1."""

NEAR, TRIED = 12, 3
"""Units on either side of a border of the order that may change places, and how many of each are tried in pairs."""

SWAPS = 3
"""Most pairs that change places across one border."""

HELD = 0.98
"""Probability kept less probability left from which on a border is left as it is: there is nothing more to gain."""

GAIN = 0.001
"""Least probability that a change of places must gain."""


def explain_corrected(
    product: Product, subject: Subject, a: str | None = None, b: str | None = None, threads: int | None = None
) -> Attribution:
    """Account for one decision, words, regions and segments weighed by the served model.

    The two directions, A against B and B against A, are one account with its signs changed.

    Parameters
    ----------
    product : Product
        With the evidence head.
    subject : Subject
        The same product with its vectors taken apart.
    a : str, optional
        Class A; the predicted one by default.
    b : str, optional
        Class B, as in `prodcls.explain.chain.explain`.
    threads : int, optional
        Items encoded at a time; one a processor by default. No effect on the account.

    Returns
    -------
    Attribution
        What words, regions or segments of a block do not add up to is the part ``"together"``.

    Raises
    ------
    InputError
        As in `prodcls.explain.chain.explain`.
    AdditivityError
        As in `prodcls.explain.chain.explain`.
    """
    with threadpool_limits(1):  # so that the number of processors moves no digit
        return _either_way(product, subject, a, b, threads)


def _either_way(product: Product, subject: Subject, a: str | None, b: str | None, threads: int | None) -> Attribution:
    """Follow the class that is ahead, whichever of the two is asked about."""
    chain = explain(product.model, subject, a, b)
    classes = product.model.classes
    numbers = class_numbers(classes, chain.predicted, chain.versus)
    if numbers[1] is not None and (chain.margin, numbers[0]) < (0.0, numbers[1]):
        chain = explain(product.model, subject, chain.versus, chain.predicted)
        return _reversed(_corrected(product, chain, threads))
    return _corrected(product, chain, threads)


def _corrected(product: Product, chain: Attribution, threads: int | None) -> Attribution:
    scorer = MaskScorer(product, threads=threads)
    numbers = class_numbers(product.model.classes, chain.predicted, chain.versus)
    weighed: list[Part] = []
    for kind, width in WIDTH.items():
        units = units_of(scorer, chain, kind)
        if units is not None:
            values = units.spread(_weigh(Trial(scorer, units, *numbers), width)).tolist()
            weighed += [replace(scorer.players[i], value=v) for i, v in zip(units.players, values, strict=True)]
    parts = tuple(sorted(_spread(chain.parts, weighed), key=lambda p: (-abs(p.value), p.block, p.column, p.start or 0)))
    return replace(chain, method="chain-corrected", parts=parts, certificate=certify(parts, chain.margin))


def _reversed(found: Attribution) -> Attribution:
    parts = tuple(replace(part, value=-part.value) for part in found.parts)
    return replace(
        found,
        predicted=found.versus,
        versus=found.predicted,
        probability=found.versus_probability,
        versus_probability=found.probability,
        margin=-found.margin,
        parts=parts,
        certificate=certify(parts, -found.margin),
    )


def _weigh(trial: Trial, width: int) -> NDArray[np.float64]:
    """Return what each unit changes when it is taken out and when it is kept, shape (units,).

    First each unit by itself: taken out of the whole, and put into nothing. Then, for the top 5, 10, 20 and 50% so far,
    the units of the top and those that come next beside the others of the top: with these out, and with nothing but
    these kept. The changes of the probability of class A add up. They are marginal contributions, as in a Shapley
    value, for the coalitions at both ends that the order itself leads through. Later ones can lead astray, so of the
    sums on the way the one is taken whose order holds best. In it units change places where the model says so.
    """
    n = trial.units.count
    counts = sorted({int(np.ceil(share * n)) for share in SHARES})
    out, kept = trial.changes(np.zeros(n, dtype=np.bool_), np.arange(n))
    prior = [trial.units.summed(), out[0] - out[1], kept[0] - kept[1]]
    tried = [np.sum([_of_unit_size(values) for values in prior], axis=0)]
    tried.append(_gain(out, kept) + PRIOR * tried[0])
    for count in counts:
        order, top = trial.order(tried[-1]), np.zeros(n, dtype=np.bool_)
        top[order[:count]] = True
        near = slice(max(0, count - width // 2), count + width // 2) if 2 * count >= n else slice(max(width, 2 * count))
        weights = tried[-1].copy()
        weights[order[near]] += _gain(*trial.changes(top, order[near]))
        tried.append(weights)

    def holds(found: NDArray[np.float64]) -> float:
        return float(trial.hold(trial.tops(found, counts)).mean())

    best = max(tried, key=holds)
    return max(_settled(trial, best, counts), best, key=holds)


def _settled(trial: Trial, weights: NDArray[np.float64], counts: list[int]) -> NDArray[np.float64]:
    """Let units change places across the borders at ``counts``, the last border first.

    Behind a border only the units up to the next one may come forward, so that what was gained at later ones stays.
    """
    for count, end in reversed(list(itertools.pairwise([*counts, trial.units.count]))):
        for _ in range(SWAPS):
            better = _swapped(trial, weights, count, end)
            if better is None:
                break
            weights = better
    return weights


def _swapped(trial: Trial, weights: NDArray[np.float64], count: int, end: int) -> NDArray[np.float64] | None:
    """Return the weights with two units exchanged so that the first ``count`` hold better; None without such a pair.

    Those that bring least in front of the border are tried against those that would bring most behind it.
    """
    order, (top,) = trial.order(weights), trial.tops(weights, [count])
    now = float(trial.hold(top[None])[0])
    front, behind = order[max(0, count - NEAR) : count], order[count : min(end, count + NEAR)]
    if now >= HELD or not len(behind):
        return None
    gains = _gain(*trial.changes(top, np.concatenate([front, behind])))
    least = front[np.argsort(gains[: len(front)], kind="stable")[:TRIED]]
    most = behind[np.argsort(-gains[len(front) :], kind="stable")[:TRIED]]
    pairs = np.array(list(itertools.product(least, most)))
    tops = np.tile(top, (len(pairs), 1))
    tops[np.arange(len(pairs))[:, None], pairs] ^= True
    held = trial.hold(tops)
    best = pairs[held.argmax()]
    if held.max() <= now + GAIN:
        return None
    better = weights.copy()
    better[best] = weights[best[::-1]]
    return better


def _gain(out: NDArray[np.float64], kept: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the changes of probability by what `Trial.changes` gives."""
    p_out, p_kept = scipy.special.expit(out), scipy.special.expit(kept)
    gain: NDArray[np.float64] = p_out[0] - p_out[1] + p_kept[0] - p_kept[1]
    return gain


def _of_unit_size(values: NDArray[np.float64]) -> NDArray[np.float64]:
    size = float(np.abs(values).sum())
    return values / size if size > 0 else np.zeros_like(values)


def _spread(parts: tuple[Part, ...], weighed: Sequence[Part]) -> Iterable[Part]:
    """Yield the parts with what each player has changed by as ``weighed`` says.

    A word that several blocks read changes in each in proportion to what the block says of it; one of which none says
    anything changes in the block of its column. What a block's sum would change by is set aside, so that it does not.
    """
    values = {part_key(part): part.value for part in weighed}
    shares: dict[tuple[object, ...], float] = {}
    sizes: dict[tuple[object, ...], float] = {}
    for part in parts:
        key = part_key(part)
        if key in values:
            shares[key] = shares.get(key, 0.0) + part.value
            sizes[key] = sizes.get(key, 0.0) + abs(part.value)
    together: dict[str, float] = {}
    for part in parts:
        key = part_key(part)
        if not sizes.get(key):
            yield part
            continue
        value = part.value + (values[key] - shares[key]) * abs(part.value) / sizes[key]
        together[part.block] = together.get(part.block, 0.0) + part.value - value
        yield replace(part, value=value)
    for part in weighed:
        if part.value and not sizes.get(part_key(part)):
            together[part.block] = together.get(part.block, 0.0) - part.value
            yield part
    yield from (Part(block, "context", "together", value) for block, value in together.items() if value)
