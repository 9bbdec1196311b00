"""The exact accounts of decisions in words, picture regions and columns.

The evidence head splits a margin over its channels (`prodcls.explain.account`): a pool part that is linear in the
probe's score, and the booster's TreeSHAP share of it. This module carries both down to what the probe's score is made
of, as Chen, Lundberg and Lee (2022, Explaining a series of models by propagating Shapley values, Nature
Communications 13) carry Shapley values through a series of models: the pool part at the pool's own rate, which is
exact, and the booster's part in proportion (their rescale rule), within the bound of `bounded_rate`. What cannot be put
on a word, a region or a column keeps a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from prodcls.calibration import softmax
from prodcls.candidates import best_classes
from prodcls.errors import InputError
from prodcls.evidence import LEXICAL
from prodcls.explain.account import EvidenceAccount, explain_evidence, explain_rest, rest_weights
from prodcls.explain.attribution import Attribution, Certificate, Line, certified, merged
from prodcls.explain.lines import Gathering, Lines
from prodcls.explain.pieces import Pieces, carried
from prodcls.explain.product import REST
from prodcls.explain.reading import Difference, between, column_part, lexical_pieces
from prodcls.head import EvidenceHead, Margins
from prodcls.inputs import Inputs
from prodcls.model import Model
from prodcls.nearest import nearest

__all__ = ["Account", "Decisions", "SplitPieces", "decide"]

SplitPieces = Callable[[int, str, Difference], Pieces | None]
"""Takes the place of a product, a block and a difference of two classes; returns the pieces of the block's score, None
where it keeps its share as a whole."""


@dataclass(frozen=True)
class Account:
    """An account of one decision, its parts as rows.

    Attributes
    ----------
    id, predicted, versus, probability, versus_probability, margin
        As in `Attribution`.
    lines : Lines
        Its parts, largest absolute value first.
    certificate : Certificate
    """

    id: str
    predicted: str
    versus: str
    probability: float
    versus_probability: float
    margin: float
    lines: Lines
    certificate: Certificate

    def attribution(self) -> Attribution:
        """Return the same as what a reader is shown."""
        return Attribution(
            id=self.id,
            method="chain",
            predicted=self.predicted,
            versus=self.versus,
            probability=self.probability,
            versus_probability=self.versus_probability,
            margin=self.margin,
            parts=self.lines.parts(),
            certificate=self.certificate,
        )


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


def decide(model: Model, inputs: Inputs) -> Decisions:
    """Score products, each to the last bit as if it were alone.

    Parameters
    ----------
    model : Model
        With the evidence head.
    inputs : Inputs
        n products with the model's columns.

    Returns
    -------
    Decisions

    Raises
    ------
    InputError
        Code ``head-flat``.
    """
    if not isinstance(model.head, EvidenceHead):
        message = "a flat head has no account in words and regions: fit the bundle with --head evidence"
        raise InputError(message, code="head-flat")
    return Decisions(model.classes, model.head, inputs, model.head.margins(inputs, apart=True))


@dataclass(frozen=True)
class Decisions:
    """Decisions on n products, to be accounted for.

    Attributes
    ----------
    classes : tuple of str
    head : EvidenceHead
    inputs : Inputs
        Of length n.
    margins : Margins
        Of the same.
    """

    classes: tuple[str, ...]
    head: EvidenceHead
    inputs: Inputs
    margins: Margins

    def accounts(self, pieces: SplitPieces) -> Iterator[Account]:
        """Yield the account of each product's class against the most probable other one.

        Parameters
        ----------
        pieces : callable
            See `SplitPieces`.

        Yields
        ------
        Account
        """
        if not len(self.inputs):
            return
        a, b = self.best.T
        shares = explain_evidence(self.head, self.margins, a, b)
        for i, (first, second) in enumerate(self.best.tolist()):
            yield self._account(i, first, self._single(second), shares, i, pieces)

    def account(self, i: int, first: str | None, second: str | None, pieces: SplitPieces) -> Account:
        """Return the account of one product.

        Parameters
        ----------
        i : int
            Its place.
        first : str or None
            As in `prodcls.explain.chain.explain`.
        second : str or None
            As in `prodcls.explain.chain.explain`.
        pieces : callable
            See `SplitPieces`.

        Returns
        -------
        Account
        """
        a = int(self.best[i, 0]) if first is None else self._number(first)
        margins = self.margins.take(np.array([i]))
        rival = self._rival(i, a, second, margins)
        numbers = np.array([a])
        if rival.number is None:
            shares = explain_rest(self.head, margins, numbers)
        else:
            shares = explain_evidence(self.head, margins, numbers, np.array([rival.number]))
        return self._account(i, a, rival, shares, 0, pieces)

    @cached_property
    def best(self) -> NDArray[np.int64]:
        """The two most probable classes of each product, shape (n, 2)."""
        return best_classes(self.margins.total, 2)

    @cached_property
    def _temperatures(self) -> list[float]:
        found: list[float] = self.head.calibration.temperatures(self.margins.total).tolist()
        return found

    @cached_property
    def _probabilities(self) -> NDArray[np.float64]:
        return softmax(self.margins.total, np.array(self._temperatures))

    @cached_property
    def _terms(self) -> sp.csr_matrix | None:
        lexical = self.head.evidence.lexical
        return None if lexical is None else lexical.vocabulary.vectors(self.inputs.joined_text())

    def _number(self, name: str) -> int:
        if name not in self.classes:
            near = nearest(name, self.classes) or self.classes[:10]
            message = f"the model has no class {name!r}; the nearest are {', '.join(map(repr, near))}"
            raise InputError(message, code="class-unknown")
        return self.classes.index(name)

    def _rival(self, i: int, a: int, name: str | None, margins: Margins) -> _Rival:
        if name == REST and REST not in self.classes:
            return _Rival(REST, None, rest_weights(self.head, margins, np.array([a]))[0])
        number = next(c for c in self.best[i].tolist() if c != a) if name is None else self._number(name)
        if number == a:
            message = f"both classes are {self.classes[a]!r}: choose another with --versus"
            raise InputError(message, code="class-same")
        return self._single(number)

    def _single(self, number: int) -> _Rival:
        return _Rival(self.classes[number], number, np.eye(1, len(self.classes), number)[0])

    def _account(self, i: int, a: int, rival: _Rival, shares: EvidenceAccount, at: int, pieces: SplitPieces) -> Account:
        """Return the account of product ``i``, whose shares are in row ``at``."""
        found = Gathering()
        found.add_lines(merged(self._lines(i, shares, at, rival.difference(a), pieces, found)))
        lines = found.sorted()
        margin = float(shares.margin[at])
        said = self._probabilities[i]
        return Account(
            id=self.inputs.ids[i],
            predicted=self.classes[a],
            versus=rival.name,
            probability=float(said[a]),
            versus_probability=float(said[np.flatnonzero(rival.weights)].sum()),
            margin=margin,
            lines=lines,
            certificate=certified(lines.value, margin),
        )

    def _lines(
        self,
        i: int,
        shares: EvidenceAccount,
        at: int,
        difference: Difference,
        pieces: SplitPieces,
        found: Gathering,
    ) -> Iterator[Line]:
        """Add what has a place to ``found``, and yield all else."""
        rates = (self.head.pool.weights / self._temperatures[i]).tolist()
        leads = (shares.values_a[at] - shares.values_b[at]).tolist()
        pool, corrections = shares.pool[at].tolist(), shares.correction[at].tolist()
        told = zip(shares.channels, leads, rates, pool, corrections, strict=True)
        for channel, lead, rate, linear, correction in told:
            block, share = channel.block, linear + correction
            whole = self._whole(i, block, channel.kind, share)
            if whole is not None:
                yield whole
                continue
            taken = self._counted(i, difference) if block == LEXICAL else pieces(i, block, difference)
            if taken is None:
                yield Line(block, "evidence", channel.kind, share)
                continue
            told_on = carried(taken, block, lead, rate, correction)
            found.add_places(block, taken.places, taken.values, told_on.values)
            for label, value in told_on.aside.items():
                yield Line(block, "context", label, value)
        if shares.offset[at]:
            yield Line(REST, "context", "spread", float(shares.offset[at]))
        if shares.behind[at]:
            yield Line(REST, "context", "behind", float(shares.behind[at]))

    def _whole(self, i: int, block: str, kind: str, share: float) -> Line | None:
        """Return a channel's share as one part; None for a score that may be taken apart."""
        if kind == "prior":
            return Line(block, "evidence", "prior", share)
        if kind in ("typical", "affinity"):
            return column_part(self.inputs, block, share, i)
        if not self._present(i, block):
            return Line(block, "context", "missing", share)
        if kind in ("neighbours", "closest"):
            return Line(block, "evidence", kind, share)
        return None

    def _present(self, i: int, block: str) -> bool:
        if block == LEXICAL:
            return self._terms is not None and bool(self._terms.indptr[i + 1] > self._terms.indptr[i])
        return bool(self.inputs.dense[block].present[i])

    def _counted(self, i: int, difference: Difference) -> Pieces:
        """Return the words as the lexical block counts them."""
        lexical, terms = self.head.evidence.lexical, self._terms
        assert lexical is not None  # noqa: S101 - its channel would not be there
        assert terms is not None  # noqa: S101 - likewise
        texts = {column: cells[i] for column, cells in self.inputs.texts.items()}
        here = slice(terms.indptr[i], terms.indptr[i + 1])
        return lexical_pieces(texts, lexical, (terms.indices[here], terms.data[here]), difference)
