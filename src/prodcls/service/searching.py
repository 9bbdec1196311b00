"""Training products by id or by words, as a person looks them up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from prodcls.bundle_products import Products
from prodcls.folding import folded

__all__ = ["Hit", "Hits", "ProductIndex"]

SHOWN = 50
"""Most products on a page of results."""


@dataclass(frozen=True)
class Hit:
    """A training product as a line of results shows it.

    Attributes
    ----------
    id : str
    title : str
        Its first text that is not blank.
    label : str
    predicted : str or None
        What a model that had not seen it said; None where it was not tested.
    probability : float or None
        Of that.
    """

    id: str
    title: str
    label: str
    predicted: str | None
    probability: float | None


@dataclass(frozen=True)
class Hits:
    """What was found.

    Attributes
    ----------
    shown : tuple of Hit
        Best first.
    total : int
    """

    shown: tuple[Hit, ...]
    total: int


@dataclass(frozen=True)
class ProductIndex:
    """The products of a bundle, ready to be searched.

    Attributes
    ----------
    products : Products
    """

    products: Products

    @cached_property
    def _texts(self) -> list[str]:
        """Id, label and texts of each product, folded."""
        kept = self.products
        columns = [kept.ids, kept.labels, *kept.texts.values(), *kept.categorical.values()]
        return [folded("\n".join(cells)) for cells in zip(*columns, strict=True)]

    @cached_property
    def _titles(self) -> list[str]:
        """Id and first text of each product, folded."""
        titles = next(iter(self.products.texts.values()), ("",) * len(self.products))
        return [folded(f"{one}\n{title}") for one, title in zip(self.products.ids, titles, strict=True)]

    def search(self, query: str, shown: int = SHOWN) -> Hits:
        """Return the products with all words of ``query``: that of this id, then those with them in id or title.

        Parameters
        ----------
        query : str
            Words, parted by blanks, in any case; parts of words count too. Nothing finds the first products.
        shown : int

        Returns
        -------
        Hits
        """
        words = folded(query).split()
        found = [i for i, text in enumerate(self._texts) if all(word in text for word in words)]
        wanted = query.strip()
        found.sort(key=lambda i: (self.products.ids[i] != wanted, not all(word in self._titles[i] for word in words)))
        return Hits(tuple(self._hit(i) for i in found[:shown]), len(found))

    def _hit(self, i: int) -> Hit:
        kept = self.products
        said = kept.judged.classes[i]
        probability = None if said is None else float(kept.judged.probabilities[i])
        title = next((cells[i] for cells in kept.texts.values() if cells[i].strip()), "")
        return Hit(kept.ids[i], title, kept.labels[i], said, probability)
