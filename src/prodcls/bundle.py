"""A fitted model on disk with everything that is needed to use it and to ask it why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from prodcls.bundle_added import Addition, added_names, additions_from, additions_to, additions_told
from prodcls.bundle_booster import checked_booster
from prodcls.bundle_checks import (
    Canary,
    check_automation,
    check_leaves,
    check_model,
    check_products,
    check_recipe,
    check_sets,
    make_canary,
    replay,
)
from prodcls.bundle_codec import Leaves, pack, unpack
from prodcls.bundle_environment import Findings, changes
from prodcls.bundle_files import (
    ARRAYS,
    BOOSTER,
    CANARY,
    CONFIG,
    LAYOUT,
    PROBES,
    PRODUCTS,
    REPORT,
    VOCABULARY,
    as_files,
    json_object,
)
from prodcls.bundle_first_load import remember, try_apart
from prodcls.bundle_layout import SOURCE, Manifest, StoredFiles, make_manifest, read_folder, write_folder
from prodcls.bundle_products import (
    Judgements,
    KnownColumns,
    Products,
    collect_products,
    known_columns,
    products_from_bytes,
    products_to_bytes,
)
from prodcls.bundle_refitted import Refit, refits_from, refits_to, refits_told
from prodcls.bundle_tree import check_stopping
from prodcls.bundle_trust import Trust
from prodcls.bundle_upgrades import Content, upgraded
from prodcls.catalogue import Catalogue, Schema, Source
from prodcls.config import FitConfig
from prodcls.conformal import SetRule
from prodcls.errors import BundleError, InputError
from prodcls.inputs import Inputs
from prodcls.model import Model
from prodcls.photo_folders import default_image_root
from prodcls.preparation import Recipe
from prodcls.selective import Automation
from prodcls.stopping import StopRule

__all__ = ["Bundle", "BundleContents", "KnownColumns", "load_bundle", "photo_folder", "save_bundle", "save_extended"]


@dataclass(frozen=True)
class BundleContents:
    """What a fit hands over to be saved.

    Attributes
    ----------
    model : Model
    recipe : Recipe
    options : FitConfig
    catalogue : Catalogue
        The n training products.
    inputs : Inputs
        Of the same products, in the same order.
    judged : Judgements or None
        What models that had not seen them said of them; None: they were not tested.
    leaves : ndarray of shape (n, trees), int32, or None
        From `prodcls.leaves.training_leaves`; None: none are kept.
    report : str or None
        What the audit report says that every fit of the same data would say, as JSON; None: none is kept.
    measured : mapping of str to Any
        The rest of it, JSON values that go into the manifest.
    sets : SetRule or None
        Which classes are in a prediction set; None: no sets are made.
    automation : Automation or None
        From which thresholds on certainty follow; None: there are none.
    stopping : StopRule or None
        How the classes stand to each other, and how far down a decision goes; None: they form no tree.
    products : Products or None
        What is kept of the catalogue, where it was collected before; ``judged`` is part of it.
    """

    model: Model
    recipe: Recipe
    options: FitConfig
    catalogue: Catalogue
    inputs: Inputs
    judged: Judgements | None = None
    leaves: NDArray[np.int32] | None = None
    report: str | None = None
    measured: Mapping[str, Any] = field(default_factory=dict)
    sets: SetRule | None = None
    automation: Automation | None = None
    stopping: StopRule | None = None
    products: Products | None = None


@dataclass(frozen=True)
class _Stored:
    """The root of ``config.json``; options are beside it."""

    model: Model
    recipe: Recipe
    schema: Schema
    known: KnownColumns
    canary: Canary
    leaves: NDArray[np.int32]
    sets: SetRule | None
    automation: Automation | None
    stopping: StopRule | None


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle.

    Attributes
    ----------
    model : Model
    recipe : Recipe
        Which encoder reads what.
    schema : Schema
        Roles of the training catalogue's columns.
    source : Source
        The training catalogue's file.
    known : KnownColumns
    options : FitConfig
        As fitted; paths of the machine and its number of threads are not kept.
    manifest : Manifest
    leaves : ndarray of shape (n, trees), int32
        Leaves of the training products as candidates for their own labels, on held-out evidence; without trees where
        the model has none.
    sets : SetRule or None
        Which classes are in a prediction set; None: the bundle was saved without.
    automation : Automation or None
        From which thresholds on certainty follow; None likewise.
    stopping : StopRule or None
        How the classes stand to each other, and how far down a decision goes; None: they form no tree.
    report : bytes or None
        The file that `prodcls.audit_stored` reads; None: the bundle was saved without a report.
    canary : Margins or FlatCanary
        What the model gave some of the training products when it was saved.
    findings : Findings
        Which format it was read from, and what has changed since it was written.
    additions : tuple of Addition
        Classes that were added after the fit and never evaluated.
    refits : tuple of Refit
        Fits of the model alone since the one that was evaluated.
    """

    model: Model
    recipe: Recipe
    schema: Schema
    source: Source
    known: KnownColumns
    options: FitConfig
    manifest: Manifest
    leaves: NDArray[np.int32]
    sets: SetRule | None
    automation: Automation | None
    stopping: StopRule | None
    report: bytes | None
    canary: Canary
    findings: Findings
    additions: tuple[Addition, ...]
    refits: tuple[Refit, ...]
    _products: bytes

    @property
    def digest(self) -> str:
        """SHA-256 that two bundles share when all their files are equal; see `Manifest.digest`."""
        return self.manifest.digest

    @property
    def added(self) -> tuple[str, ...]:
        """Names of the classes that were added after the fit."""
        return added_names(self.additions)

    @property
    def told(self) -> tuple[str, ...]:
        """Lines on what became of the bundle since its model was evaluated."""
        return (*(f"classes {line}" for line in additions_told(self.additions)), *refits_told(self.refits))

    @cached_property
    def products(self) -> Products:
        """The training catalogue, read when first asked for."""
        found = products_from_bytes(self._products, self.findings.format_version)
        check_products(found, self.model, self.leaves)
        return found


