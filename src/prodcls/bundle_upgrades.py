"""Bundles of older formats in the form of today, one step a version.

Each step turns what a bundle of version N holds into what one of version N + 1 would hold had it been written from the
same fit. What the older release did not find out stays unknown; nothing is made up, and no score
moves. A step is never changed once the version that it leads to has been released.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from prodcls.bundle_codec import Leaves

__all__ = ["upgraded", "upgraded_products"]

_HEAD = "/model/head"


class Content(NamedTuple):
    """What of a bundle has a form: the JSON of its configuration, what is no JSON, and what the manifest adds."""

    config: dict[str, Any]
    leaves: Leaves
    measured: dict[str, Any]


def upgraded(content: Content, version: int) -> Content:
    """Return what a bundle holds in the form of today.

    Parameters
    ----------
    content : Content
        Left as it is.
    version : int
        Format that it is of.

    Returns
    -------
    Content

    Raises
    ------
    AttributeError, KeyError, RecursionError, TypeError
        If they are not of that version.
    """
    leaves = Leaves(dict(content.leaves.arrays), dict(content.leaves.strings), dict(content.leaves.boosters))
    found = Content(copy.deepcopy(content.config), leaves, dict(content.measured))
    for step in STEPS[version - 1 :]:
        step(found)
    return found


def upgraded_products(table: pa.Table, version: int) -> pa.Table:
    """Return the table of training products in the form of today.

    Parameters
    ----------
    table : Table
    version : int
        Format that it is of.

    Returns
    -------
    Table
    """
    if version < 3 and "judged" not in table.column_names:  # out-of-fold classes came with the last of format 2
        table = table.append_column("judged", pa.nulls(len(table), pa.string()))
        table = table.append_column("judged_probability", pa.array(np.full(len(table), np.nan)))
    return table


def _to_2(content: Content) -> None:
    """Say that no leaves of the training products are kept, which find products alike to the booster."""
    _put(content.config, "leaves", content.leaves, "/leaves", np.zeros((0, 0), dtype=np.int32))


def _to_3(content: Content) -> None:
    """Say that there are no prediction sets and texts are read as they stand; name the number format as now."""
    config = content.config
    config["sets"] = None
    for column in config["schema"]["columns"]:
        column["code"], column["details"] = "", {}
    canary = config["canary"]
    if canary["class"] == "FlatCanary":
        for block in canary["value"]["inputs"]["dense"].values():
            block["copies"] = None
    options = config["options"]
    decimal = options.pop("decimal")
    options["number_format"] = None if decimal is None else [decimal]
    options["clean"] = False


def _to_4(content: Content) -> None:
    """Make the temperature a calibration; say that nothing is known of what is usual, of certainty and of a tree."""
    config = content.config
    config["automation"] = config["stopping"] = None
    config["options"].setdefault("clean", False)  # the first of format 3 did not clean
    head = config["model"]["head"]
    if head["class"] == "EvidenceHead":
        value = head["value"]
        temperature = value.pop("temperature")
        value["calibration"] = {"sure": temperature, "unsure": temperature, "behind": 0.0}
        value["balance"] = 0.0
        blocks = [f"{name}.closest" for name in value["evidence"]["dense"]]
        value["usual"] = {"blocks": blocks, "remote": None, "far": {}}
        for name, fill in (("middle", 0.0), ("spread", 1.0)):
            _put(value["usual"], name, content.leaves, f"{_HEAD}/usual/{name}", np.full(len(blocks), fill))


def _to_5(content: Content) -> None:
    """Let the manifest tell of the training catalogue's file, outside of the digest."""
    content.measured["source"] = content.config.pop("source")


def _to_6(content: Content) -> None:
    """Say that words were learnt as they stand, traditional and simplified Chinese apart, and one of them is enough."""
    head = content.config["model"]["head"]
    if head["class"] == "EvidenceHead" and head["value"]["evidence"]["lexical"] is not None:
        head["value"]["evidence"]["lexical"]["vocabulary"] |= {"folded": False, "least_known": 0.0}


def _to_7(content: Content) -> None:
    """Say that nothing reads sounds."""
    content.config["recipe"]["audio_encoder"] = None


def _to_8(content: Content) -> None:
    """Say that the text encoders learned nothing."""
    content.config["recipe"]["adapters"] = []


def _put(node: dict[str, Any], name: str, leaves: Leaves, path: str, array: np.ndarray[Any, np.dtype[Any]]) -> None:
    """Add an array to a tree and to its leaves."""
    node[name] = {"array": str(array.dtype), "shape": list(array.shape)}
    leaves.arrays[path] = array


STEPS: tuple[Callable[[Content], None], ...] = (_to_2, _to_3, _to_4, _to_5, _to_6, _to_7, _to_8)
"""The step from version 1 comes first; there is one for each version but the last."""
