"""What review costs reaches the page by hand-counted figures, and what cannot be promised is said."""

from __future__ import annotations

import pytest

from prodcls.audit_confidence import ConfidenceSection
from prodcls.language import Language, as_text, load_language
from prodcls.sections.cost import cost_bounds, cost_intro, cost_reasons, cost_thresholds
from report_factory import make_report

EN = load_language("en")


@pytest.fixture
def found() -> ConfidenceSection:
    confidence = make_report().confidence
    assert confidence is not None
    return confidence


def test_every_threshold_tells_share_errors_and_hours(found: ConfidenceSection) -> None:
    rows = [[as_text(cell) for cell in row] for row in cost_thresholds(found, EN).rows]
    points = (found.cost.served, *found.cost.points)
    for row, point in zip(rows, points, strict=True):
        alone = point.automated / found.products
        assert row[1] == EN.share(alone)
        assert row[4] == EN.decimal((1 - alone) * 1000 * 1.5 / 60, 1)
        if point.error is None:
            assert row[2:4] == ["\u2013", "\u2013"]
        else:
            assert row[3] == EN.decimal(1000 * alone * point.error.value, 1)
    assert rows[-1][4] == "25.0"  # a thousand products at a minute and a half


def test_bounds_say_why_there_is_none(found: ConfidenceSection) -> None:
    texts = [as_text(row[1]) for row in cost_bounds(found, EN).rows]
    assert "not even among the 299" in texts[0]
    assert texts[1] == "87.00%"
    assert "too few products" in texts[2]


@pytest.mark.parametrize("t", [EN, load_language("zh")], ids=["en", "zh"])
def test_reasons_are_counted_and_the_intro_names_the_option(found: ConfidenceSection, t: Language) -> None:
    rows = cost_reasons(found, t).rows
    assert [as_text(row[1]) for row in rows] == [t.count(n) for n in found.cost.reasons.values()]
    said = as_text(cost_intro(found, t))
    assert "--review-minutes" in said
    assert t.share(found.cost.served.automated / found.products) in said
