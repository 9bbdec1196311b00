"""Networks exported from torch once, and run by ONNX Runtime."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from prodcls.atomic import cache_root, discard, keep_addressed, read_addressed
from prodcls.encoders.adapter import changed_onnx
from prodcls.encoders.network import Network, Run

__all__ = ["exported", "network_file", "run_onnx"]

EXPORT_VERSION = 2
"""Raise it when a network's definition or the way it is exported changes: older exported files are then ignored."""
_EXPORTING = threading.Lock()
"""Folds ask for the same network at the same time, and torch cannot export two at once."""
_log = logging.getLogger(__name__)


def run_onnx(network: Network) -> Run:
    """Return a function that runs the exported ``network``, one processor per call.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Run

    Raises
    ------
    InputError
        If the weights are not the pinned ones.
    """
    from prodcls.encoders.onnx_session import open_session

    session = open_session(network_file(network))

    def run(items: NDArray[Any], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = session.run(list(outputs), {"items": items})
        return found

    return run


def network_file(network: Network) -> bytes:
    """Return ``network`` as an ONNX file, with its adapter and the weights inside; see `exported`."""
    return changed_onnx(exported(network), network.adapter, network.build)


def exported(network: Network) -> bytes:
    """Return ``network`` as an ONNX file without its adapter, from the cache or exported now.

    Parameters
    ----------
    network : Network

    Returns
    -------
    bytes
        With the weights inside.
    """
    folder = cache_root() / "onnx"
    stem = f"{network.key}-x{EXPORT_VERSION}"
    with _EXPORTING:
        for path in sorted(folder.glob(f"{stem}.*.onnx")):
            data = read_addressed(path)
            if data is not None:
                return data
            _log.warning("exported encoder %s is damaged and made again", path)
            discard(path)
        _log.info("exporting encoder %s for ONNX Runtime, once on this machine", network.key)
        data = _export(network)
        keep_addressed(folder, stem, ".onnx", data)
        return data


def _export(network: Network) -> bytes:
    """Export ``network`` from torch."""
    import torch

    shape = (None, *network.input_shape)  # any number of items
    example = torch.ones([size or 8 - i for i, size in enumerate(shape)], dtype=getattr(torch, network.input_dtype))
    free = {i: torch.export.Dim.DYNAMIC for i, size in enumerate(shape) if size is None}
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # it reports every optional package that it does not find
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network.build(),
                (example,),
                input_names=["items"],
                output_names=list(network.outputs),
                dynamic_shapes=(free,),
                dynamo=True,
                verbose=False,
            )
    finally:
        quiet.setLevel(level)
    if program is None:  # only without dynamo
        message = f"torch exported nothing for {network.key}"
        raise RuntimeError(message)
    serialized: bytes = program.model_proto.SerializeToString()
    return serialized
