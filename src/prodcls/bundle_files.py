"""The files of a bundle but for its products: what stands in which."""

from __future__ import annotations

import json
from typing import Any

from safetensors.numpy import save

from prodcls.bundle_codec import Leaves

__all__ = [
    "ARRAYS",
    "BOOSTER",
    "CANARY",
    "CONFIG",
    "PROBES",
    "PRODUCTS",
    "REPORT",
    "VOCABULARY",
    "as_files",
    "json_object",
]

CONFIG, VOCABULARY, BOOSTER, PRODUCTS = "config.json", "vocabulary.json", "booster.txt", "catalogue.parquet"
REPORT = "report.json"
ARRAYS, PROBES, CANARY = "arrays.safetensors", "probes.safetensors", "canary.safetensors"


def _array_file(path: str) -> str:
    if path.startswith("/canary/"):
        return CANARY
    return PROBES if "/probe/" in path else ARRAYS


def as_files(config: dict[str, Any], leaves: Leaves) -> dict[str, bytes]:
    """Return what is written, but for the products.

    Parameters
    ----------
    config : dict of str to Any
        JSON.
    leaves : Leaves

    Returns
    -------
    dict of str to bytes
        By file name.
    """
    files = {CONFIG: _json(config), VOCABULARY: _json(leaves.strings)}
    for name in (ARRAYS, PROBES, CANARY):
        files[name] = save({path: array for path, array in leaves.arrays.items() if _array_file(path) == name})
    for text in leaves.boosters.values():
        files[BOOSTER] = text.encode()
    return files


def _json(value: object) -> bytes:
    # Not sorted: the order of dictionaries is the order of channels.
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def json_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in ``data``; raises ValueError or RecursionError when it is none."""
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError(type(found).__name__)
    return found
