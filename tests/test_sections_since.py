"""The section on changes says what the comparison holds, and one line where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prodcls.audit import AuditReport
from prodcls.audit_comparison import Comparison
from prodcls.language import Prose, load_language
from prodcls.render import render_audit
from prodcls.sections.since import SECTION
from report_factory import make_report

EN = load_language("en")
REPORT = make_report()
assert REPORT.comparison is not None
FOUND: Comparison = REPORT.comparison


def text(prose: Prose) -> str:
    return "".join(span.text for span in prose)


def with_comparison(found: Comparison | None) -> AuditReport:
    return replace(REPORT, comparison=found)


def test_without_an_earlier_audit_one_line_says_so() -> None:
    shown = SECTION.build(with_comparison(None), EN)
    assert "No earlier audit was given" in text(shown.intro)
    assert [value for name, value in vars(shown).items() if name != "intro" and value] == []
    page = render_audit(with_comparison(None))
    assert 'id="since"' in page
    assert 'id="since-flips"' not in page


def test_the_paired_test_is_put_in_words() -> None:
    told = text(SECTION.build(REPORT, EN).paired)
    assert "judged 980 of the same products" in told
    assert "3 became wrong and 15 became right" in told
    assert "p = 0.007" in told or "p = 0.008" in told
    assert "hardly" in told
    assert "+1.2 points" in told
    assert FOUND.paired is not None
    unclear = replace(FOUND, paired=replace(FOUND.paired, p_value=0.4))
    assert "may well" in text(SECTION.build(with_comparison(unclear), EN).paired)
    clear = replace(FOUND, paired=replace(FOUND.paired, p_value=1e-9))
    assert "p = <\u20090.001" in text(SECTION.build(with_comparison(clear), EN).paired)
    same = replace(FOUND, paired=replace(FOUND.paired, lost=0, gained=0))
    assert "Not one product" in text(SECTION.build(with_comparison(same), EN).paired)
    assert "No product was judged by both" in text(
        SECTION.build(with_comparison(replace(FOUND, paired=None)), EN).paired
    )


def test_figures_stand_beside_each_other_with_their_change() -> None:
    table = SECTION.build(REPORT, EN).figures
    assert table is not None
    rows = {text(row[0]): [text(cell) for cell in row[1:]] for row in table.rows}
    assert rows["Accuracy"][2] == "+1.2"
    assert rows["Log loss"] == ["0.151", "0.131", "\u22120.020"]


def test_flips_show_both_outcomes_and_both_accounts_where_there_are_any() -> None:
    shown = SECTION.build(REPORT, EN)
    assert "3 that were right, 15 that are right now, 4 wrong both times" in text(shown.flips_note)
    assert shown.flips is not None
    assert "6 of 22" in shown.flips.caption.replace("\u2068", "").replace("\u2069", "")
    first = [text(cell) for cell in shown.flips.rows[0]]
    assert first[0].startswith("SKU00000 ")
    assert first[2].endswith("61.0%")
    assert first[4] == "\u2013"
    assert "+1.92" in first[5]
    bare = tuple(replace(f, account_before=(), account_after=()) for f in FOUND.flips)
    table = SECTION.build(with_comparison(replace(FOUND, flips=bare)), EN).flips
    assert table is not None
    assert len(table.columns) == 4


def test_changed_data_is_named() -> None:
    table = SECTION.build(REPORT, EN).data
    assert table is not None
    rows = {text(row[0]): text(row[1]) for row in table.rows}
    assert rows["Products added"].startswith("61: SKU00000, ")
    assert rows["Products added"].endswith("\u2026")
    assert rows["Products gone"] == "2: SKU90001, SKU90002"
    assert rows["Products with other cells, by column"] == "7: title 4, price 5"
    assert "SKU00007 Baby Care \u2192 Beauty and Personal Care" in rows["Products with another label"]
    assert "brand" in rows["Columns in another role"]


@pytest.mark.parametrize(("same", "words"), [(True, "byte by byte"), (False, "another file")])
def test_it_says_whether_the_file_is_the_same(same: bool, words: str) -> None:
    shown = SECTION.build(with_comparison(replace(FOUND, same_data=same)), EN)
    assert words in text(shown.data_note)


def test_what_the_model_relies_on_is_drawn_before_and_now() -> None:
    figure = SECTION.build(REPORT, EN).shares
    assert figure is not None
    assert [text(row[1]) + text(row[2]) for row in figure.table.rows] == [
        "36.0%41.0%",
        "\u201317.0%",
        "5.0%\u2013",
    ]
    assert "Photo changed most: +17.0 points" in text(figure.see)
    assert SECTION.build(with_comparison(replace(FOUND, shares=())), EN).shares is None
