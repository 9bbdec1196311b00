"""How far two who judge the same products agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

__all__ = ["cohen_kappa"]


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa: agreement beyond what the two would reach by chance with the classes that each favours.

    ``kappa = (p_o - p_e) / (1 - p_e)``: J. Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and
    Psychological Measurement 20 (1960), 37-46.

    Parameters
    ----------
    pairs : sequence of tuple of str
        What the one and the other said, a pair a product.

    Returns
    -------
    float or None
        From -1 to 1; None without pairs, and where both always named the same one class, so that chance explains all.

    Examples
    --------
    >>> cohen_kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
    0.5
    """
    n = len(pairs)
    if not n:
        return None
    first, second = (Counter(side) for side in zip(*pairs, strict=True))
    # In whole numbers, so that agreement by chance alone is exactly zero.
    by_chance = sum(first[name] * second[name] for name in first)
    if by_chance == n * n:
        return None
    agreed = sum(a == b for a, b in pairs)
    return (agreed * n - by_chance) / (n * n - by_chance)
