"""Classify products from text, photo and price, and show why."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodcls.accounts import Account
    from prodcls.classifier import ProductClassifier
    from prodcls.library import Bundle

__all__ = ["Account", "Bundle", "ProductClassifier"]

_HOMES = {"Account": "accounts", "Bundle": "library", "ProductClassifier": "classifier"}


def __getattr__(name: str) -> object:
    """Import what is offered only when it is asked for: the command line must start at once."""
    if name in _HOMES:
        return getattr(import_module(f"prodcls.{_HOMES[name]}"), name)
    message = f"module 'prodcls' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """Return what is offered."""
    return sorted({*globals(), *__all__})
