"""Networks as they are run: in torch, or exported from it once and run by ONNX Runtime."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prodcls.atomic import cache_root, discard, keep_addressed, read_addressed
from prodcls.config import Runtime

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Network", "Run", "one_thread", "open_module", "open_network"]

EXPORT_VERSION = 1
"""Raise it when a network's definition or the way it is exported changes: older exported files are then ignored."""
OPEN_NETWORKS = 4
"""Networks kept in memory; each takes some 100 to 300 MB."""

Run = Callable[[NDArray[Any], Sequence[str]], list[NDArray[np.float32]]]
"""Takes one prepared item and the names of outputs, returns these outputs. May be called by several threads at once."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Network:
    """How to get a network that reads one item.

    Attributes
    ----------
    key : str
        Name with the first digits of its weights' SHA-256.
    build : callable
        Returns the torch module in evaluation mode; imports torch only when called.
    outputs : tuple of str
        Names of what the module returns, in order.
    input_shape : tuple of (int or None)
        Shape of one item; None where the length is free.
    input_dtype : str
        ``"int64"`` or ``"uint8"``.
    """

    key: str
    build: Callable[[], nn.Module]
    outputs: tuple[str, ...]
    input_shape: tuple[int | None, ...]
    input_dtype: str


@lru_cache(maxsize=OPEN_NETWORKS)
def open_network(network: Network, runtime: Runtime) -> Run:
    """Return a function that runs ``network``.

    The first use on a machine exports it to ``cache_root()/onnx``, which takes some ten seconds; an exported file that
    is damaged is made again.

    Parameters
    ----------
    network : Network
    runtime : {"onnx", "torch"}

    Returns
    -------
    Run

    Raises
    ------
    InputError
        If the weights are not the pinned ones.
    """
    return _run_torch(network) if runtime == "torch" else _run_onnx(network)


@lru_cache(maxsize=OPEN_NETWORKS)
def open_module(network: Network) -> nn.Module:
    """Return the torch module itself, its weights fixed.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Module
        In evaluation mode.

    Raises
    ------
    InputError
        If the weights are not the pinned ones.
    """
    return network.build().requires_grad_(requires_grad=False)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread, so that the number of processors moves no digit."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _run_torch(network: Network) -> Run:
    """Run the torch module itself."""
    import torch

    module = open_module(network)

    def run(item: NDArray[Any], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        with one_thread(), torch.inference_mode():
            found = dict(zip(network.outputs, module(torch.tensor(item)), strict=True))
        return [found[name].numpy() for name in outputs]

    return run


def _run_onnx(network: Network) -> Run:
    """Run the exported network, one processor per call."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(exported(network), options, providers=["CPUExecutionProvider"])

    def run(item: NDArray[Any], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = session.run(list(outputs), {"item": item})
        return found

    return run


def exported(network: Network) -> bytes:
    """Return ``network`` as an ONNX file, from the cache or exported now.

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

    example = torch.ones([size or 8 for size in network.input_shape], dtype=getattr(torch, network.input_dtype))
    free = {i: torch.export.Dim.DYNAMIC for i, size in enumerate(network.input_shape) if size is None}
    quiet = logging.getLogger("torch.onnx")
    level = quiet.level
    quiet.setLevel(logging.ERROR)  # it reports every optional package that it does not find
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network.build(),
                (example,),
                input_names=["item"],
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
