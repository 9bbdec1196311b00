"""The exact account of one decision in words, picture regions and columns; see `prodcls.explain.decisions`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from threadpoolctl import ThreadpoolController

from prodcls.explain.attribution import Attribution
from prodcls.explain.decisions import decide
from prodcls.explain.pieces import Pieces
from prodcls.explain.reading import Difference, split_pieces
from prodcls.explain.subject import Subject
from prodcls.model import Model

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
    with _linear_algebra().limit(limits=1):  # so that the number of processors moves no digit
        decisions = decide(model, subject.inputs)

        def pieces(_: int, block: str, difference: Difference) -> Pieces | None:
            split = subject.splits.get(block)
            if split is None:
                return None
            text = subject.inputs.texts.get(block, ("",))[0]
            probe = decisions.head.evidence.dense[block].probe
            return split_pieces(block, text, subject.photo_size, split, probe, difference)

        return tuple(decisions.account(0, a, b, pieces).attribution() for a, b in pairs)


@cache
def _linear_algebra() -> ThreadpoolController:
    return ThreadpoolController()
