"""The exact account of one decision in words, picture regions and columns.

The evidence head splits a margin over its channels (`prodcls.explain.account`): a pool part that is linear in the
probe's score, and the booster's TreeSHAP share of it. This module carries both down to what the probe's score is made
of, as Chen, Lundberg and Lee (2022, Explaining a series of models by propagating Shapley values, Nature
Communications 13) carry Shapley values through a series of models: the pool part at the pool's own rate, which is
exact, and the booster's part in proportion (their rescale rule), within the bound of `bounded_rate`. What cannot be put
on a word, a region or a column keeps a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from prodcls.calibration import softmax
from prodcls.candidates import best_classes
from prodcls.errors import InputError
from prodcls.evidence import LEXICAL
from prodcls.explain.account import EvidenceAccount, explain_evidence, explain_rest, rest_weights
from prodcls.explain.attribution import Attribution, Part, certify, merged
from prodcls.explain.pieces import Pieces, carried
from prodcls.explain.product import REST
from prodcls.explain.reading import Difference, between, column_part, lexical_pieces, region_pieces, word_pieces
from prodcls.explain.subject import Subject
from prodcls.head import EvidenceHead, Margins
from prodcls.model import Model
from prodcls.nearest import nearest

__all__ = ["explain", "explain_many"]


def explain(model: Model, subject: Subject, a: str | None = None, b: str | None = None) -> Attribution:
    """Account for one decision.

    Parameters
    ----------
    model : Model
        With the evidence head.
    subject : Subject
    a : str, optional
        Class A; the predicted one by default.
    b : str, optional
        Class B; the most probable other one by default. `REST` stands for all others, unless a class is called so.

    Returns
    -------
    Attribution
        With a certificate: its parts sum to the served margin.

    Raises
    ------
    InputError
        Codes ``head-flat``, ``class-unknown``, ``class-same``.
    AdditivityError
        If the parts do not sum to the margin, or a probe's score is not the sum of its pieces.
    """
    return explain_many(model, subject, [(a, b)])[0]


def explain_many(
    model: Model, subject: Subject, pairs: Iterable[tuple[str | None, str | None]]
) -> tuple[Attribution, ...]:
    """Account for the margins of several pairs of classes; the product is scored once.

    Parameters
    ----------
    model : Model
    subject : Subject
    pairs : iterable of (str or None, str or None)
        As in `explain`.

    Returns
    -------
    tuple of Attribution
        One a pair, in their order.

    Raises
    ------
    InputError
        As in `explain`.
    AdditivityError
        As in `explain`.
    """
    if not isinstance(model.head, EvidenceHead):
        message = "a flat head has no account in words and regions: fit the bundle with --head evidence"
        raise InputError(message, code="head-flat")
    with _linear_algebra().limit(limits=1):  # so that the number of processors moves no digit
        margins = model.head.margins(subject.inputs)
        scene = _Scene(model.classes, model.head, subject, margins)
        return tuple(scene.account(a, b) for a, b in pairs)


@cache
def _linear_algebra() -> ThreadpoolController:
    return ThreadpoolController()


@dataclass(frozen=True)
class _Rival:
    """Class B: one class, or the mean of all others by their probabilities.

    Attributes
    ----------
    name : str
    number : int or None
    weights : ndarray of shape (K,), float64
        Sum to 1.
    """

    name: str
    number: int | None
    weights: NDArray[np.float64]

    def difference(self, a: int) -> Difference:
        """Return what takes an array of shape (..., K) to class ``a`` less class B."""
        if self.number is not None:
            return between(a, self.number)
        return lambda values: values[..., a] - values @ self.weights


@dataclass(frozen=True)
class _Scene:
    """A product that has been scored."""

    classes: tuple[str, ...]
    head: EvidenceHead
    subject: Subject
    margins: Margins

    @cached_property
    def _temperature(self) -> float:
        return float(self.head.calibration.temperatures(self.margins.total)[0])

    def account(self, first: str | None, second: str | None) -> Attribution:
        a = int(best_classes(self.margins.total, 1)[0, 0]) if first is None else self._number(first)
        rival = self._rival(a, second)
        probability = softmax(self.margins.total, self._temperature)[0]
        numbers = np.array([a])
        if rival.number is None:
            shares = explain_rest(self.head, self.margins, numbers)
        else:
            shares = explain_evidence(self.head, self.margins, numbers, np.array([rival.number]))
        parts = tuple(sorted(merged(self._parts(shares, rival.difference(a))), key=_rank))
        margin = float(shares.margin[0])
        return Attribution(
            id=self.subject.inputs.ids[0],
            method="chain",
            predicted=self.classes[a],
            versus=rival.name,
            probability=float(probability[a]),
            versus_probability=float(probability[np.flatnonzero(rival.weights)].sum()),
            margin=margin,
            parts=parts,
            certificate=certify(parts, margin),
        )

    def _number(self, name: str) -> int:
        if name not in self.classes:
            near = nearest(name, self.classes) or self.classes[:10]
            message = f"the model has no class {name!r}; the nearest are {', '.join(map(repr, near))}"
            raise InputError(message, code="class-unknown")
        return self.classes.index(name)

    def _rival(self, a: int, name: str | None) -> _Rival:
        if name == REST and REST not in self.classes:
            return _Rival(REST, None, rest_weights(self.head, self.margins, np.array([a]))[0])
        if name is None:
            number = next(int(c) for c in best_classes(self.margins.total, 2)[0] if c != a)
        else:
            number = self._number(name)
        if number == a:
            message = f"both classes are {self.classes[a]!r}: choose another with --versus"
            raise InputError(message, code="class-same")
        return _Rival(self.classes[number], number, np.eye(1, len(self.classes), number)[0])

    def _parts(self, shares: EvidenceAccount, difference: Difference) -> Iterable[Part]:
        rate = self.head.pool.weights / self._temperature
        values = (shares.values_a - shares.values_b)[0]
        for i, channel in enumerate(shares.channels):
            share = float(shares.pool[0, i] + shares.correction[0, i])
            whole = self._whole(channel.block, channel.kind, share)
            if whole is not None:
                yield whole
                continue
            pieces = self._pieces(channel.block, difference)
            yield from carried(pieces, channel.block, float(values[i]), float(rate[i]), float(shares.correction[0, i]))
        if shares.offset[0]:
            yield Part(REST, "context", "spread", float(shares.offset[0]))
        if shares.behind[0]:
            yield Part(REST, "context", "behind", float(shares.behind[0]))

    def _whole(self, block: str, kind: str, share: float) -> Part | None:
        """Return a channel's share as one part; None for a score that can be taken apart."""
        inputs = self.subject.inputs
        if kind == "prior":
            return Part(block, "evidence", "prior", share)
        if kind in ("typical", "affinity"):
            return column_part(inputs, block, share)
        if not self._present(block):
            return Part(block, "context", "missing", share)
        if kind in ("neighbours", "closest") or (block != LEXICAL and block not in self.subject.splits):
            return Part(block, "evidence", kind, share)
        return None

    def _present(self, block: str) -> bool:
        if block == LEXICAL:
            return self._terms is not None and self._terms.nnz > 0
        return bool(self.subject.inputs.dense[block].present[0])

    @cached_property
    def _terms(self) -> sp.csr_matrix | None:
        lexical = self.head.evidence.lexical
        return None if lexical is None else lexical.vocabulary.vectors(self.subject.inputs.joined_text())

    def _pieces(self, block: str, difference: Difference) -> Pieces:
        inputs = self.subject.inputs
        texts = {column: cells[0] for column, cells in inputs.texts.items()}
        model = self.head.evidence
        if block == LEXICAL:
            assert model.lexical is not None  # noqa: S101 - its channel would not be there
            return lexical_pieces(block, texts, model.lexical, self._terms, difference)
        split, probe = self.subject.splits[block], model.dense[block].probe
        if block not in texts:
            assert self.subject.photo_size is not None  # noqa: S101 - told with the split
            return region_pieces(block, self.subject.photo_size, split, probe, difference)
        return word_pieces(block, texts[block], split, probe, difference)


def _rank(part: Part) -> tuple[float, str, str, int, str]:
    return -abs(part.value), part.block, part.column, part.start or 0, part.label
