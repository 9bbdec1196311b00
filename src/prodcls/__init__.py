"""Classify products from text, photo and price, and show why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodcls.classifier import ProductClassifier

__all__ = ["ProductClassifier"]


def __getattr__(name: str) -> object:
    """Import the estimator only when it is asked for: the command line must start at once."""
    if name == "ProductClassifier":
        from prodcls.classifier import ProductClassifier

        return ProductClassifier
    message = f"module 'prodcls' has no attribute {name!r}"
    raise AttributeError(message)
