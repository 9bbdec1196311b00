"""Whether a bundle and the report beside it are what a fit wrote, and the figures those of its predictions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prodcls.audit import AuditReport
from prodcls.bundle import Bundle, load_bundle
from prodcls.bundle_added import additions_told
from prodcls.bundle_files import REPORT
from prodcls.bundle_layout import MANIFEST
from prodcls.bundle_opening import check_encoders
from prodcls.bundle_refitted import no_report, refits_told
from prodcls.bundle_trust import UNTRUSTED, Trust
from prodcls.comparison import report_of
from prodcls.differences import first_few
from prodcls.errors import BundleError, InputError
from prodcls.outputs import BUNDLE, OUTPUTS, check_finished, read_outputs
from prodcls.pages import DATA, PAGE, PRODUCTS
from prodcls.recount import Judged, figure_differences
from prodcls.tables import OUT_OF_FOLD, OutOfFoldRows, out_of_fold_rows
from prodcls.verification_pages import PageComparison, Result, read_or_none, result_of

__all__ = ["Place", "locate", "verify_place"]

ROWS = 5
"""Products told one by one of which table and bundle say something else."""


@dataclass(frozen=True)
class Place:
    """What to verify.

    Attributes
    ----------
    bundle : Path
    folder : Path or None
        Of a report; None: the bundle alone.
    file : Path or None
        The one file of the report that is asked about; None: all of them.
    """

    bundle: Path
    folder: Path | None = None
    file: Path | None = None


def locate(path: Path, bundle: Path | None = None) -> Place:
    """Find out what a path is.

    Parameters
    ----------
    path : Path
        A bundle, a folder that a fit or ``report`` wrote to, a page or the data of a report.
    bundle : Path, optional
        Where the bundle is; by default ``bundle`` beside the report.

    Returns
    -------
    Place

    Raises
    ------
    InputError
        Code ``verify-path``, if it is none of these; ``bundle-missing``, if there is no bundle.
    """
    if (path / MANIFEST).is_file():
        return Place(path)
    if not path.is_dir() and path.suffix.lower() not in (".html", ".json"):
        message = f"is no bundle, no folder of a fit, no {PAGE} and no {DATA}"
        raise InputError(message, code="verify-path", file=str(path))
    folder = path if path.is_dir() else path.absolute().parent
    if folder.name == PRODUCTS and not (folder / BUNDLE).exists():
        folder = folder.parent
    beside = folder / BUNDLE if bundle is None else bundle
    if not (beside / MANIFEST).is_file():
        message = "the bundle that it is compared with is not there: name it with --bundle"
        raise BundleError(message, code="bundle-missing", file=str(beside))
    return Place(beside, folder, None if path.is_dir() else path)


def verify_place(place: Place, earlier: Path | None = None, trust: Trust | None = None) -> Iterator[Result]:
    """Look at everything, and yield each check when it is done.

    Parameters
    ----------
    place : Place
    earlier : Path, optional
        Bundle of the audit that ``report --compare`` compared with.
    trust : Trust, optional
        What is asked of the bundle.

    Yields
    ------
    Result

    Raises
    ------
    BundleError
        Code ``bundle-version``, if this version cannot read the bundle; ``bundle-missing``, if it is none.
    """
    try:
        bundle = load_bundle(place.bundle, trust)
        _ = bundle.products
    except BundleError as error:
        if error.code in ("bundle-version", "bundle-missing"):
            raise
        yield from _damaged(error)
        yield Result("report", None, ("it is compared with the bundle",))
        return
    if trust is not None and trust.asks:
        yield Result("bundle origin", True, tuple(trust.told()))
    digest = hashlib.sha256(bundle.manifest.to_bytes()).hexdigest()
    form = f"{len(bundle.manifest.files)} files of format {bundle.findings.format_version}"
    yield Result("bundle files", True, (f"{form}, digest {bundle.digest}, SHA-256 of {MANIFEST} {digest}",))
    since = tuple(f"written with {changed}" for changed in bundle.findings.changed)
    yield Result("bundle scores", True, (f"the kept products get {bundle.findings.kept()}", *since))
    yield _encoders(bundle, place.bundle)
    reason = no_report(bundle.additions, bundle.refits)
    if reason is not None and bundle.report is None:
        for name, lines in (("classes", additions_told(bundle.additions)), ("model", refits_told(bundle.refits))):
            if lines:
                yield Result(f"bundle {name}", True, lines)
        yield Result("bundle report", True, (f"none: {reason}",))
        if place.folder is not None:
            yield Result("report", False, ("is of another bundle: this one has none",))
        return
    try:
        report = report_of(bundle)
    except BundleError as error:
        yield Result("bundle report", False, (str(error),))
        return
    yield _kept_figures(report, bundle)
    if place.folder is not None:
        yield from _beside(
            place, place.folder, report if earlier is None else report_of(bundle, earlier, trust), bundle
        )


def _encoders(bundle: Bundle, folder: Path) -> Result:
    """Encode kept texts again; photos are not kept."""
    name = "bundle encoders"
    try:
        found = check_encoders(bundle, folder)
    except BundleError as error:
        return Result(name, False, (str(error),))
    if found.encoders is None:
        return Result(name, True, ("there are no texts to encode again",))
    return Result(name, True, (f"{found.encoders.texts} kept texts get {found.read()}",))


def _damaged(error: BundleError) -> Iterator[Result]:
    if error.code in UNTRUSTED:
        yield Result("bundle origin", False, (str(error),))
    elif error.code in ("bundle-canary", "bundle-content", "bundle-booster"):
        yield Result("bundle files", True)
        yield Result("bundle scores" if error.code == "bundle-canary" else "bundle contents", False, (str(error),))
    else:
        yield Result("bundle files", False, (str(error),))


def _kept_figures(report: AuditReport, bundle: Bundle) -> Result:
    """Count the figures again from the out-of-fold classes in the bundle, which has none of a test catalogue."""
    products, told = bundle.products, bundle.products.judged
    if report.evaluation.method != "folds":
        return Result("bundle report", True, (f"{REPORT} is whole; the tested products are not in the bundle",))
    rows = [i for i, name in enumerate(told.classes) if name is not None]
    judged = Judged([products.labels[i] for i in rows], [str(told.classes[i]) for i in rows], told.probabilities[rows])
    compared = f"figures counted again from {len(rows)} products in the bundle"
    return result_of("bundle report", figure_differences(report.evaluation, judged), compared)


def _beside(place: Place, folder: Path, report: AuditReport, bundle: Bundle) -> Iterator[Result]:
    shards = [(_table_path(place, folder, shard.name), shard.sha256) for shard in report.shards]
    source = shards[0][0].parent.parent if shards else folder
    pages = PageComparison(folder, source, report, bundle)
    if place.file is not None:
        yield pages.data(place.file) if place.file.suffix.lower() == ".json" else pages.page(place.file)
        return
    if place.bundle.absolute().parent == folder.absolute():
        yield from _finished(folder, report.lineage.bundle_sha256)
    for name, digest in report.lineage.tables.items():
        yield _table(_table_path(place, folder, name), digest)
    yield _figures(_table_path(place, folder, OUT_OF_FOLD), report, bundle)
    yield pages.data(folder / DATA)
    yield pages.page(folder / PAGE)
    kept = [_table(path, digest) for path, digest in shards]
    yield from kept
    if all(result.passed for result in kept):
        yield pages.others()
        yield pages.unexpected()
    else:
        yield Result("other pages", None, ("the files that they are made from differ",))


def _finished(folder: Path, digest: str) -> Iterator[Result]:
    """Yield whether the fit that wrote here has finished, where it said so."""
    try:
        check_finished(folder)
        told = read_outputs(folder)
    except BundleError as error:
        yield Result(OUTPUTS, False, (str(error),))
        return
    if told is not None:
        same = told.bundle == digest
        yield Result(OUTPUTS, same, ("the fit has finished" if same else "is of another bundle: run the fit again",))


def _table_path(place: Place, folder: Path, name: str) -> Path:
    """Return where a table lies: a report made again elsewhere has left it beside the bundle."""
    here, there = folder / name, place.bundle.absolute().parent / name
    return there if there.is_file() and not here.exists() else here


def _table(path: Path, digest: str) -> Result:
    data = read_or_none(path)
    if data is None:
        return Result(path.name, False, ("is missing",))
    found = hashlib.sha256(data).hexdigest()
    details = (f"SHA-256 {found}",) if found == digest else (f"its SHA-256 is {found} instead of {digest}",)
    return Result(path.name, found == digest, details)


def _figures(path: Path, report: AuditReport, bundle: Bundle) -> Result:
    data, name = read_or_none(path), "headline figures"
    if data is None:
        return Result(name, None, (f"{path.name} is missing",))
    try:
        rows = out_of_fold_rows(data)
    except ValueError as error:
        return Result(name, False, (f"{path.name} is {error}",))

    of_rows = _row_differences(rows, bundle) if report.evaluation.method == "folds" else iter(())
    judged = Judged(rows.label, rows.predicted, rows.probability)
    found = (*first_few(of_rows, ROWS), *first_few(figure_differences(report.evaluation, judged)))
    return Result(name, not found, found or (f"counted again from the {len(rows.id)} rows of {path.name}",))


def _row_differences(rows: OutOfFoldRows, bundle: Bundle) -> Iterator[str]:
    """Yield a line for each product of which table and bundle say something else."""
    products, told = bundle.products, bundle.products.judged
    kept = {
        name: (products.labels[i], told.classes[i], float(told.probabilities[i]))
        for i, name in enumerate(products.ids)
        if told.classes[i] is not None
    }
    heads = ("label", "predicted", "probability")
    for name, *found in zip(rows.id, rows.label, rows.predicted, rows.probability.tolist(), strict=True):
        expected = kept.pop(name, None)
        if expected is None:
            yield f"product {name!r} is not in the bundle, or stands twice"
            continue
        for head, a, b in zip(heads, expected, found, strict=True):
            if a != b:
                yield f"product {name!r}: {head} is {b!r} in the table and {a!r} in the bundle"
    yield from (f"product {name!r} is missing from the table" for name in kept)
