"""What changed since an earlier audit."""

from __future__ import annotations

from dataclasses import dataclass

from prodcls.audit import AuditReport
from prodcls.audit_comparison import Comparison, DataChange, Flip, FlipPart, PairedChange, TextChange
from prodcls.charts import Key
from prodcls.charts_rows import DotRow, Mark, dots
from prodcls.language import Language, Prose, as_text, code, plain, quoted
from prodcls.sections.parts import Column, Figure, Section, Table, block_name, evidence_name, join_prose

__all__ = ["SECTION", "SinceContext"]

CLEAR = 0.05
"""Probability below which a difference is called more than chance."""

NONE = "\u2013"


@dataclass(frozen=True)
class SinceContext:
    """What the section shows.

    Attributes
    ----------
    intro : Prose
        Which audit it is compared with, or that none was given.
    paired : Prose
        The products that both audits judged; empty without an earlier audit.
    figures : Table or None
    classes : Table or None
        Where recall changed most.
    flips_note : Prose
        How many products are put into another class.
    flips : Table or None
    data_note : Prose
        Whether the catalogue changed.
    data : Table or None
    shares : Figure or None
        What the model relies on, before and now.
    options : Table or None
        Configuration that changed.
    """

    intro: Prose
    paired: Prose
    figures: Table | None
    classes: Table | None
    flips_note: Prose
    flips: Table | None
    data_note: Prose
    data: Table | None
    shares: Figure | None
    options: Table | None


def _points(t: Language, difference: float) -> Prose:
    return plain(t.signed(100 * difference, 1))


def _paired(found: PairedChange | None, t: Language) -> Prose:
    if found is None:
        return t.say("since.unpaired")
    counts = {name: plain(t.count(getattr(found, name))) for name in ("products", "right_before", "right_after")}
    sentences = [t.say("since.judged", **counts)]
    if not found.lost and not found.gained:
        return join_prose(t, (*sentences, t.say("since.same")), "sentence.separator")
    p = plain(f"<\u2009{t.decimal(0.001, 3)}" if found.p_value < 0.001 else t.decimal(found.p_value, 3))
    moved = {"lost": plain(t.count(found.lost)), "gained": plain(t.count(found.gained)), "p": p}
    sentences.append(t.say("since.moved", **moved))
    sentences.append(t.say("since.clear" if found.p_value < CLEAR else "since.unclear"))
    for key, figure in (("since.accuracy", found.accuracy), ("since.macro_f1", found.macro_f1)):
        values = {"points": figure.value, "low": figure.low, "high": figure.high}
        sentences.append(t.say(key, **{name: _points(t, v) for name, v in values.items()}))
    return join_prose(t, tuple(sentences), "sentence.separator")


def _figures(found: Comparison, t: Language) -> Table:
    heads = [Column(t.say("head.figure"))]
    heads += [Column(t.say(f"head.{name}"), numeric=True) for name in ("before", "now", "change")]
    rows = []
    for figure in found.figures:
        share = figure.name != "log_loss"
        before, after = (t.share(v) if share else t.decimal(v, 3) for v in (figure.before, figure.after))
        difference = figure.after - figure.before
        change = _points(t, difference) if share else plain(t.signed(difference, 3))
        rows.append((t.pick("check", figure.name), plain(before), plain(after), change))
    return Table(t("since.figures"), tuple(heads), tuple(rows))


def _classes(found: Comparison, t: Language) -> Table | None:
    if not found.classes:
        return None
    heads = [Column(t.say("head.class"))]
    heads += [Column(t.say(f"head.{name}"), numeric=True) for name in ("before", "now", "change")]
    rows = tuple(
        (
            quoted(c.name),
            *(plain(f"{t.share(r.value)} ({t.interval(r)})") for r in (c.before, c.after)),
            _points(t, c.after.value - c.before.value),
        )
        for c in found.classes
    )
    return Table(t("since.classes"), tuple(heads), rows)


def _account(parts: tuple[FlipPart, ...], t: Language) -> Prose:
    named = (
        t.say(
            "since.part",
            evidence=evidence_name(t, p.block, p.key, p.label),
            contribution=plain(t.signed(p.contribution)),
        )
        for p in parts
    )
    return join_prose(t, tuple(named)) or plain(NONE)


def _flips(found: Comparison, t: Language) -> Table | None:
    if not found.flips:
        return None
    told = any(f.account_before or f.account_after for f in found.flips)
    names = ("product", "true", "before", "now", *(("account_before", "account_now") if told else ()))

    def row(flip: Flip) -> tuple[Prose, ...]:
        product = (*code(flip.id), *plain(" "), *quoted(flip.title)) if flip.title != flip.id else code(flip.id)
        outcomes = ((flip.before, flip.probability_before), (flip.after, flip.probability_after))
        cells = [product, quoted(flip.label), *((*quoted(c), *plain(f" {t.probability(p)}")) for c, p in outcomes)]
        return (*cells, *((_account(flip.account_before, t), _account(flip.account_after, t)) if told else ()))

    counts = found.flip_counts
    n = counts.lost + counts.gained + counts.other
    caption = t("since.flips", shown=plain(t.count(len(found.flips))), n=plain(t.count(n)))
    return Table(caption, tuple(Column(t.say(f"head.{name}")) for name in names), tuple(map(row, found.flips)))


