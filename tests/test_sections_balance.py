"""The page says how far large classes are held back, and shows recall by the size of the classes."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit_balance import BalanceSection
from prodcls.language import as_text, load_language
from prodcls.sections.balance import balance_figure, balance_note
from report_factory import make_report

EN = load_language("en")


@pytest.fixture
def found() -> BalanceSection:
    balance = make_report().balance
    assert balance is not None
    return balance


def test_the_note_says_what_was_chosen_and_what_it_changes(found: BalanceSection) -> None:
    told = as_text(balance_note(found, EN))
    assert "Chosen by macro-F1 on held-out training products, 0.3 times the logarithm" in told
    assert "0.2 to 0.4 in the models judged here" in told
    assert "changes macro-F1 by +2.1 points (+0.8 to +3.5) and accuracy by \u22120.4" in told
    assert "9 products became right and 12 wrong" in told


def test_the_note_says_why_nothing_is_held_back(found: BalanceSection) -> None:
    idle = dataclasses.replace(found, strength=0.0, folds=(0.0, 0.0))
    assert "no strength of it raised accuracy" in as_text(
        balance_note(dataclasses.replace(idle, objective="accuracy"), EN)
    )
    assert "--balance none" in as_text(balance_note(dataclasses.replace(idle, objective="none"), EN))
    partly = dataclasses.replace(found, strength=0.0)
    assert "0.0 times the logarithm" in as_text(balance_note(partly, EN))


def test_the_figure_shows_every_group_with_and_without(found: BalanceSection) -> None:
    figure = balance_figure(found, EN)
    assert figure is not None
    assert "smallest third of the classes 71.0% are found, of those of the largest third 97.0%" in as_text(figure.see)
    assert "55.0% and 98.0%" in as_text(figure.see)
    rows = [[as_text(cell) for cell in row] for row in figure.table.rows]
    assert [row[:3] for row in rows] == [
        ["9 to 21 products a class", "3", "41"],
        ["30 to 96 products a class", "3", "204"],
        ["149 to 401 products a class", "2", "550"],
    ]
    assert all(len(row) == len(figure.table.columns) == 5 for row in rows)


def test_without_balance_there_is_one_recall_and_with_one_size_no_figure(found: BalanceSection) -> None:
    figure = balance_figure(dataclasses.replace(found, folds=(0.0,)), EN)
    assert figure is not None
    assert len(figure.table.columns) == 4
    assert "With no class held back" not in as_text(figure.see)
    assert balance_figure(dataclasses.replace(found, groups=()), EN) is None
