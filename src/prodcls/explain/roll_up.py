"""A decision told along the path of its class: what is sure at each level and why, and where it stops being so.

At each level the account is the exact one (`prodcls.explain.chain`) of the predicted class against the most probable
class of the strongest node beside its own, below the same parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prodcls.candidates import best_classes
from prodcls.explain.attribution import Attribution
from prodcls.explain.chain import explain_many
from prodcls.explain.steps import Branch, RollUp, Step
from prodcls.explain.strongest import strongest
from prodcls.explain.subject import Subject
from prodcls.head import EvidenceHead
from prodcls.hierarchy import ClassTree
from prodcls.model import Model

__all__ = ["roll_up"]

PRO, CONTRA = 3, 2
"""Most reasons of a step."""

NAMED = 3
"""Most nodes beside the one chosen."""

RIVAL = 0.2
"""Least share of the probability of the chosen node with which one beside it is in question."""


def roll_up(
    model: Model,
    subject: Subject,
    tree: ClassTree,
    probabilities: NDArray[np.float64],
    depth: int,
) -> RollUp | None:
    """Go down the tree to where the decision stops, and one step further.

    Parameters
    ----------
    model : Model
    subject : Subject
    tree : ClassTree
    probabilities : ndarray of shape (K,), float64
        As served.
    depth : int
        Nodes from the top down to where the decision stops.

    Returns
    -------
    RollUp or None
        None with the flat head, which has no accounts.

    Raises
    ------
    AdditivityError
        If the parts of an account do not sum to its margin.
    """
    if not isinstance(model.head, EvidenceHead):
        return None
    k = int(best_classes(probabilities[None], 1)[0, 0])
    levels = list(_levels(tree, probabilities, k, depth))
    accounts = explain_many(model, subject, [(model.classes[k], model.classes[level.rival]) for level in levels])
    return RollUp(
        subject.inputs.ids[0],
        _branch(probabilities, np.flatnonzero(tree.below(k, depth)), tree.paths[k][:depth]) if depth else None,
        depth == len(tree.paths[k]),
        tuple(_step(level, account) for level, account in zip(levels, accounts, strict=True)),
    )


@dataclass(frozen=True)
class _Level:
    """One level: the node of the predicted class, those beside it, and the best class of the strongest of these."""

    branch: Branch
    others: tuple[Branch, ...]
    sure: bool
    rival: int


def _levels(tree: ClassTree, probabilities: NDArray[np.float64], k: int, depth: int) -> Iterator[_Level]:
    """Yield each level that has something beside the node, to the first beyond ``depth``."""
    for level in range(1, len(tree.paths[k]) + 1):
        own = tree.below(k, level)
        beside = _branches(tree, probabilities, np.flatnonzero(tree.below(k, level - 1) & ~own), level)
        if beside:
            node = _branch(probabilities, np.flatnonzero(own), tree.paths[k][:level])
            likely = [
                branch for branch, _ in beside if level > depth and branch.probability >= RIVAL * node.probability
            ]
            members = beside[0][1]
            yield _Level(
                node,
                tuple(likely[:NAMED]) or (beside[0][0],),
                level <= depth,
                int(members[probabilities[members].argmax()]),
            )
        if level > depth:
            return


def _step(level: _Level, account: Attribution) -> Step:
    pro, contra = strongest(account.parts, PRO, CONTRA)
    assert account.certificate is not None  # noqa: S101 - exact accounts have one
    return Step(
        branch=level.branch,
        others=level.others,
        sure=level.sure,
        predicted=account.predicted,
        versus=account.versus,
        margin=account.margin,
        pro=pro,
        contra=contra,
        certificate=account.certificate,
    )


def _branches(
    tree: ClassTree, probabilities: NDArray[np.float64], members: NDArray[np.intp], level: int
) -> list[tuple[Branch, NDArray[np.intp]]]:
    """Return the nodes of classes at a level with their classes, the most probable first; a class above is one."""
    number = tree.levels[members, level - 1]
    keys = np.where(number >= 0, number, -1 - members)
    found = []
    for key in np.unique(keys):
        own = members[keys == key]
        found.append((_branch(probabilities, own, tree.paths[own[0]][:level]), own))
    return sorted(found, key=lambda item: (-item[0].probability, item[0].path))


def _branch(probabilities: NDArray[np.float64], members: NDArray[np.intp], path: tuple[str, ...]) -> Branch:
    return Branch(path, min(1.0, float(probabilities[members].sum())), len(members) == 1)
