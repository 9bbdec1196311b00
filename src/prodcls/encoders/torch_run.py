"""Networks run by torch: the reference that exported ones are tested against, and the way onto a graphics card."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.adapter import changed_module
from prodcls.encoders.network import OPEN_NETWORKS, Network, Run
from prodcls.errors import InputError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["one_thread", "open_module", "run_torch"]


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
    return changed_module(network.build(), network.adapter).requires_grad_(requires_grad=False)


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


def run_torch(network: Network, *, device: str = "cpu", bf16: bool = False) -> Run:
    """Return a function that runs the torch module of ``network``.

    Parameters
    ----------
    network : Network
    device : {"cpu", "cuda"}, default "cpu"
    bf16 : bool, default False
        Whether linear maps, convolutions and attention multiply bfloat16; norms and sums stay float32.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        Code ``device-absent``, if there is no such device; or if the weights are not the pinned ones.
    """
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        message = (
            "torch finds no graphics card that it can use (CUDA): leave --device cuda out, or install a driver and a "
            "build of torch for it"
        )
        raise InputError(message, code="device-absent")
    # The module on the processor is shared with what asks for gradients.
    module = open_module(network)
    if device != "cpu":
        module = copy.deepcopy(module).to(device)

    def run(items: NDArray[Any], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        with (
            one_thread(),
            torch.inference_mode(),
            torch.autocast(device, dtype=torch.bfloat16, enabled=bf16),
            torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False),
        ):
            found = dict(zip(network.outputs, module(torch.tensor(items, device=device)), strict=True))
        return [found[name].float().cpu().numpy() for name in outputs]

    return run
