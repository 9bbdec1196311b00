"""The section on what the model relies on."""

from __future__ import annotations

import dataclasses

from prodcls.audit import AuditReport
from prodcls.language import as_text, load_language
from prodcls.sections.explanation import build
from report_factory import make_report

EN = load_language("en")


def changed(**fields: object) -> AuditReport:
    report = make_report()
    return dataclasses.replace(report, explanation=dataclasses.replace(report.explanation, **fields))  # type: ignore[arg-type]


def test_shares_name_the_largest() -> None:
    figure = build(make_report(), EN).shares
    assert figure is not None
    assert "Words" in as_text(figure.see)
    assert "41%" in as_text(figure.see)


def test_swarm_has_a_row_for_each_evidence() -> None:
    report = make_report()
    figure = build(report, EN).swarm
    assert figure is not None
    assert len(figure.table.rows) == len(report.explanation.beeswarm)
    assert figure.picture.count('class="swarm"') == len(report.explanation.beeswarm)


def test_the_flat_head_has_no_account() -> None:
    context = build(changed(block_shares={}, beeswarm=(), sampled=0), EN)
    assert context.shares is None
    assert context.swarm is None
    assert context.certificate == ()
    assert "no account" in as_text(context.intro)


def test_certificate_says_when_it_fails() -> None:
    assert "rounding." in as_text(build(make_report(), EN).certificate)
    assert "Do not rely" in as_text(build(changed(max_residual=1e-3), EN).certificate)
