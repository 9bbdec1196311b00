"""From a bundle and what the user names to one product, ready to be explained."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from prodcls.bundle import Bundle
from prodcls.bundle_products import PhotoReference
from prodcls.catalogue import Catalogue, Role, Schema
from prodcls.dissection import dissect
from prodcls.errors import ImageError, InputError, SoundError
from prodcls.explain.case import Note, Original
from prodcls.explain.subject import Subject
from prodcls.head import EvidenceHead
from prodcls.images import photo_digest, resolve_photo
from prodcls.inputs import Inputs
from prodcls.nearest import nearest
from prodcls.new_products import Reading, read_described, read_new
from prodcls.preparation import AUDIO_BLOCK, IMAGE_BLOCK, Readers
from prodcls.reporting_cleaning import originals
from prodcls.sounds import Sound, resolve_sound, sound_digest
from prodcls.trained import Served, something_known

__all__ = [
    "Found",
    "cells_by_role",
    "found_in",
    "matching_photo",
    "matching_sound",
    "product_from_catalogue",
    "product_from_cells",
    "product_from_training",
]


@dataclass(frozen=True)
class Found:
    """A product.

    Attributes
    ----------
    subject : Subject
    photo : Path or None
        Its file, where it is at hand.
    label : str or None
        Its class in the training catalogue; None for another product.
    notes : tuple of Note
        What the reader should know of how it was found.
    originals : tuple of Original
        Of its texts that were cleaned; a bundle does not keep those of training products.
    sound : Sound or None
        Its file, where it is at hand.
    """

    subject: Subject
    photo: Path | None
    label: str | None
    notes: tuple[Note, ...] = ()
    originals: tuple[Original, ...] = ()
    sound: Sound | None = None


def product_from_training(bundle: Bundle, product: str, readers: Readers, image_root: Path | None = None) -> Found:
    """Return a product of the training catalogue.

    Parameters
    ----------
    bundle : Bundle
    product : str
        Its id.
    readers : Readers
    image_root : Path, optional
        Folder that photos and sounds lie in, which a bundle does not know; the current one by default. A file there
        counts as the photo only when its digest is the one in the bundle. Without it the photo's share stays whole.

    Returns
    -------
    Found

    Raises
    ------
    InputError
        Code ``product-unknown``, naming the nearest ids.
    """
    products = bundle.products
    i = products.find(product)
    reference = products.photos[i]
    photo = None if reference is None else matching_photo(reference, image_root or Path())
    heard = None if products.sounds is None else products.sounds[i]
    sound = None if heard is None else matching_sound(heard, image_root or Path())
    inputs = Inputs(
        ids=(product,),
        texts={name: (cells[i],) for name, cells in products.texts.items()},
        dense={},
        numeric={name: values[i : i + 1] for name, values in products.numeric.items()},
        categorical={name: (cells[i],) for name, cells in products.categorical.items()},
    )
    subject = dissect(inputs, photo, bundle, readers, sound)
    notes = [Note("note.trained")]
    if reference is not None and photo is None:
        subject = _with_stored(subject, bundle, i, IMAGE_BLOCK)
        notes.append(Note("note.photo", reference.path))
    if heard is not None and sound is None:
        subject = _with_stored(subject, bundle, i, AUDIO_BLOCK)
        notes.append(Note("note.sound", heard.path))
    return Found(subject, photo, products.labels[i], (*notes, *_blank(bundle, subject)), sound=sound)


def matching_photo(reference: PhotoReference, root: Path) -> Path | None:
    """Return a photo of the training catalogue.

    Parameters
    ----------
    reference : PhotoReference
    root : Path
        Folder that it must lie in.

    Returns
    -------
    Path or None
        None unless the file there is the one that was trained on.
    """
    try:
        photo = resolve_photo(reference.path, root)
        return photo if photo_digest(photo) == reference.sha256 else None
    except ImageError:
        return None


def matching_sound(reference: PhotoReference, root: Path) -> Sound | None:
    """Return a sound of the training catalogue, as `matching_photo` does a photo.

    Parameters
    ----------
    reference : PhotoReference
    root : Path

    Returns
    -------
    Sound or None
    """
    try:
        sound = resolve_sound(reference.path, root)
        return sound if sound_digest(sound) == reference.sha256 else None
    except SoundError:
        return None


def _with_stored(subject: Subject, bundle: Bundle, i: int, block: str) -> Subject:
    """Return the subject with the vector of a block as the bundle keeps it for the nearest products."""
    head, present = bundle.model.head, bundle.products.present.get(block)
    if not isinstance(head, EvidenceHead) or present is None or not present[i] or block not in head.evidence.dense:
        return subject
    place = int(np.count_nonzero(present[:i]))
    vectors = head.evidence.dense[block].neighbours.vectors[place : place + 1]
    kept = replace(subject.inputs.dense[block], vectors=vectors, present=np.array([True]))
    return replace(subject, inputs=replace(subject.inputs, dense=subject.inputs.dense | {block: kept}))


def product_from_catalogue(
    bundle: Bundle, catalogue: Path, product: str, readers: Readers, reading: Reading | None = None
) -> Found:
    """Return a product of a catalogue file.

    Parameters
    ----------
    bundle : Bundle
    catalogue : Path
        With the columns that the model uses.
    product : str
        Its id.
    readers : Readers
    reading : Reading, optional
        How to read the file.

    Returns
    -------
    Found

    Raises
    ------
    InputError
        If the file or its columns are at fault, or it has no such product.
    """
    _, found = read_new(catalogue, bundle, reading or Reading())
    if product not in found.ids:
        near = nearest(product, found.ids)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        message = f"no product has the id {product!r}{hint}"
        raise InputError(message, code="product-unknown", file=str(catalogue))
    return found_in(found.take(np.array([found.ids.index(product)])), bundle, readers)


def product_from_cells(
    bundle: Bundle,
    cells: Mapping[str, str],
    readers: Readers,
    image: Path | None = None,
    *,
    image_root: Path | None = None,
    audio: Path | None = None,
) -> Found:
    """Return a product that is in no file.

    Parameters
    ----------
    bundle : Bundle
    cells : mapping of str to str
        By column of the training catalogue; what is left out is missing.
    readers : Readers
    image : Path, optional
        Its photo.
    image_root : Path, optional
        Folder that a photo named by ``cells`` must lie in; without it none is opened by name.
    audio : Path, optional
        Its sound.

    Returns
    -------
    Found
        With the id ``"new"``.

    Raises
    ------
    InputError
        Code ``column-unknown``, if a column is none that the model uses; others where a cell cannot be taken as it
        stands, such as a price with two meanings.
    """
    files = {role: file.resolve() for role, file in (("image", image), ("audio", audio)) if file is not None}
    if files:
        image_root = Path(os.path.commonpath([file.parent for file in files.values()]))
    for role, file in files.items():
        name = str(file.relative_to(image_root or file.parent))
        cells = dict(cells) | dict.fromkeys(bundle.schema.named("image" if role == "image" else "audio"), name)
    catalogue, told = read_described("new", cells, bundle, image_root)
    for rejection in told:
        if rejection.scope != "note":
            raise InputError(rejection.reason, code=rejection.code, column=rejection.column)
    return found_in(catalogue, bundle, readers)


def cells_by_role(schema: Schema, described: Mapping[str, str]) -> dict[str, str]:
    """Return cells by column.

    Parameters
    ----------
    schema : Schema
    described : mapping of str to str
        By role: ``"title"``, ``"description"``, ``"price"``, ``"brand"``. A column of that name is meant, else the
        first text column for the title, the second for the description, the first number or fixed value for the others.

    Returns
    -------
    dict of str to str

    Raises
    ------
    InputError
        Code ``column-unknown``, if the model has no such column.
    """
    places: dict[str, tuple[Role, int]] = {
        "title": ("text", 0),
        "description": ("text", 1),
        "price": ("numeric", 0),
        "brand": ("categorical", 0),
    }
    cells = {}
    for name, text in described.items():
        role, place = places[name]
        columns = schema.named(role)
        if name not in columns and place >= len(columns):
            message = f"the model uses no {name}: its {role} columns are {', '.join(columns) or 'none'}"
            raise InputError(message, code="column-unknown")
        cells[name if name in columns else columns[place]] = text
    return cells


def found_in(catalogue: Catalogue, served: Served, readers: Readers) -> Found:
    """Return the product of a catalogue of one row.

    Parameters
    ----------
    catalogue : Catalogue
    served : Served
        Such as a bundle.
    readers : Readers

    Returns
    -------
    Found
    """
    photo = None if catalogue.photos is None else catalogue.photos[0]
    sound = None if catalogue.sounds is None else catalogue.sounds[0]
    inputs = Inputs(catalogue.ids, catalogue.texts, {}, catalogue.numeric, catalogue.categorical)
    notes = tuple(
        Note("note.cell", f"{r.column}: {r.reason}")
        for r in catalogue.rejections
        if r.row == catalogue.rows[0] and r.scope != "row"
    )
    subject = dissect(inputs, photo, served, readers, sound)
    return Found(subject, photo, None, (*notes, *_blank(served, subject)), originals(catalogue, 0), sound)


def _blank(served: Served, subject: Subject) -> tuple[Note, ...]:
    """Return the note on a product of which nothing is known."""
    return () if something_known(subject.inputs, served.known)[0] else (Note("note.nothing"),)