def _flips_note(found: Comparison, t: Language) -> Prose:
    if not found.flips:
        return t.say("since.no_flips")
    kinds = {kind: plain(t.count(getattr(found.flip_counts, kind))) for kind in ("lost", "gained", "other")}
    note = t.say("since.flips_note", **kinds)
    told = any(f.account_before or f.account_after for f in found.flips)
    return join_prose(t, (note, t.say("since.accounts")), "sentence.separator") if told else note


def _names(names: tuple[str, ...], n: int, t: Language) -> Prose:
    """Return a number and the names behind it, as far as they are kept."""
    if not names:
        return plain(t.count(n))
    more = (plain("\u2026"),) if n > len(names) else ()
    return (*plain(f"{t.count(n)}: "), *join_prose(t, (*(quoted(name) for name in names), *more)))


def _renamed(changes: tuple[TextChange, ...], t: Language, family: str = "") -> Prose:
    def shown(text: str) -> Prose:
        return t.pick(family, text) if family else quoted(text)

    items = ((*quoted(c.name), *plain(" "), *shown(c.before), *plain(" \u2192 "), *shown(c.after)) for c in changes)
    return join_prose(t, tuple(items))


def _data(data: DataChange, t: Language) -> Table | None:
    cells = tuple((*quoted(name), *plain(f" {t.count(n)}")) for name, n in data.cells.items())
    labels = (*plain(f"{t.count(data.relabelled)}: "), *_renamed(data.labels, t))
    rows = {
        "since.added": _names(data.added_ids, data.added, t) if data.added else (),
        "since.removed": _names(data.removed_ids, data.removed, t) if data.removed else (),
        "since.changed": (*plain(f"{t.count(data.changed)}: "), *join_prose(t, cells)) if data.changed else (),
        "since.relabelled": labels if data.relabelled else (),
        "since.roles": _renamed(data.roles, t, "role"),
        "since.columns_added": join_prose(t, tuple(map(quoted, data.columns_added))),
        "since.columns_removed": join_prose(t, tuple(map(quoted, data.columns_removed))),
        "since.classes_added": join_prose(t, tuple(map(quoted, data.classes_added))),
        "since.classes_removed": join_prose(t, tuple(map(quoted, data.classes_removed))),
    }
    shown = tuple((t.say(name), value) for name, value in rows.items() if value)
    heads = (Column(t.say("head.change")), Column(t.say("head.what")))
    return Table(t("since.data"), heads, shown) if shown else None


def _shares(found: Comparison, t: Language) -> Figure | None:
    known = [s for s in found.shares if s.before is not None or s.after is not None]
    if not known:
        return None
    drawn, rows = [], []
    for share in known:
        sides = ((share.after, "a"), (share.before, "open"))
        marks = tuple(Mark(v, v, v, tone) for v, tone in sides if v is not None)
        before, after = (NONE if v is None else t.share(v) for v in (share.before, share.after))
        name = block_name(t, share.block)
        drawn.append(DotRow(as_text(name), marks, f"{before} \u2192 {after}"))
        rows.append((name, plain(before), plain(after)))
    most = max(known, key=lambda s: abs((s.after or 0.0) - (s.before or 0.0)))
    change = _points(t, (most.after or 0.0) - (most.before or 0.0))
    see = t.say("since.shares_see", block=block_name(t, most.block), points=change)
    heads = (
        Column(t.say("head.block")),
        Column(t.say("head.before"), numeric=True),
        Column(t.say("head.now"), numeric=True),
    )
    title = t("since.shares")
    legend = (Key("k-dot", t("head.now")), Key("k-ring", t("head.before")))
    picture = dots(tuple(drawn), alt=f"{title}. {as_text(see)}", legend=legend, joined=True)
    return Figure("since-shares", t.say("since.shares"), see, picture, Table(title, heads, tuple(rows)))


def _options(found: Comparison, t: Language) -> Table | None:
    if not found.options:
        return None
    heads = (Column(t.say("head.name")), Column(t.say("head.before")), Column(t.say("head.now")))
    rows = tuple((code(o.name), code(o.before or NONE), code(o.after or NONE)) for o in found.options)
    return Table(t("since.options"), heads, rows)


def build(report: AuditReport, t: Language) -> SinceContext:
    """Return what the section shows."""
    found = report.comparison
    if found is None:
        return SinceContext(t.say("since.none"), (), None, None, (), None, (), None, None, None)
    intro = t.say(
        "since.intro", created=plain(t.date(found.created)), data=found.data_path, digest=code(found.bundle_sha256)
    )
    data = _data(found.data, t)
    sizes = {"before": plain(t.count(found.data.rows_before)), "after": plain(t.count(found.data.rows_after))}
    key = "since.same_file" if found.same_data else "since.other_file" if data else "since.same_rows"
    return SinceContext(
        intro=intro,
        paired=_paired(found.paired, t),
        figures=_figures(found, t),
        classes=_classes(found, t),
        flips_note=_flips_note(found, t),
        flips=_flips(found, t),
        data_note=t.say(key, **sizes),
        data=data,
        shares=_shares(found, t),
        options=_options(found, t),
    )


SECTION = Section("since", SinceContext, build)
