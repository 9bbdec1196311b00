"""The section on lineage."""

from __future__ import annotations

import dataclasses

from prodcls.language import as_text, load_language
from prodcls.sections.lineage import build
from report_factory import make_report

EN = load_language("en")


def test_hashes_options_and_versions_are_shown() -> None:
    report = make_report()
    context = build(report, EN)
    shown = "\n".join(
        as_text(cell)
        for table in (context.origin, context.encoders, context.configuration, context.environment)
        for row in table.rows
        for cell in row
    )
    wanted = [report.lineage.data_sha256, report.lineage.bundle_sha256, *report.lineage.encoders.values()]
    wanted += [*report.lineage.configuration.values(), *report.lineage.versions.values(), *report.lineage.machine]
    assert [text for text in wanted if text not in shown] == []


def test_share_of_the_encoders_is_no_stage() -> None:
    context = build(make_report(), EN)
    assert context.timing is not None
    assert len(context.timing.table.rows) == 5
    assert as_text(context.timing.see) == "Encoding text and photos took longest: 41.2 s."
    assert "77% of the time" in as_text(context.intro)
    assert "53.4 s" in as_text(context.intro)


def test_without_timing() -> None:
    context = build(dataclasses.replace(make_report(), timing={}), EN)
    assert context.timing is None
    assert "of the time" not in as_text(context.intro)
