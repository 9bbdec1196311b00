"""A decision of the log, taken again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prodcls.bundle_opening import open_bundle
from prodcls.bundle_trust import Trust
from prodcls.decision_log import log_key, read_entry
from prodcls.decisions import Logging, keyed
from prodcls.embeddings import EmbeddingStore
from prodcls.errors import InputError
from prodcls.new_products import Reading
from prodcls.progress import Progress
from prodcls.scoring import batches, open_new
from prodcls.scoring_rows import Scorer

__all__ = ["replay"]


def replay(
    log: Path,
    number: int,
    bundle: Path,
    catalogue: Path,
    *,
    progress: Progress,
    reading: Reading | None = None,
    store: EmbeddingStore | None = None,
    trust: Trust | None = None,
) -> list[str]:
    """Score the batch of an entry's product again and compare.

    Parameters
    ----------
    log : Path
    number : int
        Of the entry.
    bundle : Path
    catalogue : Path
        The file that was classified: the last bits of a probability depend on the other products of its batch.
    progress : Progress
    reading : Reading, optional
    store : EmbeddingStore, optional
    trust : Trust, optional
        What is asked of the bundle.

    Returns
    -------
    list of str
        What differs, a line each; empty when decision and account are the same bits.

    Raises
    ------
    InputError
        Codes ``log-entry-kind``, ``log-product-absent``, and those of a prediction.
    """
    entry: dict[str, Any] = json.loads(read_entry(log, number).body)
    if entry["kind"] != "decision":
        raise InputError(f"entry {number} is no decision but {entry['kind']!r}", code="log-entry-kind", file=str(log))
    key = log_key(log)
    fitted = open_bundle(bundle, progress, trust)
    size = entry["batch_size"]
    least = float.fromhex(entry.get("least", "0x0p+0"))  # entries of before reasons do not tell
    scorer = Scorer(fitted, store or EmbeddingStore(), 1, least=least, logging=Logging(key, fitted.digest, size, least))
    found = None
    parts = open_new(catalogue, fitted, reading or Reading()).parts
    for batch in (batch for part in parts for batch in batches(part, size)):
        names = (keyed(key, b"id\0" + name.encode("utf-8", "surrogatepass")) for name in batch.ids)
        place = next((i for i, name in enumerate(names) if name == entry["product"]), None)
        if place is not None:
            scorer.score(batch, progress)
            found = scorer.bodies[place]
            break
    if found is None:
        message = f"has no product of entry {number}: give the catalogue that was classified"
        raise InputError(message, code="log-product-absent", file=str(catalogue))
    again = json.loads(found)
    return [
        f"{name}: was {entry[name]}, is {again[name]}"
        for name in entry
        if name != "time" and entry[name] != again[name]
    ]
