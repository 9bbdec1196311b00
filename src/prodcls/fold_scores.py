"""What the model of one fold says of the products that it has not seen, some of them at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from prodcls.balance import lean
from prodcls.candidates import best_classes
from prodcls.evidence import Channel
from prodcls.explain.account import EvidenceAccount, explain_evidence
from prodcls.explain.views import FoldView, Judged, Look
from prodcls.head import EvidenceHead, HeadFit, Margins
from prodcls.inputs import Inputs
from prodcls.model import Model, ModelFit
from prodcls.pool import Pool, fit_pool
from prodcls.selective import Reason

__all__ = ["FoldScores", "modality_names", "score_fold"]

CELLS_AT_ONCE = 2**24
"""Channel values of products and all classes that are held at a time."""


@dataclass(frozen=True)
class FoldScores:
    """What one fold's model says of its test rows.

    Attributes
    ----------
    rows : ndarray of shape (m,), intp
        Positions of the test rows.
    margins : ndarray of shape (m, K), float64
        Logits before the temperature.
    temperature : ndarray of shape (m,), float64
    account : EvidenceAccount or None
        Predicted class against runner-up; None for the flat head.
    ablation : dict of str to ndarray of shape (m,), int64
        Predicted classes of the linear pool on part of the evidence; ``"all"`` is the pool itself and ``"sum"`` the
        plain sum of the block scores.
    view : FoldView or None
        Samples taken right after the fit; None where none were asked for.
    model : Model or None
        The fold's model, for further questions about its test rows; None for the flat head.
    unusual : dict of str to ndarray of shape (m,), bool
        See `EvidenceHead.unusual`; empty for the flat head.
    candidates : ndarray of shape (m, M), int64, or None
        Classes that calibration has taken nothing off, where it has taken something off all others.
    unbalanced : ndarray of shape (m,), int64, or None
        Predicted classes where no class is held back; None where the model holds none back.
    """

    rows: NDArray[np.intp]
    margins: NDArray[np.float64]
    temperature: NDArray[np.float64]
    account: EvidenceAccount | None
    ablation: dict[str, NDArray[np.int64]]
    view: FoldView | None = None
    model: Model | None = None
    unusual: dict[Reason, NDArray[np.bool_]] = field(default_factory=dict)
    candidates: NDArray[np.int64] | None = None
    unbalanced: NDArray[np.int64] | None = None

    def uncalibrated(self) -> NDArray[np.float64]:
        """Return the margins before anything was taken off them, shape (m, K)."""
        if self.candidates is None or self.model is None or not isinstance(self.model.head, EvidenceHead):
            return self.margins
        found = self.margins + self.model.head.calibration.behind
        np.put_along_axis(found, self.candidates, np.take_along_axis(self.margins, self.candidates, 1), 1)
        return found


def score_fold(fit: ModelFit, products: Inputs, test: NDArray[np.intp], look: Look | None) -> FoldScores:
    """Score the products of a fold, as many at a time as memory allows.

    Parameters
    ----------
    fit : ModelFit
        Fitted on the others.
    products : Inputs
        All products.
    test : ndarray of shape (m,), intp
        Positions of those of the fold, at least one.
    look : callable, optional
        Takes its samples of those that are scored first; not asked with the flat head.

    Returns
    -------
    FoldScores
    """
    head = fit.model.head
    if not isinstance(head, EvidenceHead) or fit.details is None:
        probabilities = fit.model.probabilities(products.take(test))
        return FoldScores(test, np.log(np.maximum(probabilities, 1e-12)), np.ones(len(test)), None, {})
    parts = _parts(fit.details)
    step = max(1, CELLS_AT_ONCE // (len(fit.model.classes) * len(head.evidence.channels)))
    rows = [test[i : i + step] for i in range(0, len(test), step)]
    return _joined(
        [_score(fit.model, head, parts, products.take(some), some, None if i else look) for i, some in enumerate(rows)]
    )


def _score(
    model: Model,
    head: EvidenceHead,
    parts: dict[str, tuple[NDArray[np.bool_], Pool]],
    inputs: Inputs,
    test: NDArray[np.intp],
    look: Look | None,
) -> FoldScores:
    margins = head.margins(inputs)
    best = best_classes(margins.total, 2)
    account = explain_evidence(head, margins, best[:, 0], best[:, -1])
    return FoldScores(
        test,
        margins.total,
        head.calibration.temperatures(margins.total),
        account,
        _ablate(head, parts, margins),
        None if look is None else look(Judged(model, margins, account, best[:, [0, -1]], test)),
        model,
        head.unusual(inputs, margins, best[:, 0]),
        margins.candidates if head.calibration.behind else None,
        best_classes(head.unbalanced(margins.total), 1)[:, 0] if head.balance else None,
    )


def _joined(parts: Sequence[FoldScores]) -> FoldScores:
    """Return the scores of all products of a fold, the samples of the first."""
    first = parts[0]
    if len(parts) == 1:
        return first
    accounts = [part.account for part in parts if part.account is not None]
    arrays = [f.name for f in fields(EvidenceAccount)][1:]
    account = EvidenceAccount(
        accounts[0].channels, *(np.concatenate([getattr(one, name) for one in accounts]) for name in arrays)
    )
    candidates = [part.candidates for part in parts if part.candidates is not None]
    unbalanced = [part.unbalanced for part in parts if part.unbalanced is not None]
    return FoldScores(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.margins for part in parts]),
        np.concatenate([part.temperature for part in parts]),
        account,
        {name: np.concatenate([part.ablation[name] for part in parts]) for name in first.ablation},
        first.view,
        first.model,
        {name: np.concatenate([part.unusual[name] for part in parts]) for name in first.unusual},
        np.concatenate(candidates) if candidates else None,
        np.concatenate(unbalanced) if unbalanced else None,
    )


def modality_names(channels: tuple[Channel, ...], text_blocks: tuple[str, ...]) -> dict[str, str]:
    """Return the modality of each block: ``"text"`` for all words, the block's own name otherwise.

    Parameters
    ----------
    channels : tuple of Channel
    text_blocks : tuple of str
        Blocks made of text, the lexical one included.

    Returns
    -------
    dict of str to str
        Without the prior, which is part of every model.
    """
    return {c.block: "text" if c.block in text_blocks else c.block for c in channels if c.kind != "prior"}


def _parts(details: HeadFit) -> dict[str, tuple[NDArray[np.bool_], Pool]]:
    """Return, for one modality alone and for one left out, the channels that are used and the pool fitted on them."""
    described, data = details.head.evidence.channels, details.pool_data
    modality = modality_names(described, details.text_blocks)
    of_channel = np.array([modality.get(c.block, "") for c in described])
    scores = np.array([c.kind == "score" for c in described])
    names = list(dict.fromkeys(m for m in of_channel if m))
    found: dict[str, tuple[NDArray[np.bool_], Pool]] = {}
    for name in names if len(names) > 1 else ():
        for title, keep in ((f"only {name}", of_channel == name), (f"without {name}", of_channel != name)):
            used = keep | (of_channel == "")
            pool = fit_pool(data.channels[:, :, used], data.truth, scores[used], strength=details.strength)
            kept = tuple(described[i] for i in np.flatnonzero(used))
            found[title] = used, lean(pool, kept, details.balance.strength)
    return found


def _ablate(
    head: EvidenceHead, parts: dict[str, tuple[NDArray[np.bool_], Pool]], margins: Margins
) -> dict[str, NDArray[np.int64]]:
    """Return predictions of the linear pool on all of the evidence and on parts of it, and of the plain sum."""
    channels = margins.channels
    scores = np.array([c.kind == "score" for c in head.evidence.channels])
    found = {"all": margins.pooled.argmax(axis=1), "sum": channels[:, :, scores].sum(axis=2).argmax(axis=1)}
    for title, (used, pool) in parts.items():
        found[title] = best_classes(pool.scores(channels[:, :, used]), 1)[:, 0]
    return found
