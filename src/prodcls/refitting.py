"""The flow of a refit: the model alone is fitted again on a catalogue that changed a little.

The model is the one that a whole fit of the same catalogue would put into its bundle, to the last bit, where encoders
learn nothing: it depends on no fold. What only an evaluation can tell stays that of the bundle that was evaluated:
prediction sets, thresholds for decisions without a person, how far down a tree they go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from prodcls.adding import WrittenBundle, check_free, not_taken
from prodcls.bundle import Bundle, BundleContents, photo_folder, save_bundle
from prodcls.bundle_opening import open_bundle
from prodcls.bundle_products import Judgements, Products, collect_products
from prodcls.bundle_refitted import Refit, refits_to
from prodcls.bundle_trust import Trust
from prodcls.catalogue import Schema
from prodcls.config import FitConfig
from prodcls.differences import first_few
from prodcls.encoders import available_processors
from prodcls.errors import InputError
from prodcls.file_formats import TableOptions
from prodcls.gathering import gather, located
from prodcls.inputs import Inputs
from prodcls.leaves import training_leaves
from prodcls.material import Material
from prodcls.model import fit_model
from prodcls.new_products import Reading
from prodcls.progress import Progress
from prodcls.tuning import read_tuned

__all__ = ["MUCH", "RefitOptions", "refit_bundle"]

MUCH = 0.1
"""Share of products that changed or came since the evaluation from which on the user is told to evaluate again."""


@dataclass(frozen=True)
class RefitOptions:
    """How to fit again; everything else is as the bundle was fitted.

    Attributes
    ----------
    reading : Reading
        How to read the catalogue.
    overrides : Path or None
        Decisions of people; needed where the bundle was fitted with some.
    threads : int or None
        No effect on the model.
    trust : Trust or None
        What is asked of the bundle.
    """

    reading: Reading = field(default_factory=Reading)
    overrides: Path | None = None
    threads: int | None = None
    trust: Trust | None = None


@dataclass(frozen=True)
class _Compared:
    """Products of today held against those of the bundle.

    Attributes
    ----------
    before : ndarray of shape (n,), intp
        Position among those of the bundle; -1 for new ones.
    same : ndarray of shape (n,), bool
        Whether cells, files and label are what they were.
    gone : int
    """

    before: NDArray[np.intp]
    same: NDArray[np.bool_]
    gone: int


def refit_bundle(
    bundle: Path, catalogue: Path, out: Path, options: RefitOptions, *, progress: Progress
) -> WrittenBundle:
    """Fit the model of a bundle again, on the catalogue of today, and write another bundle.

    Parameters
    ----------
    bundle : Path
        Folder that a fit or a refit wrote; it stays as it is.
    catalogue : Path
        Of the same classes, with the same columns.
    out : Path
        Folder of the new bundle, empty or not there.
    options : RefitOptions
    progress : Progress

    Returns
    -------
    WrittenBundle

    Raises
    ------
    InputError
        Codes ``refit-classes``, ``refit-columns``, ``refit-tree``, ``refit-overrides``, ``output-exists``, and those of
        the bundle, the file and its columns. Nothing is written then.
    """
    check_free(out)
    fitted = open_bundle(bundle, progress, options.trust)
    config = _config(fitted, bundle, catalogue, out, options)
    material = gather(config, progress, results=False)
    _check(fitted, material)
    inputs, problem = material.problem.inputs, material.problem
    if fitted.recipe.adapters:
        with progress.stage("embed"):
            inputs = read_tuned(material, fitted.recipe, options.threads, progress)
    shown = collect_products(material.catalogue, inputs, photo_folder(config, material.catalogue))
    compared = _compare(fitted.products, shown)
    with progress.stage("fit"), threadpool_limits(1):  # the same bits on any number of processors
        fit = fit_model(
            inputs,
            problem.labels,
            problem.groups,
            problem.classes,
            head=config.head,
            balance=config.balance,
            random_state=config.random_state,
            threads=options.threads or available_processors(),
        )
    created = datetime.now(UTC).isoformat(timespec="seconds")
    told = _told(fitted, material, compared, created)
    contents = BundleContents(
        fit.model,
        fitted.recipe,
        replace(fitted.options, image_root=config.image_root),
        material.catalogue,
        inputs,
        leaves=training_leaves(fit.details),
        measured=refits_to({}, (*fitted.refits, told)),
        sets=fitted.sets,
        automation=fitted.automation,
        stopping=fitted.stopping,
        products=replace(shown, judged=_judged(fitted.products.judged, compared)),
    )
    with progress.stage("bundle"):
        manifest = save_bundle(out, contents, created=created)
    lines = list(_summary(told, fitted, material))
    new = np.flatnonzero(compared.before < 0)
    if len(new):
        lines.insert(1, _by_the_model_before(fitted, inputs, problem.labels, new))
    return WrittenBundle(out, manifest.digest, tuple(lines))


def _config(fitted: Bundle, bundle: Path, catalogue: Path, out: Path, options: RefitOptions) -> FitConfig:
    """Return the options of the fit with this file in place of that one."""
    if fitted.additions:
        message = "classes were added to the bundle, of which nothing was ever measured: fit with their products"
        raise InputError(message, code="refit-classes", file=str(bundle))
    if fitted.options.overrides is not None and options.overrides is None:
        message = f"it was fitted with decisions of people ({fitted.options.overrides.name}): give them by --overrides"
        raise InputError(message, code="refit-overrides", file=str(bundle))
    files = {one.name: getattr(options.reading.files, one.name) for one in fields(TableOptions)}
    config = replace(
        fitted.options,
        catalogue=catalogue,
        out=out,
        image_root=options.reading.image_root,
        overrides=options.overrides,
        text_encoder=fitted.recipe.text_encoders or None,
        threads=options.threads,
        number_format=options.reading.number_format or fitted.options.number_format,
        **files,
    )
    return located(config)


def _check(fitted: Bundle, material: Material) -> None:
    """Refuse a catalogue for whose model the thresholds of the bundle would mean nothing."""
    there, classes = set(material.problem.classes), set(fitted.model.classes)
    if there != classes:
        sides = (("new", there - classes), ("gone", classes - there))
        parts = [f"{name}: {_listed(some)}" for name, some in sides if some]
        _refuse(material, f"the classes are others ({'; '.join(parts)}): fit", "refit-classes")
    others = _roles(fitted.schema) ^ _roles(material.catalogue.schema)
    if others:
        names = _listed(column for column, _ in others)
        _refuse(material, f"columns play other roles than at the fit ({names}): fit", "refit-columns")
    if (fitted.stopping is None) != (material.tree is None) or (
        fitted.stopping is not None and fitted.stopping.tree != material.tree
    ):
        _refuse(material, "the classes stand to each other in another tree than at the fit: fit", "refit-tree")


def _roles(schema: Schema) -> set[tuple[str, str]]:
    """Return the columns that the model reads, with what they are to it."""
    return {(one.column, one.role) for one in schema.columns if one.column in schema.asked}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(first_few(iter(sorted(set(names)))))


def _refuse(material: Material, what: str, code: str) -> NoReturn:
    raise InputError(f"{what} it anew", code=code, file=material.catalogue.source.path)


def _compare(old: Products, new: Products) -> _Compared:
    place = {name: i for i, name in enumerate(old.ids)}
    before = np.array([place.get(name, -1) for name in new.ids], dtype=np.intp)
    known = list(_contents(old))
    same = [at >= 0 and known[at] == content for at, content in zip(before.tolist(), _contents(new), strict=True)]
    return _Compared(before, np.array(same, dtype=np.bool_), len(place.keys() - set(new.ids)))


def _contents(products: Products) -> Iterator[tuple[object, ...]]:
    """Yield label, cells and digests of files of each product; missing numbers are equal."""
    columns: list[list[object]] = [list(products.labels)]
    columns += [list(cells) for cells in (*products.texts.values(), *products.categorical.values())]
    columns += [[None if np.isnan(x) else x for x in values.tolist()] for values in products.numeric.values()]
    for files in (products.photos, products.sounds or ()):
        if files:
            columns.append([None if one is None else one.sha256 for one in files])
    yield from zip(*columns, strict=True)


def _judged(before: Judgements, compared: _Compared) -> Judgements:
    """Return what models that had not seen them said of products that are as they were."""
    kept = np.where(compared.same, compared.before, -1)
    there = kept >= 0

    def taken(values: NDArray[np.floating]) -> NDArray[np.float64]:
        return np.where(there, values[kept], np.nan).astype(np.float64)

    return Judgements(
        tuple(before.classes[i] if i >= 0 else None for i in kept.tolist()),
        taken(before.probabilities),
        {key: taken(values).astype(np.float32) for key, values in before.accounts.items()},
        None if before.settled is None else there & before.settled[kept],
    )


def _told(fitted: Bundle, material: Material, compared: _Compared, created: str) -> Refit:
    new = int((compared.before < 0).sum())
    return Refit(
        created=created,
        bundle=fitted.digest,
        source=Path(material.catalogue.source.path).name,
        same=int(compared.same.sum()),
        changed=int((~compared.same).sum()) - new,
        new=new,
        gone=compared.gone,
    )


def _summary(told: Refit, fitted: Bundle, material: Material) -> Iterator[str]:
    """Yield what the user wants to know."""
    n = len(material.catalogue)
    yield f"{n} rows, {len(fitted.model.classes)} classes: {told.changed} changed, {told.new} new, {told.gone} gone"
    yield f"nothing was evaluated: sets and thresholds are those of bundle {(*fitted.refits, told)[0].bundle[:12]}"
    since = sum(one.changed + one.new for one in (*fitted.refits, told))
    if since > MUCH * n:
        yield f"{since} products changed or came since the evaluation: time for a fit, which makes one"
    yield from not_taken(material.catalogue)


def _by_the_model_before(fitted: Bundle, inputs: Inputs, labels: NDArray[np.int64], new: NDArray[np.intp]) -> str:
    """Return how the model before does on products that it has not seen."""
    served = inputs.take(new).aligned(fitted.known.numeric, fitted.known.categorical)
    right = int((fitted.model.probabilities(served).argmax(axis=1) == labels[new]).sum())
    return f"the model before, which has not seen them, puts {right} of {len(new)} new products into their class"
