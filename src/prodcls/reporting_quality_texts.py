"""Findings about texts: what gives classes away, boilerplate, prices within them, scripts, what was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from prodcls.audit_quality import Example, Finding
from prodcls.explain.phrases import Phrases
from prodcls.quality.amounts import stated_prices
from prodcls.quality.leaks import SharedPhrase, class_naming, is_leak, named_in_text, shared_phrases
from prodcls.quality.scripts import main_scripts, uneven_scripts
from prodcls.reporting_quality_rows import EXAMPLES, Rows

__all__ = ["text_findings"]

GIVEN_AWAY = 0.5
"""Share of a class with a phrase of its own from which on that is an error."""

UNEVEN = 0.3
"""Difference between two classes in the share of products with the same phrase from which on it is uneven."""

UNEVEN_SCRIPT = 0.5
"""The same for the share of a script."""

OFTEN_NAMED, NEVER_NAMED = 0.5, 0.1
"""Share of a class's own products, and of others, whose text names it: from and up to which it is reported."""

SURELY_NAMED, HARDLY_NAMED = 0.9, 0.01
"""The same, from and up to which the name may take the place of everything else."""

OFTEN_STATED = 0.05
"""Share of products with a price in the text from which on it is a warning."""

MUCH_UNREAD = 0.2
"""Share of all words beyond the encoder's limit from which on it is a warning."""

SECOND_SCRIPT = 0.01
"""Share of products mainly in another script from which on a catalogue counts as mixed."""


def text_findings(rows: Rows, phrases: Phrases) -> Iterator[Finding]:
    """Yield the findings about texts.

    Parameters
    ----------
    rows : Rows
    phrases : Phrases

    Yields
    ------
    Finding
        None where the catalogue has no text.
    """
    if not rows.inputs.texts:
        return
    yield from _phrases(rows, phrases)
    yield from _names(rows)
    yield from _prices(rows)
    yield from _scripts(rows)
    yield from _unread(rows)


def _phrases(rows: Rows, phrases: Phrases) -> Iterator[Finding]:
    shared = shared_phrases(phrases, rows.labels, rows.material.copies, len(rows.classes))
    leaks = [p for p in shared if is_leak(p.groups, p.share, p.cover)]
    others = [p for p in shared if p not in leaks]
    uneven = [p for p in others if p.cover - p.least >= UNEVEN]
    even = [p for p in others if p not in uneven]
    by_cover = sorted(leaks, key=lambda p: -p.cover)
    worst = by_cover[0].cover if leaks else 0.0
    severity = "error" if worst >= GIVEN_AWAY else "warning"
    told = (
        ("leak_phrase", severity, by_cover),
        ("boilerplate_uneven", "warning", uneven),
        ("boilerplate", "note", even),
    )
    for kind, how, found in told:
        if found:
            values: dict[str, str | int | float] = {
                "phrase": _short(found[0]),
                "class": rows.classes[found[0].best],
                "cover": found[0].cover,
                "cover_least": found[0].least,
                "products": len({row for p in found for row in p.rows}),
            }
            examples = tuple(_phrase(rows, p) for p in found[:EXAMPLES])
            yield Finding(kind, how, len(found), values, examples)


def _short(phrase: SharedPhrase) -> str:
    return phrase.text if len(phrase.text) <= 160 else phrase.text[:159] + "\u2026"


def _phrase(rows: Rows, phrase: SharedPhrase) -> Example:
    return rows.example(
        phrase.rows[:3],
        {
            "phrase": _short(phrase),
            "products": len(phrase.rows),
            "class": rows.classes[phrase.best],
            "cover": phrase.cover,
            "cover_least": phrase.least,
        },
    )


def _names(rows: Rows) -> Iterator[Finding]:
    naming = class_naming(rows.texts, rows.labels, rows.classes)
    told = [k for k, n in enumerate(naming) if n.own >= OFTEN_NAMED and n.other <= NEVER_NAMED]
    if told:
        told.sort(key=lambda k: (naming[k].other - naming[k].own, k))
        sure = any(naming[k].own >= SURELY_NAMED and naming[k].other <= HARDLY_NAMED for k in told)
        examples = tuple(
            Example((), (), {"class": rows.classes[k], "named_own": naming[k].own, "named_other": naming[k].other})
            for k in told[: 2 * EXAMPLES]
        )
        values: dict[str, str | int | float] = {"classes": len(rows.classes)}
        yield Finding("class_named", "warning" if sure else "note", len(told), values, examples)
    if rows.material.catalogue.schema.named("id"):
        found = np.flatnonzero(named_in_text(rows.inputs.ids, rows.texts)).tolist()
        if found:
            examples = tuple(rows.example([row], {"title": rows.title(row)}) for row in found[:EXAMPLES])
            yield Finding("id_in_text", "note", len(found), {"share": len(found) / len(rows)}, examples)


def _prices(rows: Rows) -> Iterator[Finding]:
    stated = stated_prices(rows.texts)
    found = [row for row, (text, _) in enumerate(stated) if text]
    if not found:
        return
    columns = [rows.inputs.numeric[name] for name in rows.inputs.numeric]
    same = {row for row in found if any(abs(values[row] - (stated[row][1] or np.nan)) < 0.5 for values in columns)}
    examples = tuple(
        rows.example([row], {"title": rows.title(row), "stated": stated[row][0]}) for row in found[:EXAMPLES]
    )
    share = len(found) / len(rows)
    severity = "warning" if share >= OFTEN_STATED else "note"
    yield Finding("stated_price", severity, len(found), {"share": share, "same": len(same)}, examples)


def _scripts(rows: Rows) -> Iterator[Finding]:
    scripts = main_scripts(rows.texts)
    counts = Counter(filter(None, scripts)).most_common()
    total = sum(n for _, n in counts)
    others = [(name, n) for name, n in counts[1:] if n >= max(2, SECOND_SCRIPT * total)]
    if others:
        uneven = uneven_scripts(scripts, rows.labels, len(rows.classes))
        examples = tuple(
            rows.example(
                [row for row, script in enumerate(scripts) if script == name][:3],
                {"script": name, "products": n, "share": n / total},
            )
            for name, n in [counts[0], *others][:EXAMPLES]
        )
        values: dict[str, str | int | float] = {"scripts": len(others) + 1, "uneven": uneven}
        severity = "warning" if uneven >= UNEVEN_SCRIPT else "note"
        yield Finding("script_mix", severity, sum(n for _, n in others), values, examples)


def _unread(rows: Rows) -> Iterator[Finding]:
    columns = {name: rows.inputs.dense[name] for name in rows.inputs.texts}
    read = np.min([np.where(e.present, e.read_share, 1.0) for e in columns.values()], axis=0)
    found = np.flatnonzero(read < 1.0)
    if not len(found):
        return
    size = {name: np.array([len(cell.split()) for cell in rows.inputs.texts[name]], float) for name in columns}
    unread = sum(float((size[name] * (1.0 - e.read_share)).sum()) for name, e in columns.items())
    share = unread / max(sum(float(s.sum()) for s in size.values()), 1.0)
    order = found[np.argsort(read[found], kind="stable")][:EXAMPLES].tolist()
    examples = tuple(rows.example([row], {"title": rows.title(row), "read": float(read[row])}) for row in order)
    severity = "warning" if share >= MUCH_UNREAD else "note"
    values: dict[str, str | int | float] = {"share": len(found) / len(rows), "unread": share}
    yield Finding("text_cut", severity, len(found), values, examples)
