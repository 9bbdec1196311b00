"""What the decision log keeps of a scored product: digests and the outcome, never a text, a photo or an id.

Inputs and ids are hashed with the log's own key (HMAC-SHA-256): a plain hash of a price or of a short id could be
guessed by whoever sees it. Who has the whole log has the key too and can test guesses; keep the file accordingly.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from prodcls.catalogue import Catalogue
from prodcls.errors import MediaError
from prodcls.head import Margins
from prodcls.images import photo_digest
from prodcls.inputs import Inputs
from prodcls.sounds import Sound, sound_digest

__all__ = ["Logging", "Outcome", "decision_bodies", "keyed"]


@dataclass(frozen=True)
class Logging:
    """What all decisions of a log have in common.

    Attributes
    ----------
    key : bytes
        Of the log.
    bundle : str
        Digest of the bundle.
    batch_size : int
        Rounding depends on it, so a replay needs it.
    least : float
        Certainty below which a person is asked.
    """

    key: bytes
    bundle: str
    batch_size: int
    least: float = 0.0


class Outcome(NamedTuple):
    """What was decided of one product: its class, the prediction set if any, and why a person should look at it."""

    predicted: str
    probability: float
    members: list[str] | None
    reasons: list[str]


def keyed(key: bytes, data: bytes) -> str:
    """Return the HMAC-SHA-256 of ``data`` in hexadecimal."""
    return hmac.digest(key, data, "sha256").hex()


def decision_bodies(
    batch: Catalogue,
    inputs: Inputs,
    outcomes: Sequence[Outcome],
    evidence: tuple[NDArray[np.float64], Margins | None],
    logging: Logging,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[str]:
    """Return a log entry's body for each product.

    Parameters
    ----------
    batch : Catalogue
        n products.
    inputs : Inputs
        The same as the models see them.
    outcomes : sequence of Outcome, length n
    evidence : tuple of (ndarray of shape (n, K), Margins or None)
        Probabilities, and what the evidence head said.
    logging : Logging
    clock : callable, optional

    Returns
    -------
    list of str
        JSON in ASCII. ``account`` is the digest of the evidence of all candidates, from which the exact account
        follows with the bundle: TreeSHAP for each product would cost more than its prediction.
    """
    time = clock().isoformat()
    bodies = []
    for i, outcome in enumerate(outcomes):
        body = {
            "kind": "decision",
            "time": time,
            "bundle": logging.bundle,
            "product": keyed(logging.key, b"id\0" + batch.ids[i].encode("utf-8", "surrogatepass")),
            "input": keyed(logging.key, b"input\0" + _canonical(batch, inputs, i)),
            "predicted": outcome.predicted,
            "probability": float(outcome.probability).hex(),
            "set": outcome.members,
            "review": bool(outcome.reasons),
            "reasons": outcome.reasons,
            "least": float(logging.least).hex(),
            "account": _account(*evidence, i),
            "batch_size": logging.batch_size,
        }
        bodies.append(json.dumps(body))
    return bodies


def _digest(file: Path | Sound | None) -> str | None:
    """Return the digest of a photo or sound; None where it is absent or gone."""
    if file is None:
        return None
    try:
        return sound_digest(file) if isinstance(file, Sound) else photo_digest(file)
    except MediaError:
        return None


def _canonical(batch: Catalogue, inputs: Inputs, i: int) -> bytes:
    picture = _digest(None if batch.photos is None else batch.photos[i])
    cells: list[object] = [
        [[name, column[i]] for name, column in inputs.texts.items()],
        [[name, float(column[i]).hex()] for name, column in inputs.numeric.items()],
        [[name, column[i]] for name, column in inputs.categorical.items()],
        picture,
    ]
    if batch.sounds is not None:
        cells.append(_digest(batch.sounds[i]))
    return json.dumps(cells).encode()


def _account(probabilities: NDArray[np.float64], margins: Margins | None, i: int) -> str:
    digest = hashlib.sha256(probabilities[i].tobytes())
    if margins is not None:
        candidates = margins.candidates[i]
        for part in (candidates, margins.channels[i][candidates], margins.corrections[i], margins.total[i]):
            digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
