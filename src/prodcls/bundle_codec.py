"""Trees of frozen dataclasses as JSON plus arrays, and back, driven by the classes' own annotations.

Nothing that a file says decides which class is made: `unpack` follows the annotations of the class it is asked for, as
`pack` did, and refuses whatever does not fit them. Arrays, long lists of strings and boosters are leaves of the tree,
kept apart under a path of the form of a JSON pointer (RFC 6901), such as ``/model/head/pool/weights``.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

import lightgbm
import numpy as np
from numpy.typing import NDArray

from prodcls.errors import BundleError

__all__ = ["Leaves", "pack", "unpack"]

LONG_LIST = 100
"""Strings beyond which a list is a leaf, so that the JSON stays readable."""

# LightGBM writes how many threads it was trained with, which has no effect on the trees.
_THREADS = re.compile(r"^\[num_threads: -?\d+\]$", re.MULTILINE)

_Made = TypeVar("_Made")


@dataclass
class Leaves:
    """What a tree holds that is not JSON, by path.

    Attributes
    ----------
    arrays : dict of str to ndarray
    strings : dict of str to list of str
    boosters : dict of str to str
        LightGBM's own text.
    """

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    strings: dict[str, list[str]] = field(default_factory=dict)
    boosters: dict[str, str] = field(default_factory=dict)

    def paths(self) -> list[str]:
        """Return the paths of all leaves."""
        return [*self.arrays, *self.strings, *self.boosters]


def pack(value: object, kind: Any, leaves: Leaves, path: str = "") -> Any:  # noqa: ANN401 - any annotation, any JSON
    """Return ``value`` as JSON; what is no JSON goes to ``leaves``.

    Parameters
    ----------
    value : object
    kind : type
        Annotation that ``value`` follows: a dataclass; an array; a booster; a string or number; None; or a tuple, a
        dictionary or a union of such.
    leaves : Leaves
    path : str
        Where in the tree ``value`` stands.

    Returns
    -------
    dict, list, str, int, float, bool or None

    Raises
    ------
    TypeError
        If ``value`` is not of its annotation, or the annotation is none of the above.
    """
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return {f.name: pack(getattr(value, f.name), hints[f.name], leaves, f"{path}/{f.name}") for f in fields(kind)}
    shape = get_origin(kind) or kind
    if shape in (types.UnionType, Union):
        member = next(m for m in get_args(kind) if isinstance(value, get_origin(m) or m))
        inner = pack(value, member, leaves, path)
        return {"class": member.__name__, "value": inner} if _is_tagged(kind) else inner
    writer = _PACKERS.get(shape)
    if writer is not None:
        return writer(value, kind, leaves, path)
    allowed = get_args(kind) if shape is Literal else (value,) if type(value) is shape else ()
    if shape not in (Literal, *_SCALARS) or value not in allowed:
        message = f"{path}: {type(value).__name__} cannot be packed as {kind}"
        raise TypeError(message)
    return value


def _pack_array(value: Any, kind: Any, leaves: Leaves, path: str) -> dict[str, Any]:  # noqa: ANN401
    if value.dtype != _dtype(kind):
        message = f"{path}: {value.dtype} where {_dtype(kind)} is meant"
        raise TypeError(message)
    leaves.arrays[path] = np.asarray(value, order="C")
    return _described(value)


def _pack_booster(value: Any, kind: Any, leaves: Leaves, path: str) -> dict[str, int]:  # noqa: ANN401
    del kind
    leaves.boosters[path] = _THREADS.sub("[num_threads: 1]", value.model_to_string(num_iteration=-1))
    return {"trees": value.num_trees()}


def _pack_tuple(value: Any, kind: Any, leaves: Leaves, path: str) -> Any:  # noqa: ANN401
    if get_args(kind) == (str, ...) and len(value) > LONG_LIST:
        leaves.strings[path] = list(value)
        return {"strings": len(value)}
    return [
        pack(v, k, leaves, f"{path}/{i}")
        for i, (v, k) in enumerate(zip(value, _members(kind, len(value)), strict=True))
    ]


def _pack_dict(value: Any, kind: Any, leaves: Leaves, path: str) -> dict[str, Any]:  # noqa: ANN401
    return {name: pack(v, get_args(kind)[1], leaves, f"{path}/{_escaped(name)}") for name, v in value.items()}


_SCALARS = (str, bool, int, float, types.NoneType)
_PACKERS: dict[Any, Callable[[Any, Any, Leaves, str], Any]] = {
    np.ndarray: _pack_array,
    lightgbm.Booster: _pack_booster,
    tuple: _pack_tuple,
    dict: _pack_dict,
}


def unpack(tree: object, kind: type[_Made], leaves: Leaves) -> _Made:
    """Return the value that `pack` was given.

    Parameters
    ----------
    tree : object
        JSON.
    kind : type
    leaves : Leaves

    Returns
    -------
    object of type ``kind``

    Raises
    ------
    BundleError
        Code ``bundle-content``, if the tree or a leaf is not what the annotations ask for, or a leaf belongs nowhere.
    """
    reader = _Reader(leaves)
    made: _Made = reader.read(tree, kind, "")
    unused = sorted(set(leaves.paths()) - reader.used)
    if unused:
        _refuse(unused[0], "belongs to nothing in the configuration")
    return made


class _Reader:
    """Reads one tree and remembers which leaves it used."""

    def __init__(self, leaves: Leaves) -> None:
        self.leaves = leaves
        self.used: set[str] = set()

    def read(self, tree: Any, kind: Any, path: str) -> Any:  # noqa: ANN401
        shape = get_origin(kind) or kind
        if is_dataclass(kind):
            return self._dataclass(tree, kind, path)
        if shape in (types.UnionType, Union):
            return self._union(tree, kind, path)
        reader = {np.ndarray: self._array, lightgbm.Booster: self._booster, tuple: self._tuple, dict: self._dict}.get(
            shape
        )
        if reader is not None:
            return reader(tree, kind, path)
        fits = tree in get_args(kind) if shape is Literal else type(tree) is shape
        return tree if fits else _refuse(path, f"{str(tree)[:80]!r} is not of type {getattr(kind, '__name__', kind)}")

    def _branch_or_leaf(self, shape: Any) -> Callable[[Any, Any, str], Any]:  # noqa: ANN401
        readers: dict[Any, Callable[[Any, Any, str], Any]] = {
            np.ndarray: self._array,
            lightgbm.Booster: self._booster,
            tuple: self._tuple,
            dict: self._dict,
        }
        return readers[shape]

    def _dataclass(self, tree: Any, kind: Any, path: str) -> Any:  # noqa: ANN401
        hints = get_type_hints(kind)
        names = [f.name for f in fields(kind)]
        found = _object(tree, path)
        if sorted(found) != sorted(names):
            _refuse(path, f"holds {', '.join(found)} where {', '.join(names)} are meant")
        return kind(**{name: self.read(found[name], hints[name], f"{path}/{name}") for name in names})

    def _union(self, tree: Any, kind: Any, path: str) -> Any:  # noqa: ANN401
        members = get_args(kind)
        if not _is_tagged(kind):
            member = types.NoneType if tree is None else next(m for m in members if m is not types.NoneType)
            return self.read(tree, member, path)
        if not (isinstance(tree, dict) and sorted(tree) == ["class", "value"]):
            _refuse(path, "does not say of which class it is")
        for member in members:
            if member.__name__ == tree["class"]:
                return self.read(tree["value"], member, path)
        return _refuse(path, f"is of an unknown class {str(tree['class'])[:80]!r}")

    def _array(self, tree: Any, kind: Any, path: str) -> Any:  # noqa: ANN401
        array = self._leaf(self.leaves.arrays, path)
        if array.dtype != _dtype(kind):
            _refuse(path, f"is of {array.dtype} where {_dtype(kind)} is meant")
        if tree != _described(array):
            _refuse(path, f"has the shape {array.shape}, which is not the one in the configuration")
        return array

    def _booster(self, tree: Any, kind: Any, path: str) -> Any:  # noqa: ANN401
        try:
            booster = kind(model_str=self._leaf(self.leaves.boosters, path))
        except lightgbm.basic.LightGBMError as error:
            _refuse(path, f"LightGBM cannot read it: {error}")
        if tree != {"trees": booster.num_trees()}:
            _refuse(path, "has another number of trees than the configuration says")
        return booster

    def _tuple(self, tree: Any, kind: Any, path: str) -> Any:  # noqa: ANN401
        if isinstance(tree, dict):
            expected, tree = tree, self._leaf(self.leaves.strings, path)
            if not isinstance(tree, list) or expected != {"strings": len(tree)}:
                _refuse(path, "has another length than the configuration says")
        if not isinstance(tree, list):
            _refuse(path, "is no list")
        kinds = _members(kind, len(tree))
        if len(kinds) != len(tree):
            _refuse(path, f"holds {len(tree)} entries where {len(kinds)} are meant")
        return tuple(self.read(t, k, f"{path}/{i}") for i, (t, k) in enumerate(zip(tree, kinds, strict=True)))

    def _dict(self, tree: Any, kind: Any, path: str) -> Any:  # noqa: ANN401
        member = get_args(kind)[1]
        return {name: self.read(t, member, f"{path}/{_escaped(name)}") for name, t in _object(tree, path).items()}

    def _leaf(self, leaves: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401
        if path not in leaves:
            _refuse(path, "is missing")
        self.used.add(path)
        return leaves[path]


def _is_tagged(kind: Any) -> bool:  # noqa: ANN401
    """Tell whether a union has several members besides None, so that a value must say which it is."""
    return sum(m is not types.NoneType for m in get_args(kind)) > 1


def _members(kind: Any, length: int) -> tuple[Any, ...]:  # noqa: ANN401
    """Return the annotation of each entry of a tuple."""
    members = get_args(kind)
    return (members[0],) * length if members[1:] == (...,) else members


def _dtype(kind: Any) -> np.dtype[Any]:  # noqa: ANN401
    """Return the element type that ``NDArray[...]`` names."""
    element: np.dtype[Any] = np.dtype(get_args(get_args(kind)[1])[0])
    return element


def _described(array: NDArray[Any]) -> dict[str, Any]:
    return {"array": str(array.dtype), "shape": list(array.shape)}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _object(tree: Any, path: str) -> dict[str, Any]:  # noqa: ANN401
    return tree if isinstance(tree, dict) else _refuse(path, "is no object")


def _refuse(path: str, what: str) -> NoReturn:
    message = f"{path or '/'} {what}: the bundle was not written by this version; fit it again"
    raise BundleError(message, code="bundle-content")
