"""A product's card says why the one class and not the other, and certifies that nothing is left out."""

from __future__ import annotations

import dataclasses

from prodcls.audit import Dossier, EvidencePart
from prodcls.language import as_text, load_language
from prodcls.sections.cards import Card, card
from report_factory import make_report, without_accounts

EN = load_language("en")
REPORT = make_report()


def shown(dossier: Dossier, limit: int | None = None) -> Card:
    return card(dossier, REPORT, EN, number=1, limit=limit)


def with_parts(*contributions: float) -> Dossier:
    parts = tuple(EvidencePart("text", f"part {i}", 1.0, 0.5, c) for i, c in enumerate(contributions))
    return dataclasses.replace(REPORT.dossiers[0], parts=parts, parts_sum=sum(contributions), margin=sum(contributions))


def test_sentence_names_the_strongest_for_and_against() -> None:
    sentence = as_text(shown(with_parts(2.0, -1.5, 1.0, 0.5, -0.001)).sentence)
    assert "part 0" in sentence
    assert "part 2" in sentence
    assert "part 3" not in sentence
    assert sentence.index("part 1") > sentence.index("Against it")
    assert "part 4" not in sentence


def test_sentence_when_nothing_speaks_against() -> None:
    assert "Nothing speaks against it" in as_text(shown(with_parts(2.0)).sentence)


def test_small_parts_are_drawn_together_but_listed_one_by_one() -> None:
    dossier = with_parts(*(1.0 / (i + 1) for i in range(12)))
    some, every = shown(dossier, 7), shown(dossier)
    assert some.account is not None
    assert every.account is not None
    assert "5 smaller parts together" in some.account.picture
    assert some.account.picture.count('class="l"') == 7 + 1 + 1 + 1
    assert every.account.picture.count('class="l"') == 12 + 1 + 1
    assert len(some.account.table.rows) == len(every.account.table.rows) == 12


def test_one_part_more_than_the_limit_is_drawn_itself() -> None:
    account = shown(with_parts(*[1.0] * 8), 7).account
    assert account is not None
    assert "together" not in account.picture


def test_certificate_says_when_it_fails() -> None:
    assert "nothing is left out" in as_text(shown(REPORT.dossiers[0]).certificate)
    broken = dataclasses.replace(REPORT.dossiers[0], residual=-0.5)
    assert "Certificate fails" in as_text(shown(broken).certificate)


def test_label_has_a_probability_only_when_known() -> None:
    dossier = dataclasses.replace(REPORT.dossiers[0], label="something else")
    assert [o.probability == "" for o in shown(dossier).outcomes] == [True, False, False]
    assert shown(REPORT.dossiers[0]).outcomes[0].probability == shown(REPORT.dossiers[0]).outcomes[1].probability


def test_title_falls_back_to_the_first_field_and_to_the_id() -> None:
    assert shown(dataclasses.replace(REPORT.dossiers[0], fields={"name": "", "text": "lamp"})).title == "lamp"
    assert shown(dataclasses.replace(REPORT.dossiers[0], fields={})).title == REPORT.dossiers[0].id


def test_the_flat_head_has_no_account() -> None:
    found = shown(without_accounts(REPORT).dossiers[0])
    assert found.account is None
    assert "no account" in as_text(found.certificate)
    assert "against it" not in as_text(found.sentence)


def test_unknown_kind_is_shown_as_it_is() -> None:
    found = shown(dataclasses.replace(REPORT.dossiers[0], kind="audited"))
    assert found.kind == "other"
    assert as_text(found.kind_word).strip("\u2068\u2069") == "audited"
