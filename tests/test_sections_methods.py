"""Other methods stand beside the account, and attention is never taken for an explanation."""

from __future__ import annotations

import pytest

from case_factory import make_case
from prodcls.language import as_text, load_language
from prodcls.sections.methods import method_note
from prodcls.sections.why import why_context

EN = load_language("en")


def test_other_methods_stand_side_by_side() -> None:
    methods = why_context(make_case(methods=("chain", "lime")), EN).methods
    assert methods is not None
    assert [as_text(row[0]) for row in methods.rows] == ["chain", "lime"]
    assert why_context(make_case(), EN).methods is None


@pytest.mark.parametrize(
    ("lang", "warning"), [("en", "Not an explanation of the decision"), ("zh", "这不是对决定的解释")]
)
def test_attention_is_marked_and_given_in_shares_of_each_text(lang: str, warning: str) -> None:
    t = load_language(lang)
    methods = why_context(make_case("steel kettle", "kettle", methods=("chain", "attention")), t).methods
    assert methods is not None
    assert as_text(methods.rows[1][1]).startswith(warning)
    told = as_text(methods.rows[1][2])
    assert "100.0%" in told  # the only word of the description, not added to the one of the title
    assert "50.0%" in told
    assert "+" not in told


def test_a_method_about_the_served_margin_needs_no_note() -> None:
    assert method_note(make_case().main, EN) == ()
