"""The page of one product of the audit: what `why` shows of a product, by the model of its fold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from prodcls.audit import AuditReport
from prodcls.audit_dossiers import Dossier
from prodcls.explain.case import Case
from prodcls.language import Language, Prose, code
from prodcls.sections.cards import kind_words
from prodcls.sections.parts import readable_photo
from prodcls.sections.why import WhyContext, why_context

__all__ = ["DossierContext", "dossier_context"]


@dataclass(frozen=True)
class DossierContext:
    """What the page shows.

    Attributes
    ----------
    back : str
        Where in the audit page it belongs.
    kind : str
        Class of its colour.
    kind_word : Prose
    why : WhyContext
    """

    back: str
    kind: str
    kind_word: Prose
    why: WhyContext


def dossier_context(dossier: Dossier, report: AuditReport, t: Language) -> DossierContext:
    """Return what the page of ``dossier`` shows.

    Parameters
    ----------
    dossier : Dossier
    report : AuditReport
        The report it belongs to; the dossier may be one of its shards.
    t : Language
    """
    number = next((i for i, d in enumerate(report.dossiers, start=1) if d.id == dossier.id), None)
    kind, kind_word = kind_words(dossier.kind, t)
    case = Case(
        attributions=(dossier.explained,),
        fields=dossier.fields,
        texts=dossier.texts,
        photo=readable_photo(dossier.picture),
        photo_size=dossier.picture_size,
        label=dossier.label,
        notes=dossier.notes,
        bundle=report.lineage.bundle_sha256,
        changes=dossier.changes,
        similar=dossier.similar,
        numbers=dossier.numbers,
        originals=dossier.originals,
        path=dossier.path,
        members=dossier.members,
    )
    why = replace(why_context(case, t), changes_see=_searched(dossier, t))
    back = "dossiers" if number is None else f"product-{number}"
    return DossierContext(f"../audit.html#{back}", kind, kind_word, why)


def _searched(dossier: Dossier, t: Language) -> Prose:
    """Return which changes were looked for, since it is not all that ``prodcls why`` looks for."""
    return () if dossier.changes is None else t.say("dossier.not_searched", command=code("prodcls why"))
