"""Low-rank changes of an encoder's linear maps: what tuning learns, and how a network is run with it.

Hu et al., LoRA: Low-rank adaptation of large language models, ICLR 2022, section 4.1: a map W becomes W + B A, where A
has few rows. Once the sum is formed, the network is the one that it was, with other numbers: vectors are made of the
same parts as before, in the same way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from prodcls.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from onnx import GraphProto
    from torch import Tensor, nn

__all__ = ["Adapter", "changed_module", "changed_onnx"]

WEIGHT = ".weight"


@dataclass(frozen=True, eq=False)
class Adapter:
    """Changes of some of the linear maps of one encoder; two of them are equal when their numbers are.

    Attributes
    ----------
    encoder : str
        Name of the encoder.
    down : dict of str to ndarray of shape (r, inputs), float32
        A of each map, by its name in the network.
    up : dict of str to ndarray of shape (outputs, r), float32
        B of the same maps.
    """

    encoder: str
    down: dict[str, NDArray[np.float32]]
    up: dict[str, NDArray[np.float32]]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the encoder's name and all numbers, in hex."""
        found = hashlib.sha256(self.encoder.encode())
        for name in sorted(self.down):
            for array in (self.down[name], self.up[name]):
                found.update(f"\n{name} {array.shape}\n".encode())
                found.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
        return found.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Adapter) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def changes(self) -> dict[str, NDArray[np.float32]]:
        """Return what is added to each map's weights, shape (outputs, inputs), by the map's name."""
        # One order of sums for all runtimes, so that they run the same weights.
        return {
            name: np.einsum("or,ri->oi", self.up[name], down, dtype=np.float64).astype(np.float32)
            for name, down in self.down.items()
        }


def changed_module(module: nn.Module, adapter: Adapter | None) -> nn.Module:
    """Return a torch network with its weights changed.

    Parameters
    ----------
    module : Module
        Changed in place.
    adapter : Adapter or None
        None changes nothing.

    Returns
    -------
    Module

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if the adapter is one of another network.
    """
    import torch

    with torch.no_grad():
        for name, change in ({} if adapter is None else adapter.changes()).items():
            weight = _weight(module, name)
            if weight.shape != change.shape:
                raise _other(name)
            # A sum of its own: the weights may lie in memory that others read too.
            weight.data = weight.data + torch.from_numpy(change)
    return module


def changed_onnx(data: bytes, adapter: Adapter | None, build: Callable[[], nn.Module]) -> bytes:
    """Return an exported network with its weights changed.

    Parameters
    ----------
    data : bytes
        Of the ONNX file.
    adapter : Adapter or None
        None changes nothing.
    build : callable
        Returns the torch module that was exported; asked where an exported weight has lost its name.

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        Code ``encoder-unusable``, if the adapter is one of another network.
    """
    if adapter is None:
        return data
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(data)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    changes = adapter.changes()
    unnamed = [name for name in changes if name + WEIGHT not in tensors]
    renamed = _renamed(model.graph, build(), unnamed) if unnamed else {}
    for name, change in changes.items():
        place, turned = renamed.get(name, (name + WEIGHT, False))
        tensor, added = tensors[place], change.T if turned else change
        if tuple(tensor.dims) != added.shape:
            raise _other(name)
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) + added, place))
    found: bytes = model.SerializeToString()
    return found


def _renamed(graph: GraphProto, module: nn.Module, names: list[str]) -> dict[str, tuple[str, bool]]:
    """Return under which name each map's weights were exported, and whether they were turned on the way."""
    from onnx import numpy_helper

    found: dict[str, tuple[str, bool]] = {}
    wanted = {name: _weight(module, name).detach().numpy() for name in names}
    shapes = {side.shape for weight in wanted.values() for side in (weight, weight.T)}
    exported = {t.name: numpy_helper.to_array(t) for t in graph.initializer if tuple(t.dims) in shapes}
    for name, weight in wanted.items():
        alike = [
            (place, turned)
            for place, array in exported.items()
            for turned in (False, True)
            if np.array_equal(array, weight.T if turned else weight)
        ]
        if len(alike) != 1:
            raise _other(name)
        found[name] = alike[0]
    return found


def _weight(module: nn.Module, name: str) -> Tensor:
    try:
        return module.get_parameter(name + WEIGHT)
    except AttributeError:
        raise _other(name) from None


def _other(name: str) -> InputError:
    message = f"an adapter changes {name!r}, which the network lacks in that shape: fit again with these weights"
    return InputError(message, code="encoder-unusable")