def save_bundle(folder: Path, contents: BundleContents, *, created: str) -> Manifest:
    """Write a bundle; it is read back and its canaries replayed before it takes its place.

    Equal contents give equal bytes, but for the manifest, which also tells time, environment and what was measured.

    Parameters
    ----------
    folder : Path
        An older bundle there is replaced in one step.
    contents : BundleContents
    created : str
        ISO 8601 in UTC.

    Returns
    -------
    Manifest

    Raises
    ------
    BundleError
        Code ``bundle-exists``, if something else than a bundle is in the way.
    OSError
        If something cannot be written; nothing has changed then.
    """
    catalogue, options = contents.catalogue, contents.options
    products = contents.products
    if products is None:
        products = collect_products(catalogue, contents.inputs, photo_folder(options, catalogue), contents.judged)
    stored = _Stored(
        contents.model,
        contents.recipe,
        catalogue.schema,
        known_columns(contents.inputs),
        make_canary(contents.model, contents.inputs),
        np.zeros((len(catalogue), 0), dtype=np.int32) if contents.leaves is None else contents.leaves,
        contents.sets,
        contents.automation,
        contents.stopping,
    )
    source = replace(catalogue.source, path=Path(catalogue.source.path).name)
    measured = {**contents.measured, SOURCE: pack(source, Source, Leaves())}
    return _put(folder, stored, options, products, contents.report, measured, created)


def save_extended(folder: Path, bundle: Bundle, products: Products, *, created: str) -> Manifest:
    """Write a loaded bundle with other contents, by the rules of `save_bundle`.

    It keeps no report: the one that it had was measured without the classes that came.

    Parameters
    ----------
    folder : Path
        An older bundle there is replaced in one step.
    bundle : Bundle
        With model, thresholds and so on as they are to be saved.
    products : Products
        Of the same model.
    created : str
        ISO 8601 in UTC.

    Returns
    -------
    Manifest

    Raises
    ------
    BundleError
        Code ``bundle-exists``, if something else than a bundle is in the way; ``bundle-content``, if the parts do not
        fit each other.
    OSError
        If something cannot be written; nothing has changed then.
    """
    check_products(products, bundle.model, bundle.leaves)
    stored = _Stored(
        bundle.model,
        bundle.recipe,
        bundle.schema,
        bundle.known,
        bundle.canary,
        bundle.leaves,
        bundle.sets,
        bundle.automation,
        bundle.stopping,
    )
    measured = additions_to({SOURCE: pack(bundle.source, Source, Leaves())}, bundle.additions)
    measured = refits_to(measured, bundle.refits)
    return _put(folder, stored, bundle.options, products, None, measured, created)


