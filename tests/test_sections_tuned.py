"""What tuned encoders brought stands beside the figures of the same encoders as they are, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prodcls.language import as_text, load_language
from prodcls.sections.performance import build
from prodcls.sections.tuned import tuning_note, tuning_table
from report_factory import make_report


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_evaluations_are_told_and_what_changed(lang: str) -> None:
    report, t = make_report(), load_language(lang)
    assert report.tuning is not None
    note = as_text(tuning_note(report.tuning, t))
    assert all(
        part in note for part in ("minilm", "36,864", "1,400", "+1.2", "+0.1", "+2.3", "−0.1", "13", "5", "0.096")
    )
    table = tuning_table(report.tuning, t)
    cells = [[as_text(cell) for cell in row] for row in table.rows]
    assert [row[1][:5] for row in cells] == ["95.3%", "94.1%"]
    assert [row[3:] for row in cells] == [["0.181", "0.016"], ["0.204", "0.013"]]


def test_a_report_of_frozen_encoders_says_nothing_of_it() -> None:
    report, t = make_report(), load_language("en")
    told, without = build(report, t), build(replace(report, tuning=None), t)
    assert told.tuning
    assert told.tuning_table is not None
    assert (without.tuning, without.tuning_table) == ((), None)
