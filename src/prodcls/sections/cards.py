"""One product: why this class and not that one, as a card on the audit page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from markupsafe import Markup

from prodcls.audit_dossiers import Dossier
from prodcls.charts_photo import Region, marked_photo
from prodcls.explain.case import WordSum, word_sums
from prodcls.language import Language, Prose
from prodcls.sections.marks import Run, marked_runs
from prodcls.sections.parts import readable_photo
from prodcls.sections.reasons import reasons_sentence

__all__ = ["TERMS", "Card", "Outcome", "card", "dossier_filename", "kind_words"]

TERMS = ("evidence", "margin", "logit", "runner_up")
"""Words of the glossary that a card uses."""

REGIONS = 6
"""Most regions marked on the card; the product's own page has all."""

_SAFE_ID = re.compile(
    r"(?!(?:con|prn|aux|nul|com\d|lpt\d|index(?:-\d+)?)(?:\.|$))[a-z0-9_-][a-z0-9_.-]{0,79}(?<!\.)", re.IGNORECASE
)
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


def dossier_filename(identifier: str) -> str:
    """Return the file name of a product's page.

    Parameters
    ----------
    identifier : str
        Any text. One of at most 80 ASCII letters, digits, ``_``, ``-`` and inner ``.`` stays as it is, unless
        systems or the index of all products use that name; another is shortened to these and gets a digest after
        ``~``, a sign that no plain one holds, so that no two share a name.
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
    """One product in short.

    Attributes
    ----------
    anchor : str
    href : str
        Its own page.
    kind : str
        As in `Dossier`, or ``"other"``: class of its colour.
    kind_word : Prose
    photo : Markup or None
        With its strongest regions; None without a photo.
    runs : tuple of Run
        The title, the words that count marked.
    outcomes : tuple of Outcome
    sentence : Prose
        Why the one and not the other.
    """

    anchor: str
    href: str
    kind: str
    kind_word: Prose
    photo: Markup | None
    runs: tuple[Run, ...]
    outcomes: tuple[Outcome, ...]
    sentence: Prose


KINDS = frozenset({"right", "wrong", "uncertain", "suspect"})


def kind_words(kind: str, t: Language) -> tuple[str, Prose]:
    """Return the class of a kind's colour, and the kind in words."""
    return kind if kind in KINDS else "other", t.pick("dossier_kind", kind)


def card(dossier: Dossier, t: Language, *, number: int) -> Card:
    """Return the card of a product.

    Parameters
    ----------
    dossier : Dossier
    t : Language
    number : int
        Makes the anchors.
    """
    kind, kind_word = kind_words(dossier.kind, t)
    words = word_sums(() if dossier.account is None else dossier.account.parts)
    return Card(
        anchor=f"product-{number}",
        href=f"products/{dossier_filename(dossier.id)}",
        kind=kind,
        kind_word=kind_word,
        photo=_photo(dossier, t),
        runs=_title(dossier, words, t),
        outcomes=_outcomes(dossier, t),
        sentence=reasons_sentence(dossier.explained, t),
    )


def _title(dossier: Dossier, words: tuple[WordSum, ...], t: Language) -> tuple[Run, ...]:
    column = next((c for c in dossier.texts if dossier.fields.get(c, "").strip()), None)
    return (Run(dossier.id),) if column is None else marked_runs(column, dossier.fields[column], words, t)


def _photo(dossier: Dossier, t: Language) -> Markup | None:
    """Return the small photo with its strongest regions, without figures, for which it is too small."""
    photo = readable_photo(dossier.photo)
    if photo is None or dossier.picture_size is None:
        return None
    parts = [p for p in (dossier.account.parts if dossier.account else ()) if p.kind == "region"]
    regions = tuple(Region(p.box, p.value, "") for p in parts[:REGIONS] if p.box is not None)
    alt = t("why.photo_alt" if regions else "dossier.photo", title=dossier.title)
    return marked_photo(photo, dossier.picture_size, regions, alt=alt)


def _outcomes(dossier: Dossier, t: Language) -> tuple[Outcome, ...]:
    known = {dossier.predicted: dossier.probability, dossier.versus: dossier.versus_probability}
    label = t.probability(known[dossier.label]) if dossier.label in known else ""
    predicted, versus = t.probability(dossier.probability), t.probability(dossier.versus_probability)
    return (
        Outcome(t.say("dossier.label"), dossier.label, label, "label"),
        Outcome(t.say("dossier.predicted"), dossier.predicted, predicted, "a"),
        Outcome(t.say("dossier.versus"), dossier.versus, versus, "b"),
    )
