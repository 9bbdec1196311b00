"""What is said of a bundle: where it comes from, which columns it reads, how good it was."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit_figures import FIGURES, as_interval
from prodcls.audit_stored import whole_report
from prodcls.bundle import Bundle

__all__ = ["Column", "Description", "describe"]


@dataclass(frozen=True)
class Column:
    """A column by which a product is described."""

    name: str
    role: str


@dataclass(frozen=True)
class Description:
    """A bundle, described.

    Attributes
    ----------
    bundle : str
        Digest.
    version : str
        Of the program that wrote it.
    created : str
        ISO 8601 in UTC.
    head : str
    classes : tuple of str
    added : tuple of str
        Those of them that were added after the fit and never evaluated.
    columns : tuple of Column
    encoders : tuple of str
    coverage : float or None
        Share of products whose prediction set holds the true class; None where no sets are made.
    training_products : int
    catalogue, catalogue_sha256 : str
        File that was trained on.
    figures : dict of str to float
        Headline figures of the audit by the names of `prodcls.audit_figures.FIGURES`; empty where the bundle keeps no
        report.
    environment : dict of str to str
        Versions it was written with.
    """

    bundle: str
    version: str
    created: str
    head: str
    classes: tuple[str, ...]
    added: tuple[str, ...]
    columns: tuple[Column, ...]
    encoders: tuple[str, ...]
    coverage: float | None
    training_products: int
    catalogue: str
    catalogue_sha256: str
    figures: dict[str, float]
    environment: dict[str, str]


def describe(bundle: Bundle) -> Description:
    """Return what is said of a bundle.

    Parameters
    ----------
    bundle : Bundle

    Returns
    -------
    Description
    """
    asked = bundle.schema.asked
    recipe, manifest = bundle.recipe, bundle.manifest
    sounds = () if recipe.audio_encoder is None else (recipe.audio_encoder,)
    return Description(
        bundle=bundle.digest,
        version=manifest.version,
        created=manifest.created,
        head=bundle.options.head,
        classes=bundle.model.classes,
        added=bundle.added,
        columns=tuple(Column(one.column, one.role) for one in bundle.schema.columns if one.column in asked),
        encoders=(*recipe.text_encoders, *recipe.image_encoders, *sounds),
        coverage=None if bundle.sets is None else bundle.sets.coverage,
        training_products=len(bundle.products),
        catalogue=bundle.source.path,
        catalogue_sha256=bundle.source.sha256,
        figures=_figures(bundle),
        environment=dict(manifest.environment),
    )


def _figures(bundle: Bundle) -> dict[str, float]:
    """Return the headline figures of the audit; none where the bundle keeps no report."""
    if bundle.report is None:
        return {}
    report = whole_report(bundle.report, bundle.manifest)
    found = {name: as_interval(kind.read(report))[0] for name, kind in FIGURES.items()}
    return {name: value for name, value in found.items() if value is not None}
