"""The flow of adding classes to a bundle: read the examples, extend the model, write another bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.bundle import Bundle, save_extended
from prodcls.bundle_added import Addition, additions_told
from prodcls.bundle_checks import canary_rows
from prodcls.bundle_extension import joined_products, kept_inputs, more_known, more_sets, more_stops
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_products import Products, collect_products
from prodcls.bundle_trust import Trust
from prodcls.catalogue import Catalogue
from prodcls.embeddings import EmbeddingStore, VectorStore
from prodcls.errors import InputError
from prodcls.extending import NewClasses, TrainedOn, extend_head, in_order
from prodcls.head import EvidenceHead
from prodcls.leaves import leaves_of
from prodcls.model import Model
from prodcls.new_examples import check_not_trained_on, check_something_known, read_examples, texts_of
from prodcls.new_products import Reading
from prodcls.photo_folders import default_image_root
from prodcls.preparation import Readers, Recipe, embed_block, joined, open_readers, prepare
from prodcls.progress import Progress, SilentProgress

__all__ = ["AddOptions", "WrittenBundle", "add_classes", "check_free", "not_taken", "read_names"]


@dataclass(frozen=True)
class AddOptions:
    """How to add classes.

    Attributes
    ----------
    name : str or None
        Class of all examples; None: the file names the class of each, in the column that the fit learned.
    reading : Reading
        How to read the examples.
    trust : Trust or None
        What is asked of the bundle.
    """

    name: str | None = None
    reading: Reading = field(default_factory=Reading)
    trust: Trust | None = None


@dataclass(frozen=True)
class WrittenBundle:
    """Where the new bundle is, and what to tell the user.

    Attributes
    ----------
    bundle_path : Path
    digest : str
    summary_lines : tuple of str
    """

    bundle_path: Path
    digest: str
    summary_lines: tuple[str, ...]


def add_classes(
    bundle: Path,
    examples: Path,
    out: Path,
    options: AddOptions,
    *,
    progress: Progress,
    store: VectorStore | None = None,
) -> WrittenBundle:
    """Write a bundle that knows more classes; the one that is given stays as it is.

    Parameters
    ----------
    bundle : Path
        Folder that a fit wrote.
    examples : Path
        Catalogue with the columns that the model uses; all its products are of new classes.
    out : Path
        Folder of the new bundle, empty or not there.
    options : AddOptions
    progress : Progress
    store : VectorStore, optional
        By default the one of the user's cache folder.

    Returns
    -------
    WrittenBundle

    Raises
    ------
    InputError
        Codes ``head-flat``, ``class-exists``, ``class-name``, ``examples-empty``, ``example-is-training``,
        ``output-exists``, and those of the bundle, the file and its columns. Nothing is written then.
    """
    check_free(out)
    fitted = open_bundle(bundle, progress, options.trust)
    head = fitted.model.head
    if not isinstance(head, EvidenceHead):
        message = (
            "the flat head has a tree for each class: fit it again with the new classes, or fit with --head evidence"
        )
        raise InputError(message, code="head-flat", file=str(bundle))
    with progress.stage("read"):
        catalogue = read_examples(examples, fitted, options.reading, options.name)
    store = store or EmbeddingStore()
    readers = open_readers(fitted.recipe)
    with progress.stage("embed"):
        inputs = prepare(catalogue, fitted.recipe, store, progress, readers=readers)
        inputs = inputs.aligned(fitted.known.numeric, fitted.known.categorical)
        names = tuple(sorted(set(catalogue.labels or ())))
        vectors = read_names(names, fitted.recipe, readers, store)
    labels = np.array([names.index(label) for label in catalogue.labels or ()], dtype=np.int64)
    new = NewClasses(names, inputs, labels, vectors)
    check_something_known(new, fitted, examples)
    shown = collect_products(catalogue, inputs, options.reading.image_root or default_image_root(examples))
    check_not_trained_on(shown, catalogue, fitted)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    source = replace(catalogue.source, path=Path(catalogue.source.path).name)
    addition = Addition(dict(Counter(sorted(shown.labels))), created, source, fitted.digest)
    with progress.stage("extend"), threadpool_limits(1):  # the same bits on any number of processors
        extended, products = _extended(fitted, head, new, shown, addition)
    with progress.stage("bundle"):
        manifest = save_extended(out, extended, products, created=created)
    return WrittenBundle(out, manifest.digest, tuple(_summary(extended, catalogue)))


def check_free(out: Path) -> None:
    """Refuse a folder in which something lies; raises InputError with the code ``output-exists``."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("is there already: name another folder", code="output-exists", file=str(out))


