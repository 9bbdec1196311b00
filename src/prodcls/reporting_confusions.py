"""What tells the classes apart that are most often taken for each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from prodcls.audit_confusions import ConfusedPair, EvidenceGap, PairExample, PairNumber
from prodcls.evaluation import OutOfFold, Problem
from prodcls.evidence import LexicalBlock
from prodcls.explain.contrast import contrast_words
from prodcls.head import EvidenceHead
from prodcls.lexical import spelt
from prodcls.metrics import confusion_counts
from prodcls.reporting_accounts import Accounts

__all__ = ["confused_pairs"]

PAIRS = 5
WORDS = 8
"""Words for each class of a pair."""

READ = 300
"""Most products of a class whose words are read."""

TITLE = 80
"""Characters of a product's text."""


def confused_pairs(
    problem: Problem, scores: OutOfFold, probabilities: NDArray[np.float64], accounts: Accounts | None
) -> tuple[ConfusedPair, ...]:
    """Return the pairs with most errors, both ways counted.

    Parameters
    ----------
    problem : Problem
    scores : OutOfFold
        Of m rows.
    probabilities : ndarray of shape (m, K), float64
        Of the same rows, calibrated.
    accounts : Accounts or None
        Of the same rows; None with the flat head.

    Returns
    -------
    tuple of ConfusedPair
        Most errors first, at most `PAIRS`.
    """
    labels, ranked = problem.labels[scores.rows], scores.ranked
    counts = confusion_counts(labels, ranked[:, 0], len(problem.classes))
    both = np.triu(counts + counts.T, 1)
    order = np.argsort(-both, axis=None, kind="stable")[:PAIRS]
    found = []
    for a, b in zip(*np.unravel_index(order, both.shape), strict=True):
        if not both[a, b]:
            break
        first, second = (int(a), int(b)) if counts[a, b] >= counts[b, a] else (int(b), int(a))
        found.append(_Pair(problem, scores, labels, probabilities, (first, second)).told(counts, accounts))
    return tuple(found)


class _Pair:
    """Two classes, and the tested rows in which they meet."""

    def __init__(
        self,
        problem: Problem,
        scores: OutOfFold,
        labels: NDArray[np.int64],
        probabilities: NDArray[np.float64],
        pair: tuple[int, int],
    ) -> None:
        self.problem, self.scores, self.labels, self.probabilities, self.pair = (
            problem,
            scores,
            labels,
            probabilities,
            pair,
        )
        self.predicted = scores.ranked[:, 0]
        meet = np.isin(scores.ranked[:, :2], pair).all(axis=1) & np.isin(labels, pair)
        self.right, self.wrong = meet & (self.predicted == labels), meet & (self.predicted != labels)

    def told(self, counts: NDArray[np.int64], accounts: Accounts | None) -> ConfusedPair:
        a, b = self.pair
        words = self._words()
        return ConfusedPair(
            first=self.problem.classes[a],
            second=self.problem.classes[b],
            first_as_second=int(counts[a, b]),
            second_as_first=int(counts[b, a]),
            products=tuple(int((self.labels == k).sum()) for k in self.pair),
            between=(int(self.right.sum()), int(self.wrong.sum())),
            evidence=() if accounts is None else self._evidence(accounts),
            words_first=words[0],
            words_second=words[1],
            numbers=self._numbers(),
            examples=self._examples(),
        )

    def _evidence(self, accounts: Accounts) -> tuple[EvidenceGap, ...]:
        """Return the mean contribution of each block to the true class."""
        # An account speaks for the predicted class against the runner-up; where that is wrong, the other way round.
        gaps = []
        for block in dict.fromkeys(c.block for c in accounts.channels):
            said = accounts.shares[:, [c.block == block for c in accounts.channels]].sum(axis=1)
            right = float(said[self.right].mean()) if self.right.any() else None
            wrong = float(-said[self.wrong].mean()) if self.wrong.any() else None
            gaps.append(EvidenceGap(block, right, wrong))
        return tuple(sorted(gaps, key=lambda g: ((g.wrong or 0.0) - (g.right or 0.0), g.block)))

    def _words(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        model = self.scores.folds[0].model
        head = None if model is None else model.head
        block = head.evidence.lexical if isinstance(head, EvidenceHead) else None
        if block is None:
            return (), ()
        a, b = self.pair
        return self._for(block, a, b), self._for(block, b, a)

    def _for(self, block: LexicalBlock, one: int, other: int) -> tuple[str, ...]:
        rows = np.flatnonzero(self.problem.labels == one)[:READ]
        texts = self.problem.inputs.take(rows).joined_text()
        vectors = block.vocabulary.vectors(texts)
        weights = block.probe.weights.astype(np.float64)
        words = contrast_words(vectors, weights[:, one] - weights[:, other], block.vocabulary.words, WORDS)
        return spelt(words, texts)

    def _numbers(self) -> tuple[PairNumber, ...]:
        found = []
        for column, values in self.problem.inputs.numeric.items():
            known = [values[(self.problem.labels == k) & ~np.isnan(values)] for k in self.pair]
            medians = [float(np.median(v)) if len(v) else None for v in known]
            if any(m is not None for m in medians):
                found.append(PairNumber(column, *medians))
        return tuple(found)

    def _examples(self) -> tuple[PairExample, ...]:
        found = []
        for one, other in (self.pair, self.pair[::-1]):
            rows = np.flatnonzero((self.labels == one) & (self.predicted == other))
            if len(rows):
                at = int(rows[np.argmax(self.probabilities[rows, other])])
                found.append(self._example(at))
        return tuple(found)

    def _example(self, at: int) -> PairExample:
        inputs, row = self.problem.inputs, int(self.scores.rows[at])
        text = next((cells[row] for cells in inputs.texts.values() if cells[row]), "")
        title = " ".join(text.split())
        guess = int(self.predicted[at])
        return PairExample(
            inputs.ids[row],
            title if len(title) <= TITLE else title[: TITLE - 1] + "\u2026",
            self.problem.classes[self.labels[at]],
            self.problem.classes[guess],
            float(self.probabilities[at, guess]),
        )
