"""One product: why this class and not that one, as a card on the page and as a page of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from prodcls.audit import AuditReport, Dossier, EvidencePart
from prodcls.charts import Key
from prodcls.charts_rows import Step, waterfall
from prodcls.explain.attribution import TOLERANCE
from prodcls.language import Language, Prose, plain, quoted
from prodcls.sections.parts import Column, Figure, Table, block_name, block_tones, evidence_name, join_prose

__all__ = ["TERMS", "Card", "Outcome", "card", "dossier_filename"]

NAMED = 2
"""Most evidence named in the sentence, for and against."""

TERMS = ("evidence", "margin", "logit", "runner_up")
"""Words of the glossary that a card uses."""

NOTABLE = 0.005
"""Least contribution, in logits, that the sentence names: less would be printed as zero."""

_SAFE_ID = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9_-][a-z0-9_.-]{0,79}(?<!\.)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def dossier_filename(identifier: str) -> str:
    """Return the file name of a product's page.

    Parameters
    ----------
    identifier : str
        Any text. One of at most 80 ASCII letters, digits, ``_``, ``-`` and inner ``.`` stays as it is; another is
        shortened to these and gets a digest after ``~``, a sign that no plain one holds, so that no two share a name.
    """
    if _SAFE_ID.fullmatch(identifier):
        return f"{identifier}.html"
    digest = sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{_UNSAFE.sub('-', identifier).strip('-')[:40]}~{digest}.html"


@dataclass(frozen=True)
class Outcome:
    """A class in a role: the label, the prediction, the runner-up.

    Attributes
    ----------
    role : Prose
    name : str
    probability : str
        Empty where the account has none.
    tone : str
        Class of its colour.
    """

    role: Prose
    name: str
    probability: str
    tone: str


@dataclass(frozen=True)
class Card:
    """One product in words and pictures.

    Attributes
    ----------
    anchor : str
    href : str
        Its own page.
    id : str
    title : str
    kind : str
        As in `Dossier`, or ``"other"``: class of its colour.
    kind_word : Prose
    photo : str
        Base64 JPEG; empty without a photo.
    photo_alt : str
    outcomes : tuple of Outcome
    sentence : Prose
        Why the one and not the other.
    account : Figure or None
        Waterfall; None for a model without accounts.
    certificate : Prose
    fields : tuple of (str, str)
        Cells as the seller wrote them.
    """

    anchor: str
    href: str
    id: str
    title: str
    kind: str
    kind_word: Prose
    photo: str
    photo_alt: str
    outcomes: tuple[Outcome, ...]
    sentence: Prose
    account: Figure | None
    certificate: Prose
    fields: tuple[tuple[str, str], ...]


KINDS = frozenset({"right", "wrong", "uncertain", "suspect"})


def card(dossier: Dossier, report: AuditReport, t: Language, *, number: int, limit: int | None = None) -> Card:
    """Return the card of a product.

    Parameters
    ----------
    dossier : Dossier
    report : AuditReport
    t : Language
    number : int
        Makes the anchors.
    limit : int, optional
        Most parts shown one by one; the others are one line together.
    """
    photo = dossier.photo if dossier.photo and _BASE64.fullmatch(dossier.photo) else ""
    title = dossier.fields.get("title") or next((v for v in dossier.fields.values() if v), dossier.id)
    return Card(
        anchor=f"product-{number}",
        href=f"products/{dossier_filename(dossier.id)}",
        id=dossier.id,
        title=title,
        kind=dossier.kind if dossier.kind in KINDS else "other",
        kind_word=t.pick("dossier_kind", dossier.kind),
        photo=photo,
        photo_alt=t("dossier.photo", title=title),
        outcomes=_outcomes(dossier, t),
        sentence=_sentence(dossier, t),
        account=_account(dossier, report, t, number, limit) if dossier.parts else None,
        certificate=_certificate(dossier, t),
        fields=tuple(dossier.fields.items()),
    )


def _outcomes(dossier: Dossier, t: Language) -> tuple[Outcome, ...]:
    known = {dossier.predicted: dossier.probability, dossier.versus: dossier.versus_probability}
    label = t.probability(known[dossier.label]) if dossier.label in known else ""
    predicted, versus = t.probability(dossier.probability), t.probability(dossier.versus_probability)
    return (
        Outcome(t.say("dossier.label"), dossier.label, label, "label"),
        Outcome(t.say("dossier.predicted"), dossier.predicted, predicted, "a"),
        Outcome(t.say("dossier.versus"), dossier.versus, versus, "b"),
    )


def _named(parts: list[EvidencePart], t: Language) -> Prose:
    items = tuple(
        t.say(
            "dossier.named",
            evidence=evidence_name(t, p.block, p.key, p.label),
            contribution=plain(t.signed(p.contribution)),
        )
        for p in parts[:NAMED]
    )
    return join_prose(t, items)


def _sentence(dossier: Dossier, t: Language) -> Prose:
    pro = [p for p in dossier.parts if p.contribution >= NOTABLE]
    contra = [p for p in dossier.parts if p.contribution <= -NOTABLE]
    spans = t.say("dossier.why", predicted=dossier.predicted, versus=dossier.versus)
    if not dossier.parts:
        return spans + t.say("dossier.full_stop")
    if pro:
        spans += t.say("dossier.pro", list=_named(pro, t))
    return spans + (t.say("dossier.contra", list=_named(contra, t)) if contra else t.say("dossier.no_contra"))


def _certificate(dossier: Dossier, t: Language) -> Prose:
    if not dossier.parts:
        return t.say("dossier.no_account")
    key = "dossier.exact" if abs(dossier.residual) <= TOLERANCE else "dossier.inexact"
    return t.say(
        key,
        n=plain(t.count(len(dossier.parts))),
        sum=plain(t.signed(dossier.parts_sum, 4)),
        margin=plain(t.signed(dossier.margin, 4)),
        residual=plain(t.small(dossier.residual)),
    )


def _account(dossier: Dossier, report: AuditReport, t: Language, number: int, limit: int | None) -> Figure:
    tones = block_tones(report)
    shown = dossier.parts if limit is None or len(dossier.parts) <= limit + 1 else dossier.parts[:limit]
    steps = [
        Step(evidence_name(t, p.block, p.key, p.label), _values(p, t), p.contribution, t.signed(p.contribution), b)
        for p, b in ((p, tones.get(p.block, "b7")) for p in shown)
    ]
    left = dossier.parts[len(shown) :]
    if left:
        rest = sum(p.contribution for p in left)
        steps.append(Step(t("account.rest", n=plain(t.count(len(left)))), "", rest, t.signed(rest), "b7"))
    legend = (
        Key("k-a", t("account.for_a", name=dossier.predicted)),
        Key("k-b", t("account.for_b", name=dossier.versus)),
    )
    total = t("account.total")
    picture = waterfall(
        tuple(steps),
        total_label=total,
        total_text=t.signed(dossier.parts_sum),
        alt=t(
            "account.alt", predicted=dossier.predicted, versus=dossier.versus, margin=plain(t.signed(dossier.margin))
        ),
        legend=legend,
    )
    return Figure(f"account-{number}", t.say("account.title"), t.say("account.see"), picture, _table(dossier, t))


def _values(part: EvidencePart, t: Language) -> str:
    if part.value_a is None or part.value_b is None:
        return ""
    return f"{t.decimal(part.value_a)} / {t.decimal(part.value_b)}"


def _table(dossier: Dossier, t: Language) -> Table:
    heads = (
        Column(t.say("head.evidence")),
        Column(t.say("head.block")),
        Column(quoted(dossier.predicted), numeric=True),
        Column(quoted(dossier.versus), numeric=True),
        Column(t.say("head.contribution"), numeric=True),
    )
    rows = tuple(
        (
            quoted(evidence_name(t, p.block, p.key, p.label)),
            block_name(t, p.block),
            plain("\u2013" if p.value_a is None else t.decimal(p.value_a, 3)),
            plain("\u2013" if p.value_b is None else t.decimal(p.value_b, 3)),
            plain(t.signed(p.contribution, 4)),
        )
        for p in dossier.parts
    )
    caption = t("account.caption", predicted=dossier.predicted, versus=dossier.versus, id=dossier.id)
    return Table(caption, heads, rows)
