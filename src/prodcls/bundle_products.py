"""The training catalogue inside a bundle: ids, labels, cells, photos by name and digest, and out-of-fold classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from prodcls.bundle_files import FORMAT_VERSION
from prodcls.bundle_parquet import checked_table, spelled_column
from prodcls.bundle_upgrades import upgraded_products
from prodcls.catalogue import Catalogue
from prodcls.errors import BundleError, InputError
from prodcls.images import photo_digest
from prodcls.inputs import Inputs
from prodcls.nearest import nearest
from prodcls.tables import parquet_bytes

__all__ = [
    "Judgements",
    "KnownColumns",
    "PhotoReference",
    "Products",
    "collect_products",
    "known_columns",
    "products_from_bytes",
    "products_to_bytes",
]

# Columns that products bring along are told from ours by the kind in front of their names.
_TEXT, _NUMERIC, _CATEGORICAL, _PRESENT, _ACCOUNT = "text:", "numeric:", "categorical:", "present:", "account:"
_SETTLED = "judged_settled"

_KINDS = {
    **dict.fromkeys(("id", "label", _TEXT, _CATEGORICAL), (pa.string(), False)),
    **dict.fromkeys(("photo", "photo_sha256", "sound", "sound_sha256", "judged"), (pa.string(), True)),
    **dict.fromkeys(("judged_probability", _NUMERIC), (pa.float64(), False)),
    **dict.fromkeys((_SETTLED, _PRESENT), (pa.bool_(), False)),
    _ACCOUNT: (pa.float32(), False),
    "row": (pa.int64(), False),  # of bundles of format 4, not used
}
"""Type of each column, or kind of column, and whether it may lack values."""


@dataclass(frozen=True)
class PhotoReference:
    """A photo, or a sound, that the bundle does not hold.

    Attributes
    ----------
    path : str
        Below the image folder, parted by slashes.
    sha256 : str
        Of the file's bytes.
    """

    path: str
    sha256: str


@dataclass(frozen=True)
class KnownColumns:
    """What the model knows of the catalogue's columns, so that a new catalogue can be held against it.

    Attributes
    ----------
    numeric : tuple of str
        Amounts of money with their currency, such as ``"price [INR]"``.
    categorical : dict of str to tuple of str
        Values seen in training, sorted.
    """

    numeric: tuple[str, ...]
    categorical: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Judgements:
    """What models that had not seen them said of n products; everything has length n.

    Attributes
    ----------
    classes : tuple of (str or None)
        Most probable class; None for a product that was only trained on.
    probabilities : ndarray of shape (n,), float64
        Calibrated, of that class; NaN for None.
    accounts : dict of str to ndarray of shape (n,), float32
        By key of the evidence: its share in the lead of that class over the runner-up, in logits; NaN for None. Empty
        where the head names no evidence.
    settled : ndarray of shape (n,), bool, or None
        Whether nothing but a threshold on certainty would have given the product to a person, see
        `prodcls.triage.review_reasons`; False for a product that was only trained on. None: not known.
    """

    classes: tuple[str | None, ...]
    probabilities: NDArray[np.float64]
    accounts: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    settled: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Products:
    """The products that a model was trained on; everything has length n, in the order of the training rows.

    Attributes
    ----------
    ids, labels : tuple of str
    texts, categorical : dict of str to tuple of str
        ``""`` is missing.
    numeric : dict of str to ndarray of shape (n,), float64
        NaN is missing.
    photos : tuple of (PhotoReference or None)
    present : dict of str to ndarray of shape (n,), bool
        By embedding block: the products that have it, which are the ones among which neighbours are looked for.
    judged : Judgements
        Out of fold.
    sounds : tuple of (PhotoReference or None), or None
        None where the catalogue has no sounds.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]
    categorical: dict[str, tuple[str, ...]]
    numeric: dict[str, NDArray[np.float64]]
    photos: tuple[PhotoReference | None, ...]
    present: dict[str, NDArray[np.bool_]]
    judged: Judgements
    sounds: tuple[PhotoReference | None, ...] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.intp]) -> Products:
        """Return the products at ``rows`` (integer positions, shape (m,)), in that order."""

        def cells(kind: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
            return {name: tuple(found[i] for i in rows) for name, found in kind.items()}

        return Products(
            ids=tuple(self.ids[i] for i in rows),
            labels=tuple(self.labels[i] for i in rows),
            texts=cells(self.texts),
            categorical=cells(self.categorical),
            numeric={name: values[rows] for name, values in self.numeric.items()},
            photos=tuple(self.photos[i] for i in rows),
            present={name: there[rows] for name, there in self.present.items()},
            judged=Judgements(tuple(self.judged.classes[i] for i in rows), self.judged.probabilities[rows]),
            sounds=None if self.sounds is None else tuple(self.sounds[i] for i in rows),
        )

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.ids)}

    def find(self, product: str) -> int:
        """Return the position of the product with the id ``product``.

        Parameters
        ----------
        product : str

        Returns
        -------
        int

        Raises
        ------
        InputError
            Code ``product-unknown``, naming ids that look alike.
        """
        if product not in self._positions:
            near = nearest(product, self.ids)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            message = f"no product of the training catalogue has the id {product!r}{hint}"
            raise InputError(message, code="product-unknown")
        return self._positions[product]


