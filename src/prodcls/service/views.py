"""What the pages on which products are looked up and changed show, as data; the templates only print it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from prodcls.bundle import Bundle
from prodcls.catalogue import Role
from prodcls.errors import InputError
from prodcls.explain.product import REST
from prodcls.language import Language, Prose, as_text, code, plain
from prodcls.sections.parts import join_prose
from prodcls.service.engine import Decision
from prodcls.service.searching import Hits

__all__ = [
    "DecisionView",
    "Field",
    "FileField",
    "Option",
    "SearchView",
    "TryView",
    "decision_view",
    "fault_prose",
    "fields_of",
    "rivals",
    "search_view",
    "try_view",
]

LONG = 80
"""Characters beyond which a text is edited in several lines."""


@dataclass(frozen=True)
class Option:
    """A choice: what is sent, what is shown."""

    value: str
    text: str
    chosen: bool = False


@dataclass(frozen=True)
class ResultRow:
    """A line of results; ``differs`` tells that the model said another class than the label."""

    id: str
    title: str
    label: str
    predicted: str
    probability: str
    differs: bool


@dataclass(frozen=True)
class SearchView:
    """The page on which a product is looked up."""

    query: str
    rows: tuple[ResultRow, ...]
    summary: Prose


@dataclass(frozen=True)
class Field:
    """A cell to edit.

    Attributes
    ----------
    name : str
        Column.
    key : str
        Name in the form.
    value : str
    long : bool
        Whether it takes several lines.
    wide : bool
        Whether it takes the whole width.
    options : tuple of str
        Values known from training.
    """

    name: str
    key: str
    value: str
    long: bool
    wide: bool
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class DecisionView:
    """What the model says of a product that was edited.

    Attributes
    ----------
    classes : tuple of (str, str)
        Name and probability.
    sentence : Prose
        Whether a person should look at it, and why.
    notes : tuple of Prose
        Cells that were not taken as they stand.
    before : Prose
        What it said of the product that was edited; empty for a new one.
    """

    classes: tuple[tuple[str, str], ...]
    sentence: Prose
    notes: tuple[Prose, ...]
    before: Prose


@dataclass(frozen=True)
class FileField:
    """A file of the product.

    Attributes
    ----------
    key : {"photo", "sound"}
        Name of the field.
    accept : str
        Kinds of file that are offered.
    label, keep_label : str
    keep : str
        Name of the field that keeps that of the origin; empty where there is none to keep.
    """

    key: str
    accept: str
    label: str
    keep_label: str
    keep: str


@dataclass(frozen=True)
class TryView:
    """The page on which a product is described or changed.

    Attributes
    ----------
    origin : str
        Id of the training product that it began with; empty for a new one.
    fields : tuple of Field
    files : tuple of FileField
        The photo and the sound, as far as the model takes them.
    fault : Prose
        Why there is no answer; empty when there is one, or nothing was asked.
    """

    origin: str
    fields: tuple[Field, ...]
    files: tuple[FileField, ...]
    fault: Prose


def search_view(query: str, hits: Hits, t: Language) -> SearchView:
    """Return the page of results."""
    rows = tuple(
        ResultRow(
            hit.id,
            hit.title,
            hit.label,
            hit.predicted or "",
            "" if hit.probability is None else t.probability(hit.probability),
            hit.predicted is not None and hit.predicted != hit.label,
        )
        for hit in hits.shown
    )
    key = "serve.found_none" if not rows else "serve.found_some" if len(rows) < hits.total else "serve.found_all"
    summary = t.say(key, n=plain(t.count(hits.total)), shown=plain(t.count(len(rows))))
    return SearchView(query, rows, summary)


def rivals(classes: Sequence[str], predicted: str, versus: str, t: Language) -> tuple[Option, ...]:
    """Return the classes that a product can be held against, and all others together."""
    names = [Option(name, name, name == versus) for name in classes if name != predicted]
    return (*names, Option(REST, t("serve.rest"), versus == REST))


def fields_of(bundle: Bundle, cells: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the cells to edit, but for the photo and the sound."""
    roles = {one.column: one.role for one in bundle.schema.columns}
    names = [name for name in bundle.schema.asked if roles[name] not in ("image", "audio")]
    fields = []
    for i, name in enumerate(names):
        value, text = cells.get(name, ""), roles[name] == "text"
        long = text and (i > 0 or len(value) > LONG)
        fields.append(Field(name, f"cell-{i}", value, long, text, bundle.known.categorical.get(name, ())))
    return tuple(fields)


FILES: tuple[tuple[Role, str, str, str, str, str], ...] = (
    ("image", "photo", "image/*", "serve.photo", "serve.keep_photo", "keep"),
    ("audio", "sound", "audio/*", "serve.sound", "serve.keep_sound", "keep_sound"),
)
"""Role, field, kinds of file, strings, and the field that keeps the origin's."""


def try_view(
    bundle: Bundle, origin: str, cells: Mapping[str, str], t: Language, *, kept: Collection[str], fault: Prose = ()
) -> TryView:
    """Return the form with these cells in it; ``kept`` names the files of the origin that are at hand."""
    files = tuple(
        FileField(key, accept, t(label), t(keep_label), keep if key in kept else "")
        for role, key, accept, label, keep_label, keep in FILES
        if bundle.schema.named(role)
    )
    return TryView(origin, fields_of(bundle, cells), files, fault)


def decision_view(found: Decision, before: tuple[str, float] | None, t: Language) -> DecisionView:
    """Return what is said of an edited product; ``before`` is class and probability of what it was."""
    classes = tuple((name, t.probability(probability)) for name, probability in found.classes)
    said = () if before is None else t.say("serve.before", predicted=before[0], probability=t.probability(before[1]))
    if not found.review:
        sentence = t.say("serve.alone")
    else:
        reasons = join_prose(t, tuple(t.say(f"review_why.{name}") for name in found.reasons))
        sentence = t.say("serve.review", reasons=reasons)
    notes = tuple(
        t.say("serve.note", column=one.column or "", reason=t.pick("rejected", one.code, one.reason))
        for one in found.told
    )
    return DecisionView(classes, sentence, notes, said)


def fault_prose(error: InputError, t: Language) -> Prose:
    """Return why something could not be done: in the words of the page where it has some for it."""
    detail = str(error).removesuffix(f" [{error.code}]")
    said = t.pick("rejected", error.code, detail)
    return t.say("serve.fault", detail=t.pick("refused", error.code, as_text(said)), code=code(error.code))
