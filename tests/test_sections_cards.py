"""A product's card says in short why the one class and not the other."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit_dossiers import Dossier
from prodcls.language import as_text, load_language
from prodcls.sections.cards import REGIONS, Card, card, dossier_filename
from report_factory import make_report, without_accounts

EN = load_language("en")
REPORT = make_report()
FIRST = REPORT.dossiers[1]


def shown(dossier: Dossier) -> Card:
    return card(dossier, EN, number=1)


def test_label_has_a_probability_only_when_known() -> None:
    dossier = dataclasses.replace(FIRST, label="something else")
    assert [o.probability == "" for o in shown(dossier).outcomes] == [True, False, False]
    right = shown(dataclasses.replace(FIRST, label=FIRST.predicted))
    assert right.outcomes[0].probability == right.outcomes[1].probability


def test_the_title_is_marked_and_falls_back_to_the_id() -> None:
    runs = shown(FIRST).runs
    assert "".join(run.text for run in runs) == FIRST.fields["title"]
    assert any(run.tone for run in runs)
    assert [run.text for run in shown(dataclasses.replace(FIRST, fields={"price": "8"})).runs] == [FIRST.id]


def test_the_photo_carries_its_strongest_regions_without_figures() -> None:
    photo = shown(FIRST).photo
    assert photo is not None
    assert photo.count("<rect") == REGIONS
    assert "<text" not in photo
    assert shown(dataclasses.replace(FIRST, photo='x" onload="1')).photo is None
    assert shown(REPORT.dossiers[0]).photo is None


def test_without_an_account_there_is_no_mark_and_no_reason() -> None:
    found = shown(without_accounts(REPORT).dossiers[1])
    assert [run.tone for run in found.runs] == [""]
    assert found.photo is not None
    assert "<rect" not in found.photo
    assert "gainst it" not in as_text(found.sentence)


def test_unknown_kind_is_shown_as_it_is() -> None:
    found = shown(dataclasses.replace(FIRST, kind="audited"))
    assert found.kind == "other"
    assert as_text(found.kind_word).strip("\u2068\u2069") == "audited"


@pytest.mark.parametrize("name", ["index", "Index", "index-2", "INDEX-17"])
def test_no_product_takes_the_place_of_the_index(name: str) -> None:
    assert dossier_filename(name).partition("~")[0].lower().startswith("index")
    assert "~" in dossier_filename(name)
    assert dossier_filename(f"{name}x") == f"{name}x.html"
