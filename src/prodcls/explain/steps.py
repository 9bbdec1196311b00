"""A decision along the path of its class, and its prediction set, as data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from prodcls.explain.attribution import Certificate

__all__ = ["Branch", "Reason", "RollUp", "SetMember", "SetMembers", "Step"]


@dataclass(frozen=True)
class Reason:
    """A word or a group of parts.

    Attributes
    ----------
    key : str
        ``"word"``, or as in `prodcls.explain.case.Group`.
    subject : str
        Column or block; ``""`` where there is none.
    label : str
        The word, or the cell of a column.
    value : float
        Logits in favour of A.
    """

    key: str
    subject: str
    label: str
    value: float


@dataclass(frozen=True)
class Branch:
    """A node of the tree.

    Attributes
    ----------
    path : tuple of str
        Names from the top.
    probability : float
        Of all classes at or below it.
    leaf : bool
        Whether it is a single class.
    """

    path: tuple[str, ...]
    probability: float
    leaf: bool


@dataclass(frozen=True)
class Step:
    """One level on the way down.

    Attributes
    ----------
    branch : Branch
        That the predicted class lies below.
    others : tuple of Branch
        Beside it, most probable first: one where the step is sure, else those in question.
    sure : bool
        Whether the decision goes on to ``branch``.
    predicted, versus : str
        Classes of the account; ``versus`` lies below the first of ``others``.
    margin : float
        Logits, as served.
    pro, contra : tuple of Reason
        Strongest reasons for the one and for the other.
    certificate : Certificate
        Of the whole account.
    """

    branch: Branch
    others: tuple[Branch, ...]
    sure: bool
    predicted: str
    versus: str
    margin: float
    pro: tuple[Reason, ...]
    contra: tuple[Reason, ...]
    certificate: Certificate


@dataclass(frozen=True)
class RollUp:
    """The way down the tree.

    Attributes
    ----------
    id : str
    stopped : Branch or None
        Where the decision stops; None: not even the top is sure.
    leaf : bool
        Whether that is the class itself.
    steps : tuple of Step
        From the top to the first that is not sure; levels with nothing beside the node are left out.
    """

    id: str
    stopped: Branch | None
    leaf: bool
    steps: tuple[Step, ...]

    def to_json(self) -> str:
        """Return it as one JSON object, ``view`` saying what it is."""
        return json.dumps({"view": "path", **asdict(self)}, ensure_ascii=False, allow_nan=False, sort_keys=True)


@dataclass(frozen=True)
class SetMember:
    """A class of the set beside the predicted one.

    Attributes
    ----------
    name : str
    probability : float
    behind : float
        How far it is behind the predicted class, logits as served.
    reasons : tuple of Reason
        Strongest for it and against the predicted class, logits above 0.
    certificate : Certificate
        Of the whole account.
    """

    name: str
    probability: float
    behind: float
    reasons: tuple[Reason, ...]
    certificate: Certificate


@dataclass(frozen=True)
class SetMembers:
    """A prediction set.

    Attributes
    ----------
    coverage : float
        Share of products whose set is to hold the true class.
    size : int
        Classes in it; 0 where none is likely enough.
    predicted : str
    inside : bool
        Whether the predicted class is in it.
    others : tuple of SetMember
        The most probable further classes.
    """

    coverage: float
    size: int
    predicted: str
    inside: bool
    others: tuple[SetMember, ...]