def read_names(
    names: Sequence[str], recipe: Recipe, readers: Readers, store: VectorStore
) -> dict[str, NDArray[np.float32]]:
    """Return names of classes as the encoders of each text block read them, (k, d) of unit length, by block."""
    if not recipe.text_columns:
        return {}
    read = [embed_block("names", names, reader, store, SilentProgress()) for reader in readers.text]
    return dict.fromkeys(recipe.text_columns, joined(read).vectors)


def _extended(
    fitted: Bundle, head: EvidenceHead, new: NewClasses, shown: Products, addition: Addition
) -> tuple[Bundle, Products]:
    """Return the bundle as it is to be saved, and its products."""
    classes, products = fitted.model.classes, fitted.products
    number = {name: k for k, name in enumerate(classes)}
    trained = TrainedOn(
        texts_of(products),
        {name: products.numeric[name] for name in fitted.known.numeric},
        {name: products.categorical[name] for name in fitted.known.categorical},
        np.array([number[label] for label in products.labels], dtype=np.int64),
        np.array([name not in fitted.added for name in classes]),
    )
    order = in_order(classes, new.names)
    everything = (*classes, *new.names)
    extended = extend_head(head, trained, new, order)
    model = Model(tuple(everything[i] for i in order), extended)
    known, products = more_known(fitted.known, extended.evidence), joined_products(products, shown)
    chosen = canary_rows(len(products))
    found = replace(
        fitted,
        model=model,
        known=known,
        leaves=_leaves(fitted, extended, new, model.classes),
        sets=more_sets(fitted.sets, len(new.names), order),
        stopping=more_stops(fitted.stopping, classes, new.names, order),
        canary=extended.margins(kept_inputs(products, known, extended.evidence, chosen)),
        additions=(*fitted.additions, addition),
    )
    return found, products


def _leaves(fitted: Bundle, head: EvidenceHead, new: NewClasses, classes: tuple[str, ...]) -> NDArray[np.int32]:
    """Return the leaves with those of the examples, which stand among their own neighbours here."""
    if not fitted.leaves.shape[1]:
        return np.zeros((len(fitted.products) + len(new.labels), 0), dtype=np.int32)
    place = [classes.index(name) for name in new.names]
    more = [leaves_of(head, new.examples.take(np.array([i])), place[k]) for i, k in enumerate(new.labels.tolist())]
    return np.concatenate([fitted.leaves, more])


def _summary(extended: Bundle, catalogue: Catalogue) -> Iterator[str]:
    """Yield what the user wants to know."""
    yield f"{len(extended.model.classes)} classes, {len(extended.additions[-1].classes)} of them new"
    yield additions_told(extended.additions)[-1]
    yield "nothing was measured of the new classes: what is put into them is up for review, and there is no report"
    yield from not_taken(catalogue)


def not_taken(catalogue: Catalogue) -> Iterator[str]:
    """Yield how many rows and cells were not taken as they stand, and why; nothing where all were."""
    if catalogue.rejections:
        counts = Counter((r.code, r.scope) for r in catalogue.rejections)
        told = ", ".join(f"{n} x {code} ({scope})" for (code, scope), n in sorted(counts.items()))
        yield f"not taken as they stand: {told}"
