"""Examples of classes that a bundle does not know: read by its schema, and held against what it was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from prodcls.bundle import Bundle
from prodcls.bundle_products import Products
from prodcls.catalogue import Catalogue
from prodcls.category_paths import name_key
from prodcls.errors import CatalogueError, InputError
from prodcls.extending import NewClasses
from prodcls.inputs import joined_texts
from prodcls.intake import build_catalogue
from prodcls.ledger import plain
from prodcls.new_products import Reading, number_rules
from prodcls.photo_folders import default_image_root
from prodcls.readers import read_table, refuse_first
from prodcls.schema import match_schema
from prodcls.trained import something_known

__all__ = ["check_not_trained_on", "check_something_known", "read_examples", "texts_of"]


def read_examples(path: Path, fitted: Bundle, reading: Reading, name: str | None) -> Catalogue:
    """Read examples with their classes, none of which the model may know.

    Parameters
    ----------
    path : Path
        With the columns that the model uses.
    fitted : Bundle
    reading : Reading
    name : str or None
        Class of all examples; None: the column that the fit learned names it.

    Returns
    -------
    Catalogue
        With labels, and ids that no training product has but where the file gives one.

    Raises
    ------
    InputError
        Codes ``class-exists``, ``class-name``, and those of the file and its columns.
    """
    table = read_table(path, reading.files)
    catalogue = build_catalogue(
        table,
        match_schema(table, fitted.schema, need_target=name is None),
        image_root=reading.image_root or default_image_root(path),
        need_labels=name is None,
        numbers=number_rules(fitted, reading),
        clean=fitted.options.clean,
    )
    if reading.files.strict:
        refuse_first(catalogue.rejections, str(path))
    if name is not None:
        name = plain(name)
        if not name:
            raise InputError("a class needs a name", code="class-name")
        catalogue = replace(catalogue, labels=(name,) * len(catalogue))
    known = {name_key(name): name for name in fitted.model.classes}
    for row, label in zip(catalogue.rows.tolist(), catalogue.labels or (), strict=True):
        there = known.get(name_key(label))
        if there is not None:
            message = f"the bundle has the class {there!r} already: examples of it are for a fit; give new classes only"
            raise CatalogueError(message, code="class-exists", file=str(path), row=row)
    return replace(catalogue, ids=tuple(_own_ids(catalogue, fitted)))


def _own_ids(catalogue: Catalogue, fitted: Bundle) -> Iterator[str]:
    """Yield ids; one that was made from a row number is made again where a training product has it."""
    taken, turn = set(fitted.products.ids), len(fitted.additions) + 1
    for row, name in zip(catalogue.rows.tolist(), catalogue.ids, strict=True):
        yield f"added-{turn}-{name}" if name in taken and name == f"row-{row}" else name


def check_something_known(new: NewClasses, fitted: Bundle, path: Path) -> None:
    """Refuse a class of whose examples nothing is known: it could be told by its name alone.

    Parameters
    ----------
    new : NewClasses
    fitted : Bundle
    path : Path
        For messages.

    Raises
    ------
    CatalogueError
        Code ``examples-empty``.
    """
    known = something_known(new.examples, fitted.known)
    for k, name in enumerate(new.names):
        if not known[new.labels == k].any():
            message = f"no example of {name!r} has a text, photo, number or category that the model reads"
            raise CatalogueError(message, code="examples-empty", file=str(path))


def check_not_trained_on(shown: Products, catalogue: Catalogue, fitted: Bundle) -> None:
    """Refuse training products: the same id, the same texts, or without texts the same photo.

    Parameters
    ----------
    shown : Products
        The examples.
    catalogue : Catalogue
        The same, for their rows.
    fitted : Bundle

    Raises
    ------
    CatalogueError
        Code ``example-is-training``.
    """
    products = fitted.products
    ids = {name: i for i, name in enumerate(products.ids)}
    texts = {text: i for i, text in enumerate(texts_of(products)) if text}
    photos = {photo.sha256: i for i, photo in enumerate(products.photos) if photo is not None}
    for row, name, text, photo in zip(catalogue.rows.tolist(), shown.ids, texts_of(shown), shown.photos, strict=True):
        same = ids.get(name, texts.get(text))
        if same is None and not text and photo is not None:
            same = photos.get(photo.sha256)
        if same is not None:
            message = (
                f"is the training product {products.ids[same]!r} of class {products.labels[same]!r}: a product has one "
                "class; leave the row out, or correct the label and fit again"
            )
            raise CatalogueError(message, code="example-is-training", file=catalogue.source.path, row=row)


def texts_of(products: Products) -> tuple[str, ...]:
    """Return all text columns of each product joined, missing ones left out."""
    return joined_texts(products.texts) if products.texts else ("",) * len(products)
