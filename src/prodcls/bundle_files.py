"""The files of a bundle: which there are, and what stands in each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from safetensors.numpy import save

from prodcls.bundle_codec import Leaves
from prodcls.errors import BundleError

__all__ = [
    "ARRAYS",
    "BOOSTER",
    "CANARY",
    "CONFIG",
    "FORMAT_VERSION",
    "LAYOUT",
    "PROBES",
    "PRODUCTS",
    "REPORT",
    "VOCABULARY",
    "Layout",
    "LayoutFile",
    "as_files",
    "json_object",
]

FORMAT_VERSION = 8
"""Raised by the rule in ``docs/bundle-format.md``; every version from 1 on is read, see `prodcls.bundle_upgrades`."""

_MIB, _GIB = 1 << 20, 1 << 30


@dataclass(frozen=True)
class LayoutFile:
    """One file of a bundle.

    Attributes
    ----------
    name : str
    required : bool
    holds : str
        What stands in it.
    most : int
        Bytes.
    """

    name: str
    required: bool
    holds: str
    most: int


@dataclass(frozen=True)
class Layout:
    """The files of a bundle beside its manifest, the same in all versions of the format."""

    config: LayoutFile = LayoutFile(
        "config.json", True, "the tree of model, recipe, roles of columns, sets and options", 256 * _MIB
    )
    vocabulary: LayoutFile = LayoutFile("vocabulary.json", True, "lists of more than a hundred words", 4 * _GIB)
    arrays: LayoutFile = LayoutFile(
        "arrays.safetensors", True, "all arrays but those below, kept vectors of products first of all", 64 * _GIB
    )
    probes: LayoutFile = LayoutFile("probes.safetensors", True, "weights of the linear probes", 64 * _GIB)
    canary: LayoutFile = LayoutFile("canary.safetensors", True, "what the model gave five training products", 4 * _GIB)
    products: LayoutFile = LayoutFile(
        "catalogue.parquet",
        True,
        "the training products: cells, labels, names of photos, out-of-fold classes",
        64 * _GIB,
    )
    booster: LayoutFile = LayoutFile("booster.txt", False, "the trees, as LightGBM writes them", 256 * _MIB)
    report: LayoutFile = LayoutFile("report.json", False, "the audit report, for `prodcls report`", 4 * _GIB)

    def files(self) -> tuple[LayoutFile, ...]:
        """Return all files."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def check(self, sizes: Mapping[str, int]) -> None:
        """Hold the files of a manifest against the layout.

        Parameters
        ----------
        sizes : mapping of str to int
            Bytes by file name.

        Raises
        ------
        BundleError
            Code ``bundle-content``, if a file is none of a bundle's or a required one is not listed;
            ``bundle-file-size``, if one is larger than it may be.
        """
        known = {file.name: file for file in self.files()}
        for name in sorted(sizes.keys() - known.keys()):
            _refuse(f"lists {name}, which is no file of a bundle: do not use it; fit it again", "bundle-content")
        for file in known.values():
            if file.required and file.name not in sizes:
                _refuse(f"does not list {file.name}, without which there is no bundle: fit it again", "bundle-content")
            if sizes.get(file.name, 0) > file.most:
                what = f"lists {file.name} with {sizes[file.name]} bytes where {file.most} are allowed: fit it again"
                _refuse(what, "bundle-file-size")


LAYOUT = Layout()

CONFIG, VOCABULARY, BOOSTER = LAYOUT.config.name, LAYOUT.vocabulary.name, LAYOUT.booster.name
PRODUCTS, REPORT = LAYOUT.products.name, LAYOUT.report.name
ARRAYS, PROBES, CANARY = LAYOUT.arrays.name, LAYOUT.probes.name, LAYOUT.canary.name


def _refuse(what: str, code: str) -> NoReturn:
    raise BundleError(f"its manifest {what}", code=code)


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
    """Return the JSON object in ``data``; raises ValueError or RecursionError when it is none, or names a key twice."""
    found = json.loads(data, object_pairs_hook=_once)
    if not isinstance(found, dict):
        raise ValueError(type(found).__name__)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):  # of two values other programs may read the first
        message = "a key twice"
        raise ValueError(message)
    return found
