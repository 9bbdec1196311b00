"""The section says what speaks for each class, and which phrases may give one away."""

from __future__ import annotations

import dataclasses

from prodcls.audit import AuditReport
from prodcls.language import as_text, load_language
from prodcls.sections.words import OPEN, build
from report_factory import make_report, without_accounts

EN = load_language("en")


def changed(**fields: object) -> AuditReport:
    report = make_report()
    assert report.views is not None
    return dataclasses.replace(report, views=dataclasses.replace(report.views, **fields))  # type: ignore[arg-type]


def test_each_class_names_its_strongest_words() -> None:
    report = make_report()
    assert report.views is not None
    cards = build(report, EN).first
    assert len(cards) == 7
    for card, view in zip(cards, report.views.classes, strict=True):
        see = as_text(card.figure.see)
        assert view.words_for[0].text in see
        assert view.words_against[0].text in see
        assert len(card.figure.table.rows) == len(view.words_for) + len(view.words_against)
        assert len(card.crops) == len(view.regions)


def test_possible_leaks_are_listed_and_marked() -> None:
    report = make_report()
    assert report.views is not None
    leaks = [w.text for c in report.views.classes for w in c.words_for if w.leak]
    context = build(report, EN)
    assert context.leaks is not None
    assert context.no_leaks == ()
    assert sorted(as_text(row[0]).strip("\u2068\u2069") for row in context.leaks.rows) == sorted(leaks)
    assert sum(card.figure.picture.count("marked") for card in context.first) == len(leaks)


def test_without_leaks_it_says_so() -> None:
    views = make_report().views
    assert views is not None
    classes = tuple(
        dataclasses.replace(c, words_for=tuple(dataclasses.replace(w, leak=False) for w in c.words_for))
        for c in views.classes
    )
    context = build(changed(classes=classes), EN)
    assert context.leaks is None
    assert "No phrase" in as_text(context.no_leaks)


def test_many_classes_are_folded_away() -> None:
    context = build(make_report(20), EN)
    assert (len(context.first), len(context.others)) == (OPEN, 20 - OPEN)
    assert "8 more classes" in as_text(context.more)


def test_classes_without_words_are_no_error() -> None:
    views = make_report().views
    assert views is not None
    bare = tuple(dataclasses.replace(c, words_for=(), words_against=(), regions=()) for c in views.classes)
    assert "no word" in as_text(build(changed(classes=bare), EN).first[0].figure.see)
    nobody = tuple(dataclasses.replace(c, products=0) for c in bare)
    assert build(changed(classes=nobody), EN).first == ()


def test_what_is_no_picture_is_not_shown() -> None:
    views = make_report().views
    assert views is not None
    crop = dataclasses.replace(views.classes[0].regions[0], picture='"><b>')
    classes = (dataclasses.replace(views.classes[0], regions=(crop,)),)
    assert build(changed(classes=classes), EN).first[0].crops[0].picture == ""


def test_the_flat_head_has_no_words() -> None:
    context = build(without_accounts(make_report()), EN)
    assert "no account" in as_text(context.intro)
    assert (context.leaks, context.first) == (None, ())
