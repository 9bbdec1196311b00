"""The section says what was asked on which products, and claims no more than the intervals bear."""

from __future__ import annotations

import dataclasses

import pytest

from prodcls.audit import AuditReport
from prodcls.audit_interval import Interval
from prodcls.language import as_text, load_language
from prodcls.sections.trust import build
from report_factory import make_report, without_accounts

EN = load_language("en")
REPORT = make_report()


def changed(**figures: object) -> AuditReport:
    assert REPORT.trust is not None
    return dataclasses.replace(REPORT, trust=dataclasses.replace(REPORT.trust, **figures))  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_method_is_a_line_of_chart_and_tables(lang: str) -> None:
    context = build(REPORT, load_language(lang))
    assert context.faithfulness is not None
    assert context.methods is not None
    assert len(context.faithfulness.table.rows) == 5
    assert len(context.methods.rows) == 4
    assert context.faithfulness.picture.count('class="r') == 6
    assert len(context.meanings) == 4


def test_the_sentence_names_the_figures_of_account_and_chance() -> None:
    context = build(REPORT, EN)
    assert context.faithfulness is not None
    see = as_text(context.faithfulness.see)
    assert "loses 29.0 percentage points" in see
    assert "it loses 2.0" in see
    assert "5 decided rightly, 3 wrongly, 4 with little certainty" in as_text(context.intro)


def test_a_difference_that_may_be_chance_is_called_so() -> None:
    told = as_text(build(REPORT, EN).ahead)
    assert "ahead of \u201cRandom order\u201d by 27.0 (22.0 \u2026 31.5)" in told
    assert "Against \u201cLIME\u201d the difference, 0.0" in told
    assert REPORT.trust is not None
    behind = dataclasses.replace(REPORT.trust.ahead[0], comprehensiveness=Interval(-0.05, -0.09, -0.02))
    told = as_text(build(changed(ahead=(behind,)), EN).ahead)
    assert "behind \u201cExact account, words weighed again\u201d by 5.0 (2.0 \u2026 9.0)" in told


def test_few_products_have_no_interval() -> None:
    assert "no intervals" in as_text(build(changed(intervals=False, products=3), EN).ahead)


def test_sums_that_do_not_add_up_are_not_called_rounding() -> None:
    assert "is rounding" in as_text(build(REPORT, EN).exact)
    assert "Do not rely" in as_text(build(changed(max_residual=1e-3), EN).exact)


def test_without_witnesses_it_says_how_to_get_them() -> None:
    context = build(dataclasses.replace(REPORT, trust=None), EN)
    assert "--witnesses 10" in as_text(context.intro)
    assert (context.faithfulness, context.methods, context.meanings) == (None, None, ())
    assert "200 accounts" in as_text(context.exact)
    assert "flat head" in as_text(build(without_accounts(REPORT), EN).intro)
