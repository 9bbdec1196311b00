"""A decision told along the path of its class: what is sure at each level and why, and where it stops being so.

At each level the account is the exact one (`prodcls.explain.chain`) of the predicted class against the most probable
class that lies below the same parent and beside the node of that level.
"""

from __future__ import annotations

from collections.abc import Iterator

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
from prodcls.stopping import stops

__all__ = ["roll_up"]

PRO, CONTRA = 3, 2
"""Most reasons of a step."""

NAMED = 3
"""Most nodes beside the one chosen."""


def roll_up(
    model: Model,
    subject: Subject,
    tree: ClassTree,
    probabilities: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> RollUp | None:
    """Go down the tree to where the decision stops, and one step further.

    Parameters
    ----------
    model : Model
    subject : Subject
    tree : ClassTree
    probabilities : ndarray of shape (K,), float64
        As served.
    inside : ndarray of shape (K,), bool
        Prediction set.

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
    predicted = best_classes(probabilities[None], 1)[:, 0]
    found = stops(tree, probabilities[None], inside[None], predicted)
    k, depth = int(predicted[0]), int(found.depth[0])
    told = list(_levels(tree, probabilities, k, depth))
    pairs = [(model.classes[k], model.classes[rival]) for _, rival in told]
    accounts = explain_many(model, subject, pairs)
    return RollUp(
        subject.inputs.ids[0],
        _branch(probabilities, np.flatnonzero(tree.below(k, depth)), tree.paths[k][:depth]) if depth else None,
        bool(found.leaf[0]),
        tuple(
            _step(tree, probabilities, inside, (k, level), account, sure=level <= depth)
            for (level, _), account in zip(told, accounts, strict=True)
        ),
    )


def _levels(tree: ClassTree, probabilities: NDArray[np.float64], k: int, depth: int) -> Iterator[tuple[int, int]]:
    """Yield each level that has something beside the node, to the first beyond ``depth``, and the best class there."""
    for level in range(1, len(tree.paths[k]) + 1):
        beside = tree.below(k, level - 1) & ~tree.below(k, level)
        if beside.any():
            yield level, int(np.where(beside, probabilities, -1.0).argmax())
        if level > depth:
            return


def _step(
    tree: ClassTree,
    probabilities: NDArray[np.float64],
    inside: NDArray[np.bool_],
    place: tuple[int, int],
    account: Attribution,
    *,
    sure: bool,
) -> Step:
    k, level = place
    below = tree.below(k, level)
    beside = _branches(tree, probabilities, np.flatnonzero(tree.below(k, level - 1) & ~below), level)
    reached = [branch for branch, members in beside if not sure and inside[members].any()][:NAMED]
    pro, contra = strongest(account.parts, PRO, CONTRA)
    assert account.certificate is not None  # noqa: S101 - exact accounts have one
    return Step(
        branch=_branch(probabilities, np.flatnonzero(below), tree.paths[k][:level]),
        others=tuple(reached) or (beside[0][0],),
        sure=sure,
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