def collect_products(
    catalogue: Catalogue, inputs: Inputs, image_root: Path, judged: Judgements | None = None
) -> Products:
    """Return what a bundle keeps of its training catalogue.

    Parameters
    ----------
    catalogue : Catalogue
        n products with labels.
    inputs : Inputs
        Of the same products.
    image_root : Path
        Folder that photos and sounds lie in.
    judged : Judgements, optional
        Of the same products; by default none was tested.

    Returns
    -------
    Products

    Raises
    ------
    ValueError
        If ``inputs`` are of other products, or there are no labels.
    ImageError
        If a photo or a sound has gone since it was read.
    """
    if catalogue.labels is None or catalogue.ids != inputs.ids:
        message = "a bundle needs labels, and inputs of the same products"
        raise ValueError(message)
    root = image_root.resolve()
    return Products(
        ids=catalogue.ids,
        labels=catalogue.labels,
        texts=catalogue.texts,
        categorical=catalogue.categorical,
        numeric=catalogue.numeric,
        photos=tuple(_reference(photo, root) for photo in catalogue.photos or (None,) * len(catalogue)),
        sounds=None
        if catalogue.sounds is None
        else tuple(_reference(None if one is None else one.path, root) for one in catalogue.sounds),
        present={name: e.present for name, e in inputs.dense.items()},
        judged=judged or Judgements((None,) * len(catalogue), np.full(len(catalogue), np.nan)),
    )


def known_columns(inputs: Inputs) -> KnownColumns:
    """Return what a model trained on ``inputs`` knows of their columns."""
    categorical = {name: tuple(sorted(set(cells) - {""})) for name, cells in inputs.categorical.items()}
    return KnownColumns(tuple(inputs.numeric), categorical)


def _reference(photo: Path | None, root: Path) -> PhotoReference | None:
    if photo is None:
        return None
    below = photo.relative_to(root).as_posix() if photo.is_relative_to(root) else photo.name
    return PhotoReference(below, photo_digest(photo))


def products_to_bytes(products: Products) -> bytes:
    """Return the products as a Parquet file."""
    columns: dict[str, Any] = {"id": products.ids, "label": products.labels}
    columns["photo"] = pa.array([p and p.path for p in products.photos], pa.string())
    columns["photo_sha256"] = pa.array([p and p.sha256 for p in products.photos], pa.string())
    if products.sounds is not None:
        columns["sound"] = pa.array([s and s.path for s in products.sounds], pa.string())
        columns["sound_sha256"] = pa.array([s and s.sha256 for s in products.sounds], pa.string())
    columns["judged"] = pa.array(products.judged.classes, pa.string())
    columns["judged_probability"] = products.judged.probabilities
    if products.judged.settled is not None:
        columns[_SETTLED] = products.judged.settled
    kinds: dict[str, Mapping[str, Any]] = {
        _TEXT: products.texts,
        _CATEGORICAL: products.categorical,
        _NUMERIC: products.numeric,
        _PRESENT: products.present,
        _ACCOUNT: products.judged.accounts,
    }
    for kind, cells in kinds.items():
        columns |= {kind + name: values for name, values in cells.items()}
    return parquet_bytes(pa.table(columns))


def products_from_bytes(data: bytes, version: int = FORMAT_VERSION) -> Products:
    """Return the products of a verified file.

    Parameters
    ----------
    data : bytes
    version : int
        Format of the bundle that it is from.

    Returns
    -------
    Products

    Raises
    ------
    BundleError
        Code ``bundle-content``, if the file is no such table.
    """
    try:
        table = upgraded_products(checked_table(data, _KINDS), version)
        names = table.column_names
        return Products(
            ids=_strings(table, "id"),
            labels=_strings(table, "label"),
            texts={name: _strings(table, _TEXT + name) for name in _named(names, _TEXT)},
            categorical={n: _strings(table, _CATEGORICAL + n) for n in _named(names, _CATEGORICAL)},
            numeric={name: _array(table, _NUMERIC + name) for name in _named(names, _NUMERIC)},
            photos=_references(table, "photo"),
            sounds=_references(table, "sound") if "sound" in names else None,
            present={name: _array(table, _PRESENT + name) for name in _named(names, _PRESENT)},
            judged=Judgements(
                _strings(table, "judged"),
                _array(table, "judged_probability"),
                {name: _array(table, _ACCOUNT + name) for name in _named(names, _ACCOUNT)},
                _array(table, _SETTLED) if _SETTLED in names else None,
            ),
        )
    except (pa.ArrowException, LookupError, ValueError, OSError) as error:
        message = f"the training catalogue cannot be read ({type(error).__name__}): fit the bundle again"
        raise BundleError(message, code="bundle-content") from error


def _references(table: pa.Table, kind: str) -> tuple[PhotoReference | None, ...]:
    cells = zip(_strings(table, kind), _strings(table, f"{kind}_sha256"), strict=True)
    return tuple(PhotoReference(path, digest) if path is not None else None for path, digest in cells)


def _named(columns: Iterable[str], kind: str) -> list[str]:
    return [name.removeprefix(kind) for name in columns if name.startswith(kind)]


def _strings(table: pa.Table, name: str) -> tuple[Any, ...]:
    return spelled_column(table[name])


def _array(table: pa.Table, name: str) -> NDArray[Any]:
    found: NDArray[Any] = table[name].to_numpy()
    return found
