"""Exported networks run by OpenVINO, in float32 or bfloat16."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from types import ModuleType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.network import Network, Run
from prodcls.encoders.onnx import network_file
from prodcls.encoders.processors import available_processors
from prodcls.errors import InputError

__all__ = ["run_openvino"]

_FIRST = threading.Lock()


def run_openvino(network: Network, *, bf16: bool = False) -> Run:
    """Return a function that runs the exported ``network``, one processor per call.

    Parameters
    ----------
    network : Network
    bf16 : bool, default False
        Whether bfloat16 are multiplied. OpenVINO does so by itself on processors that can, unless it is told.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        Code ``extra-missing``, if OpenVINO is not installed; or if the weights are not the pinned ones.
    """
    openvino = _openvino()
    processors = available_processors()
    options = {
        "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
        "NUM_STREAMS": processors,
        "INFERENCE_NUM_THREADS": processors,
        "ENABLE_CPU_PINNING": False,
    }
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(network_file(network)), "CPU", options)
    free: list[Any] = []  # each holds the memory of one run; threads come and go

    def run(items: NDArray[Any], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        try:
            request = free.pop()
        except IndexError:
            request = compiled.create_infer_request()
        request.infer([items], share_inputs=True, share_outputs=True)
        found = [np.array(request.get_tensor(name).data, dtype=np.float32) for name in outputs]
        free.append(request)
        return found

    return run


def _openvino() -> ModuleType:
    """Import OpenVINO, ready for threads, without what it reports its use with.

    That would write to the home folder and open a socket. And the first array that OpenVINO is handed makes it look
    numpy up, once a process, where two threads at the same time wait for each other for ever: so one does it here.
    """
    with _FIRST:
        openvino = _imported()
        _ = openvino.Tensor(np.zeros(1, dtype=np.float32), shared_memory=True).data
    return openvino


def _imported() -> ModuleType:
    unwanted, modules = "openvino_telemetry", cast("dict[str, Any]", sys.modules)
    before = modules.get(unwanted)
    modules[unwanted] = None  # as if it were not installed
    try:
        import openvino
    except ImportError as error:
        message = "--runtime openvino needs another package: pip install 'prodcls[openvino]'"
        raise InputError(message, code="extra-missing") from error
    finally:
        del modules[unwanted]
        if before is not None:
            modules[unwanted] = before
    found: ModuleType = openvino
    return found
