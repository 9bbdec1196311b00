"""What was used last, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Recent"]

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Recent(Generic[_Key, _Value]):
    """Values by key, of which those used longest ago are forgotten; for one thread.

    Parameters
    ----------
    limit : int
        Bytes.

    Examples
    --------
    >>> kept = Recent[str, int](limit=20)
    >>> for key in "abc":
    ...     kept.put(key, 1, size=10)
    >>> "a" in kept, kept.get("c")
    (False, 1)
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()

    def __contains__(self, key: _Key) -> bool:
        return key in self._kept

    def get(self, key: _Key) -> _Value | None:
        """Return what is kept under a key, which counts as a use; None where there is nothing."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: _Key, value: _Value, size: int) -> None:
        """Keep a value of so many bytes, and forget others where there is no room."""
        self.size += size - self._kept.pop(key, (None, 0))[1]
        self._kept[key] = value, size
        while self.size > self.limit:
            self.size -= self._kept.popitem(last=False)[1][1]
