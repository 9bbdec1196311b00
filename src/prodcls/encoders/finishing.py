"""The last layers of networks that are not linear in their parts, run alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from prodcls.encoders.network import Network
from prodcls.encoders.torch_run import one_thread, open_module

__all__ = ["finished"]


def finished(network: Network, pooled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the vectors of sums of parts.

    Parameters
    ----------
    network : Network
        Whose module has ``finish``.
    pooled : ndarray of shape (n, p), float64

    Returns
    -------
    ndarray of shape (n, d), float64
    """
    import torch

    module: Any = open_module(network)
    with one_thread(), torch.inference_mode():
        found: NDArray[np.float64] = module.finish(torch.tensor(pooled, dtype=torch.float32)).double().numpy()
    return found
