"""What people decided, for the section on oversight: labels they set, and how far they agree."""

from __future__ import annotations

from prodcls.audit import AuditReport
from prodcls.audit_overrides import AgreementFigures, OverrideItem, OverridesSection, PeoplePair
from prodcls.language import Language, Prose, code, link, plain, quoted
from prodcls.sections.parts import Column, Table, join_prose

__all__ = ["agreement_table", "decisions_note", "decisions_table", "overrides_intro", "pairs_table_of", "why_words"]


def overrides_intro(report: AuditReport, t: Language) -> Prose:
    """Return how many decisions there are, what became of them, and how far people agree with the model.

    Parameters
    ----------
    report : AuditReport
    t : Language
    """
    found = report.overrides
    if found is None:
        return t.say("review.overrides_none")
    if not found.recorded:
        return t.say("review.overrides_empty")
    counts = {
        name: plain(t.count(getattr(found, name)))
        for name in ("recorded", "people", "superseded", "learned", "changed", "added", "absent", "differing")
    }
    rate = found.agreement.rate
    agreed = t.say(
        "review.overrides_agreed",
        share=plain(t.share(rate.value)),
        interval=plain(t.interval(rate)),
        agreed=plain(t.count(found.agreement.agreed)),
        decisions=plain(t.count(found.agreement.decisions)),
    )
    told = (t.say("review.overrides_intro", **counts), t.say("review.overrides_learned", **counts), agreed)
    return join_prose(t, told, "sentence.separator")


def decisions_note(found: OverridesSection, t: Language) -> Prose:
    """Return how the listed decisions were chosen.

    Parameters
    ----------
    found : OverridesSection
    t : Language
    """
    stand = found.recorded - found.superseded
    return t.say("review.overrides_note", shown=plain(t.count(len(found.items))), all=plain(t.count(stand)))


def decisions_table(report: AuditReport, found: OverridesSection, t: Language) -> Table:
    """Return the decisions that are listed.

    Parameters
    ----------
    report : AuditReport
    found : OverridesSection
        Of the report.
    t : Language
    """
    heads = ("product", "model_said", "person_said", "who_when", "given_reason", "model_now")
    pages = {d.id: f"product-{i}" for i, d in enumerate(report.dossiers, start=1)}
    rows = tuple(_decision(item, pages.get(item.id), t) for item in found.items)
    return Table(t("review.overrides_table"), tuple(Column(t.say(f"head.{name}")) for name in heads), rows)


def _decision(item: OverrideItem, page: str | None, t: Language) -> tuple[Prose, ...]:
    said = t.say("review.class", name=item.predicted, probability=plain(t.probability(item.probability)))
    chosen = quoted(item.decision)
    if not item.learned:
        chosen += t.say("review.not_in_catalogue")
    elif item.before != item.decision:
        chosen += t.say("review.label_was", name=item.before) if item.before else t.say("review.label_was_none")
    now = plain("\u2013")
    if item.now is not None:
        now = t.say("review.still_agrees") if item.now == item.decision else quoted(item.now)
    return (
        link(item.id, page) if page else code(item.id),
        said + t.say("review.because", reasons=why_words(item.reasons, t)),
        chosen,
        t.say("review.who_when", who=item.who, when=_moment(item.when, t)),
        quoted(item.reason),
        now,
    )


def _moment(when: str, t: Language) -> str:
    return t.day(when) if "T" not in when else t.date(when)


def why_words(reasons: tuple[str, ...], t: Language) -> Prose:
    """Return in words why a product was up for review.

    Parameters
    ----------
    reasons : tuple of str
        Codes; none where it was not.
    t : Language
    """
    if not reasons:
        return t.say("worklist.no_reason")
    return join_prose(t, tuple(t.pick("review_why", reason) for reason in reasons))


def agreement_table(found: OverridesSection, t: Language) -> Table:
    """Return how often people chose what the model had said: of all, by reason for review, and by class.

    Parameters
    ----------
    found : OverridesSection
    t : Language
    """
    heads = (
        Column(t.say("head.judged")),
        Column(t.say("head.decisions"), numeric=True),
        Column(t.say("head.agreed"), numeric=True),
        Column(t.say("head.share"), numeric=True),
        Column(t.say("head.interval"), numeric=True),
    )
    rows = [_agreement(t.say("review.agreement_all"), found.agreement, t)]
    rows += [_agreement(why_words((f.name,) if f.name else (), t), f, t) for f in found.by_reason]
    rows += [_agreement(t.say("review.agreement_class", name=f.name), f, t) for f in found.by_class]
    return Table(t("review.agreement"), heads, tuple(rows))


def _agreement(name: Prose, figures: AgreementFigures, t: Language) -> tuple[Prose, ...]:
    return (
        name,
        plain(t.count(figures.decisions)),
        plain(t.count(figures.agreed)),
        plain(t.share(figures.rate.value)),
        plain(t.interval(figures.rate)),
    )


def pairs_table_of(found: OverridesSection, t: Language) -> Table | None:
    """Return how far people agree with each other; None where no two judged the same product.

    Parameters
    ----------
    found : OverridesSection
    t : Language
    """
    if not found.pairs:
        return None
    heads = (
        Column(t.say("head.two_people")),
        Column(t.say("head.products"), numeric=True),
        Column(t.say("head.agreed"), numeric=True),
        Column(t.say("head.kappa"), numeric=True),
    )
    return Table(t("review.between_people"), heads, tuple(_pair(pair, t) for pair in found.pairs))


def _pair(pair: PeoplePair, t: Language) -> tuple[Prose, ...]:
    return (
        t.say("review.two_people", first=pair.first, second=pair.second),
        plain(t.count(pair.products)),
        plain(t.count(pair.agreed)),
        plain("\u2013" if pair.kappa is None else t.decimal(pair.kappa)),
    )
