"""One product as the models see it, and what its vectors are made of."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.encoders import Encoder, Parts
from prodcls.inputs import Inputs

__all__ = ["Split", "Subject"]


@dataclass(frozen=True)
class Split:
    """The vector of one block, encoder by encoder.

    The block's vector is ``concatenate(p.vector / norm(p.vector) for p in parts) / sqrt(len(parts))``.

    Attributes
    ----------
    encoders : tuple of Encoder
    parts : tuple of Parts
        What each encoder made of the text, photo or sound.
    """

    encoders: tuple[Encoder, ...]
    parts: tuple[Parts, ...]


@dataclass(frozen=True)
class Subject:
    """One product.

    Attributes
    ----------
    inputs : Inputs
        Of length 1.
    splits : dict of str to Split
        By block. A block that is present and not here keeps its share as a whole.
    photo_size : tuple of int, or None
        Width and height in pixels.
    """

    inputs: Inputs
    splits: dict[str, Split]
    photo_size: tuple[int, int] | None = None
