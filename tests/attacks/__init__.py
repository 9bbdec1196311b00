"""One runnable file for each way of harming the product, with its reason on top."""

from __future__ import annotations

import os

__all__ = ["rounds"]


def rounds(sample: int, full: int) -> int:
    """Return how often to attack: ``full`` times with PRODCLS_ATTACKS=full in the environment, else a sample."""
    return full if os.environ.get("PRODCLS_ATTACKS") == "full" else sample
