"""Why one product is in one class and not in another: a page of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from prodcls.charts import Key
from prodcls.charts_rows import Step, waterfall
from prodcls.explain.attribution import Attribution
from prodcls.explain.case import Case, Group, WordSum, groups, said, word_sums
from prodcls.language import Language, Prose, Span, as_text, code, plain, quoted
from prodcls.sections.cards import TERMS, Outcome
from prodcls.sections.changes import BandContext, ChangeContext, changes_context
from prodcls.sections.cleaned import OriginalText, original_text
from prodcls.sections.heard import sound_figure
from prodcls.sections.in_set import set_lines, set_summary
from prodcls.sections.marks import MarkedText, marked_picture, marked_text
from prodcls.sections.methods import methods_table
from prodcls.sections.numbers import number_figures
from prodcls.sections.parts import Column, Figure, Table, block_name, class_name, evidence_name, join_prose
from prodcls.sections.reasons import absent_note, reasons_sentence
from prodcls.sections.rolled_up import rolled_up, rolled_up_note
from prodcls.sections.similar import SimilarContext, similar_context

__all__ = [
    "WhyContext",
    "certificate",
    "group_name",
    "group_reason",
    "note",
    "odds",
    "why_context",
]

GROUPS = 14
"""Most steps of the waterfall."""

NOTABLE = 0.005
"""Logits below which a step would be printed as zero."""

TOP = 20
"""Words in the table of those that count most."""

CONTEXTS = {
    "whole": ("why.whole", "why.whole.because"),
    "start": ("why.start", "why.start.because"),
    "marks": ("why.marks", "why.marks.because"),
    "border": ("why.border", "why.border.because"),
    "tail": ("why.tail", "why.tail.because"),
    "occluded": ("why.occluded", "why.occluded.because"),
    "photo": ("why.photo", "why.photo.because"),
    "hidden": ("why.hidden", "why.hidden.because"),
    "sound": ("why.sound", "why.sound.because"),
    "cut": ("why.cut", "why.cut.because"),
    "together": ("why.together", "why.together.because"),
    "interplay": ("why.interplay", "why.interplay.because"),
    "missing": ("why.missing", "why.missing.because"),
    "spread": ("why.spread", "why.spread.because"),
    "behind": ("why.behind", "why.behind.because"),
}
"""Name and reason of what has no place, by the key of its group."""

PART_KINDS = {
    "word": "part.word",
    "region": "part.region",
    "segment": "part.segment",
    "column": "part.column",
    "evidence": "part.evidence",
    "context": "part.context",
    "unread": "part.unread",
}


@dataclass(frozen=True)
class WhyContext:
    """What the page shows.

    Attributes
    ----------
    heading : Prose
    title : str
    id : str
    notes : tuple of Prose
    photo : Markup or None
        With its regions; None without a photo.
    photo_see : Prose
        Empty unless regions are marked.
    outcomes : tuple of Outcome
    sentence : Prose
        What the margin means.
    reasons : Prose
        The strongest of them.
    set_summary : Prose
        How many classes may well be right; empty where that is not known.
    set_lines : tuple of Prose
        The further ones of them with what keeps each possible.
    steps : tuple of Prose
        The decision level by level down the tree of classes; empty where they form none.
    steps_note : Prose
        Where it stops, and that the accounts are exact; empty likewise.
    account : Figure or None
        None for a model without accounts.
    certificate : Prose
    sound : Figure or None
        What counts in it over time; None without segments of a sound.
    text_see : Prose
    texts : tuple of MarkedText
    cells : tuple of (str, str)
        The other columns.
    originals : tuple of OriginalText
        Texts as they stood before they were cleaned.
    numbers : tuple of Figure
        Where its numbers stand among those of the classes.
    top : Table or None
        None without words.
    parts : Table or None
        None without an account.
    methods : Table or None
        What other methods say.
    changes : tuple of ChangeContext
        What would have made it another class; empty when that was not asked.
    changes_see : Prose
        How it was looked for; empty when that was not asked.
    bands : tuple of BandContext
    similar : tuple of SimilarContext
    origin : Prose
    terms : tuple of Span
    """

    heading: Prose
    title: str
    id: str
    notes: tuple[Prose, ...]
    photo: Markup | None
    photo_see: Prose
    outcomes: tuple[Outcome, ...]
    sentence: Prose
    reasons: Prose
    set_summary: Prose
    set_lines: tuple[Prose, ...]
    steps: tuple[Prose, ...]
    steps_note: Prose
    account: Figure | None
    certificate: Prose
    sound: Figure | None
    text_see: Prose
    texts: tuple[MarkedText, ...]
    cells: tuple[tuple[str, str], ...]
    originals: tuple[OriginalText, ...]
    numbers: tuple[Figure, ...]
    top: Table | None
    parts: Table | None
    methods: Table | None
    changes: tuple[ChangeContext, ...]
    changes_see: Prose
    bands: tuple[BandContext, ...]
    similar: tuple[SimilarContext, ...]
    origin: Prose
    terms: tuple[Span, ...]


def why_context(case: Case, t: Language) -> WhyContext:
    """Return what the page of ``case`` shows."""
    main = case.main
    predicted, versus = quoted(main.predicted), class_name(main.versus, t)
    words = word_sums(main.parts)
    regions = [p for p in main.parts if p.kind == "region" and p.box is not None]
    changes, bands = ((), ()) if case.changes is None else changes_context(case, case.changes, t)
    together = plain(t.signed(sum(p.value for p in regions)))
    return WhyContext(
        heading=t.say("why.title", predicted=predicted, versus=versus),
        title=case.title,
        id=main.id,
        notes=(*(note(n.key, n.text, t) for n in case.notes), *absent_note(main, t)),
        photo=marked_picture(case, regions, t),
        photo_see=t.say("why.photo_see", predicted=predicted, sum=together) if case.photo and regions else (),
        outcomes=_outcomes(case, t),
        sentence=odds(main, t),
        reasons=reasons_sentence(main, t),
        set_summary=set_summary(case.members, t),
        set_lines=set_lines(case.members, t),
        steps=rolled_up(case.path, t),
        steps_note=rolled_up_note(case.path, t),
        account=_account(main, t) if main.parts else None,
        certificate=certificate(main, t),
        sound=sound_figure(main.parts, main.predicted, t),
        text_see=t.say("why.text_see", predicted=predicted),
        texts=tuple(marked_text(name, case, words, t) for name in case.texts if case.fields.get(name)),
        cells=tuple((name, cell) for name, cell in case.fields.items() if name not in case.texts),
        originals=tuple(original_text(o, t) for o in case.originals),
        numbers=number_figures(case.numbers, (main.predicted, main.versus), t),
        top=_top(words, t) if words else None,
        parts=_parts(main, t) if main.parts else None,
        methods=methods_table(case, t) if len(case.attributions) > 1 else None,
        changes=changes,
        changes_see=() if case.changes is None else t.say("changes.see"),
        bands=bands,
        similar=() if case.similar is None else similar_context(case.similar, main.predicted, t),
        origin=_origin(case, t),
        terms=tuple(map(t.term, TERMS if case.members is None else (*TERMS, "prediction_set"))),
    )


def _origin(case: Case, t: Language) -> Prose:
    method = code(case.main.method)
    if not case.bundle:
        return t.say("why.origin_unsaved", method=method)
    return t.say("why.origin", method=method, digest=code(case.bundle[:12]))


def note(key: str, text: str, t: Language) -> Prose:
    """Return a note on how the product was found; one of another version of the program as it is."""
    if key not in t.words:
        return quoted(f"{key} {text}")
    return t.say(key, text=text) if "{text}" in t.words[key] else t.say(key)


def odds(main: Attribution, t: Language) -> Prose:
    """Return what the margin means: how many times as likely A is as B."""
    return t.say(
        "why.odds",
        predicted=main.predicted,
        versus=class_name(main.versus, t),
        odds=plain(_times(main.margin, t)),
        margin=plain(t.signed(main.margin)),
    )


def _times(margin: float, t: Language) -> str:
    if abs(margin) > math.log(1e6):
        return f"10^{margin / math.log(10):.0f}".replace("-", "\u2212")
    return t.decimal(math.exp(margin), 0 if margin > 3 else 1 if margin > 0 else 3)


def _outcomes(case: Case, t: Language) -> tuple[Outcome, ...]:
    main = case.main
    known = {main.predicted: main.probability, main.versus: main.versus_probability}
    versus = as_text(class_name(main.versus, t))
    found = [
        Outcome(t.say("why.this"), main.predicted, t.probability(main.probability), "a"),
        Outcome(t.say("why.that"), versus, t.probability(main.versus_probability), "b"),
    ]
    if case.label is not None:
        label = t.probability(known[case.label]) if case.label in known else ""
        found.append(Outcome(t.say("dossier.label"), case.label, label, "label"))
    return tuple(found)


def group_name(group: Group, t: Language) -> str:
    """Return what a group of parts is called."""
    block = block_name(t, group.subject)
    if group.key == "words":
        return t("why.words", column=group.subject)
    if group.key == "regions":
        return t("why.regions")
    if group.key == "segments":
        return t("why.segments")
    if group.key == "column":
        return t("why.column", column=group.subject, cell=group.label)
    if group.key == "neighbours":
        return evidence_name(t, group.subject, f"{group.subject}.neighbours", group.subject)
    return t(CONTEXTS[group.key][0], block=block) if group.key in CONTEXTS else group.key


def group_reason(group: Group, t: Language) -> str:
    """Return why a group of parts has no place on words, regions, segments or columns; ``""`` when it has one."""
    return t(CONTEXTS[group.key][1]) if group.key in CONTEXTS else ""


def _account(main: Attribution, t: Language) -> Figure:
    found = groups(main.parts)
    notable = [g for g in found if abs(g.value) >= NOTABLE][: GROUPS - 1]
    shown = found[: len(notable)] if len(found) - len(notable) > 1 else found
    steps = [Step(group_name(g, t), group_reason(g, t), g.value, t.signed(g.value), _tone(g)) for g in shown]
    left = found[len(shown) :]
    if left:
        rest = sum(g.value for g in left)
        steps.append(Step(t("account.rest", n=plain(t.count(len(left)))), "", rest, t.signed(rest), "b7"))
    total = sum(g.value for g in found)
    versus = class_name(main.versus, t)
    legend = (Key("k-a", t("account.for_a", name=main.predicted)), Key("k-b", t("why.against")))
    picture = waterfall(
        tuple(steps),
        total_label=t("account.total"),
        total_text=t.signed(total),
        alt=t("why.alt", predicted=main.predicted, margin=plain(t.signed(total))),
        legend=legend,
    )
    heads = (Column(t.say("head.evidence")), Column(t.say("head.contribution"), numeric=True))
    rows = tuple((quoted(group_name(g, t)), plain(t.signed(g.value, 4))) for g in found)
    caption = t("account.caption", predicted=main.predicted, versus=versus, id=main.id)
    see = t.say("why.see", predicted=main.predicted)
    return Figure("account", t.say("account.title"), see, picture, Table(caption, heads, rows))


def _tone(group: Group) -> str:
    tones = {"words": "b1", "regions": "b2", "segments": "b2", "whole": "b2", "neighbours": "b4", "column": "b5"}
    return tones.get(group.key, "b7")


def certificate(main: Attribution, t: Language) -> Prose:
    """Return how exactly the parts sum to the margin."""
    found = main.certificate
    if not main.parts:
        return t.say("dossier.no_account")
    if found is None:
        return t.say("why.no_certificate", method=code(main.method))
    return t.say(
        "dossier.exact",
        n=plain(t.count(len(main.parts))),
        sum=plain(t.signed(found.sum, 4)),
        margin=plain(t.signed(found.margin, 4)),
        residual=plain(t.small(found.residual)),
    )


def _top(words: tuple[WordSum, ...], t: Language) -> Table:
    heads = (
        Column(t.say("head.word")),
        Column(t.say("head.contribution"), numeric=True),
        Column(t.say("head.count"), numeric=True),
        Column(t.say("head.where")),
    )
    rows = tuple(
        (
            quoted(s.text),
            plain(t.signed(s.value, 3)),
            plain(t.count(s.count)),
            join_prose(t, tuple(map(quoted, s.columns))),
        )
        for s in said(words)[:TOP]
    )
    return Table(t("why.top"), heads, rows)


def _parts(main: Attribution, t: Language) -> Table:
    heads = (
        Column(t.say("head.label")),
        Column(t.say("head.kind")),
        Column(t.say("head.block")),
        Column(t.say("head.place")),
        Column(t.say("head.contribution"), numeric=True),
    )
    rows = tuple(
        (
            quoted(p.label),
            t.say(PART_KINDS[p.kind]),
            block_name(t, p.block),
            quoted(f"{p.column} {p.start}\u2013{p.end}") if p.start is not None else plain(""),
            plain(t.signed(p.value, 4)),
        )
        for p in main.parts
    )
    return Table(t("dossier.account"), heads, rows)
