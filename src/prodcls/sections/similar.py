"""The training products most like a product, space by space."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.explain.similar import LEAVES, Similar, SimilarProduct, SimilarProducts
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.parts import block_name, readable_photo

__all__ = ["SimilarContext", "SimilarLine", "flags", "similar_context", "space_name", "space_see"]


@dataclass(frozen=True)
class SimilarLine:
    """A training product.

    Attributes
    ----------
    id, title, label : str
    similarity : str
    photo : str or None
        Thumbnail, base64-encoded JPEG.
    flags : tuple of Prose
        What is to be known of it.
    agrees : bool
        Whether its label is the class of the product.
    """

    id: str
    title: str
    label: str
    similarity: str
    photo: str | None
    flags: tuple[Prose, ...]
    agrees: bool


@dataclass(frozen=True)
class SimilarContext:
    """One space.

    Attributes
    ----------
    name : Prose
    see : Prose
        Empty where the name says it all.
    lines : tuple of SimilarLine
        Nearest first.
    """

    name: Prose
    see: Prose
    lines: tuple[SimilarLine, ...]


def similar_context(similar: SimilarProducts, predicted: str, t: Language) -> tuple[SimilarContext, ...]:
    """Return what the page shows of each space."""
    return tuple(
        SimilarContext(
            space_name(space, t),
            space_see(space, t),
            tuple(
                SimilarLine(
                    p.id,
                    p.title,
                    p.label,
                    t.decimal(p.similarity),
                    readable_photo(p.photo),
                    flags(p, t),
                    p.label == predicted,
                )
                for p in space.products
            ),
        )
        for space in similar.spaces
    )


def space_name(space: Similar, t: Language) -> Prose:
    """Return what a space is called."""
    return t.say("similar.leaves") if space.block == LEAVES else block_name(t, space.block)


def space_see(space: Similar, t: Language) -> Prose:
    """Return what a reader should know of a space; empty for a block."""
    return t.say("similar.leaves_see", n=plain(t.count(space.tied))) if space.block == LEAVES else ()


def flags(product: SimilarProduct, t: Language) -> tuple[Prose, ...]:
    """Return what is to be known of a training product."""
    found = [t.say("similar.copy")] if product.copy else []
    if product.doubt is not None and product.doubt_probability is not None:
        probability = plain(t.probability(product.doubt_probability))
        found.append(t.say("similar.doubt", name=quoted(product.doubt), probability=probability))
    return tuple(found)
