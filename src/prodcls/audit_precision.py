"""What shorter numbers in the encoders do to predictions, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PrecisionSection"]


@dataclass(frozen=True)
class PrecisionSection:
    """A sample of tested products encoded both ways, each scored by the model of its fold.

    Attributes
    ----------
    precision : str
        That of the fit, such as ``"bf16"``; the other one is float32.
    products : int
        In the sample.
    changed : int
        Those that get another class.
    probability : float
        Largest change of a probability of any class, in [0, 1].
    cosine : float
        Least likeness of a product's vector with the other one, over all blocks, in [-1, 1].
    """

    precision: str
    products: int
    changed: int
    probability: float
    cosine: float
