"""The accounts that the audit shows: global evidence over a sample, and dossiers of chosen products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from prodcls.audit import Beeswarm, ExplanationSection
from prodcls.evaluation import OutOfFold
from prodcls.evidence import Channel
from prodcls.explain.account import EvidenceAccount

__all__ = ["SUSPECT", "Accounts", "choose_dossiers", "explanation_section", "gather_accounts", "in_words"]

SAMPLE = 500
"""Most products drawn in the beeswarm."""

SUSPECT = 0.9
"""Probability of another class from which on a label is in doubt."""

_WORDS = {
    "score": "{block}: fit to the class",
    "neighbours": "{block}: most similar products",
    "closest": "{block}: closest product of the class",
    "typical": "{block}: typical for the class",
    "affinity": "{block}: goes with the class",
    "prior": "how common the class is",
}


@dataclass(frozen=True)
class Accounts:
    """Accounts of all tested products, predicted class against runner-up.

    Attributes
    ----------
    channels : tuple of Channel
        Length C.
    values_a, values_b, shares : ndarray of shape (m, C), float64
    margin, residual : ndarray of shape (m,), float64
    """

    channels: tuple[Channel, ...]
    values_a: NDArray[np.float64]
    values_b: NDArray[np.float64]
    shares: NDArray[np.float64]
    margin: NDArray[np.float64]
    residual: NDArray[np.float64]


def gather_accounts(scores: OutOfFold) -> Accounts | None:
    """Return the accounts of all folds in the order of ``scores.rows``; None for the flat head.

    A channel that a fold's model lacks, for want of rows, has no share there.
    """
    found = [f.account for f in scores.folds]
    accounts = [a for a in found if a is not None]
    if not accounts or len(accounts) < len(found):
        return None
    channels = tuple(dict.fromkeys(c for a in accounts for c in a.channels))
    order = np.argsort(np.concatenate([f.rows for f in scores.folds]))

    def columns(name: str) -> NDArray[np.float64]:
        return np.concatenate([_aligned(a, getattr(a, name), channels) for a in accounts])[order]

    return Accounts(
        channels,
        columns("values_a"),
        columns("values_b"),
        columns("shares"),
        np.concatenate([a.margin for a in accounts])[order],
        np.concatenate([a.residual for a in accounts])[order],
    )


def _aligned(
    account: EvidenceAccount, values: NDArray[np.float64], channels: tuple[Channel, ...]
) -> NDArray[np.float64]:
    out = np.zeros((len(values), len(channels)))
    out[:, [channels.index(c) for c in account.channels]] = values
    return out


def in_words(channel: Channel) -> str:
    """Return the name of a channel in English, for readers of the JSON file."""
    return _WORDS[channel.kind].format(block=channel.block)


def explanation_section(accounts: Accounts, random_state: int) -> ExplanationSection:
    """Sum up what the model relied on over a random sample of the tested products."""
    m = len(accounts.margin)
    rng = np.random.default_rng(random_state)
    sample = np.sort(rng.permutation(m)[:SAMPLE])
    shares = accounts.shares[sample]
    difference = (accounts.values_a - accounts.values_b)[sample]
    mean = np.abs(shares).mean(axis=0)
    swarm = [
        Beeswarm(
            name=in_words(channel),
            block=channel.block,
            mean_abs=float(mean[i]),
            contributions=tuple(shares[:, i].tolist()),
            levels=tuple(_ranks(difference[:, i]).tolist()),
            key=channel.key,
        )
        for i, channel in enumerate(accounts.channels)
    ]
    total = max(float(mean.sum()), 1e-12)
    blocks = dict.fromkeys((c.block for c in accounts.channels), 0.0)
    for i, channel in enumerate(accounts.channels):
        blocks[channel.block] += float(mean[i]) / total
    return ExplanationSection(
        block_shares=dict(sorted(blocks.items(), key=lambda item: -item[1])),
        beeswarm=tuple(sorted(swarm, key=lambda s: -s.mean_abs)),
        sampled=len(sample),
        max_residual=float(np.abs(accounts.residual).max()),
    )


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return average ranks in [0, 1]; all 0.5 where the values are equal."""
    ranks: NDArray[np.float64] = (scipy.stats.rankdata(values) - 0.5) / len(values)
    return ranks


def choose_dossiers(
    labels: NDArray[np.int64], ranked: NDArray[np.int64], top: NDArray[np.float64], count: int
) -> list[tuple[int, str]]:
    """Choose products whose accounts a reader should see.

    Parameters
    ----------
    labels : ndarray of shape (m,), int64
    ranked : ndarray of shape (m, 2), int64
        Predicted class and runner-up.
    top : ndarray of shape (m, 2), float64
        Their calibrated probabilities.
    count : int

    Returns
    -------
    list of (int, str)
        Row and kind: a quarter each has its label in doubt, is another error, and is uncertain; the others are right.
        Where one kind runs out the next ones fill its places.
    """
    predicted = ranked[:, 0]
    confidence = top[:, 0]
    wrong = predicted != labels
    right = _one_a_class(np.flatnonzero(~wrong), labels, confidence)
    errors = [int(i) for i in np.argsort(-confidence, kind="stable") if wrong[i]]
    suspects = [i for i in errors if confidence[i] >= SUSPECT]
    unsure = [int(i) for i in np.argsort(top[:, 0] - top[:, 1], kind="stable")]
    share = -(-count // 4)
    chosen: dict[int, str] = dict.fromkeys(suspects[:share], "suspect")
    for i in [i for i in errors if i not in suspects] + suspects[share:]:
        if len(chosen) >= 2 * share:
            break
        chosen[i] = "suspect" if confidence[i] >= SUSPECT else "wrong"
    for i in [i for i in unsure if i not in chosen][:share]:
        chosen[i] = "uncertain"
    for i in [i for i in right if i not in chosen] + [i for i in unsure if i not in chosen]:
        if len(chosen) >= count:
            break
        chosen.setdefault(i, "wrong" if wrong[i] else "right")
    order = {"right": 0, "wrong": 1, "suspect": 2, "uncertain": 3}
    return sorted(list(chosen.items())[:count], key=lambda item: (order[item[1]], item[0]))


def _one_a_class(rows: NDArray[np.intp], labels: NDArray[np.int64], confidence: NDArray[np.float64]) -> list[int]:
    """Return ``rows`` so that every class comes once before any comes twice, typical confidence first."""
    typical = np.abs(confidence[rows] - np.median(confidence[rows])) if len(rows) else np.empty(0)
    seen: dict[int, int] = {}
    ranked: list[tuple[int, int, int]] = []
    for i in rows[np.argsort(typical, kind="stable")]:
        seen[int(labels[i])] = seen.get(int(labels[i]), 0) + 1
        ranked.append((seen[int(labels[i])], len(ranked), int(i)))
    return [i for _, _, i in sorted(ranked)]