def _put(
    folder: Path,
    stored: _Stored,
    options: FitConfig,
    products: Products,
    report: str | None,
    measured: dict[str, Any],
    created: str,
) -> Manifest:
    leaves = Leaves()
    tree = pack(stored, _Stored, leaves)
    config = {**tree, "options": json.loads(options.portable().to_json())}
    files = as_files(config, leaves) | {PRODUCTS: products_to_bytes(products)}
    if report is not None:
        files[REPORT] = report.encode()
    manifest = make_manifest(files, created, measured, stored.recipe.runtime)
    LAYOUT.check({name: entry.size for name, entry in manifest.files.items()})
    _build(StoredFiles(manifest, files), own=True)
    write_folder(folder, files, manifest)
    return manifest


def load_bundle(folder: Path, trust: Trust | None = None) -> Bundle:
    """Read a bundle: verify every file, parse, check, and replay the canaries.

    Parameters
    ----------
    folder : Path
    trust : Trust, optional
        By which digest or signature it must be the one that is meant. Without, a bundle that somebody else put there is
        loaded when it is whole.

    Returns
    -------
    Bundle

    Raises
    ------
    BundleError
        If the bundle is damaged, incomplete, of another version, another than the one meant, or no longer gives the
        scores that it gave.
    """
    try:
        return _build(read_folder(folder, trust))
    except BundleError as error:
        if error.file is not None:
            raise
        message = str(error).removesuffix(f" [{error.code}]")
        raise BundleError(message, code=error.code, file=str(folder)) from error


def photo_folder(options: FitConfig, catalogue: Catalogue) -> Path:
    """Return the folder that photos are named from: the one that was given, or the catalogue's own.

    Parameters
    ----------
    options : FitConfig
    catalogue : Catalogue

    Returns
    -------
    Path
    """
    return options.image_root or default_image_root(Path(catalogue.source.path))


def _build(stored: StoredFiles, *, own: bool = False) -> Bundle:
    """Return the bundle in verified files; raises BundleError.

    A booster that this process trained, ``own``, need not be tried in another.
    """
    files = stored.files
    try:
        config = json_object(files[CONFIG])
        arrays: dict[str, NDArray[Any]] = {}
        for name in (ARRAYS, PROBES, CANARY):
            arrays |= load(files[name])
        leaves = Leaves(arrays, json_object(files[VOCABULARY]))
        content = Content(config, leaves, dict(stored.manifest.measured))
        config, leaves, measured = upgraded(content, stored.manifest.format_version)
        source = measured[SOURCE]
        options = FitConfig.from_json(json.dumps(config.pop("options")))
        products = files[PRODUCTS]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, SafetensorError, InputError) as error:
        message = f"its files are not what a bundle holds ({type(error).__name__}): fit it again"
        raise BundleError(message, code="bundle-content") from error
    text = checked_booster(files[BOOSTER]) if BOOSTER in files else None
    if text is not None:
        leaves.boosters["/model/head/booster"] = text
        if not own:
            try_apart(text)
    found = unpack(config, _Stored, leaves)
    check_model(found.model)
    check_recipe(found.recipe)
    check_leaves(found.model, found.leaves)
    check_sets(found.model, found.sets)
    check_automation(found.automation)
    check_stopping(found.model.classes, found.stopping)
    scores = replay(found.model, found.canary)
    if own and text is not None:
        remember(text)
    wrote = stored.manifest
    return Bundle(
        found.model,
        found.recipe,
        found.schema,
        unpack(source, Source, Leaves()),
        found.known,
        options,
        wrote,
        found.leaves,
        found.sets,
        found.automation,
        found.stopping,
        files.get(REPORT),
        found.canary,
        Findings(wrote.format_version, changes(wrote.version, wrote.environment), scores),
        additions_from(measured, found.model.classes),
        refits_from(measured),
        products,
    )
