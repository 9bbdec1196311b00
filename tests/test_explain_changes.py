"""Changes and similar products survive their JSON."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from case_factory import make_changes
from hostile import HOSTILE
from prodcls.explain.changes import Changes


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40) | st.sampled_from(HOSTILE))
def test_json_gives_back_what_was_written(text: str) -> None:
    changes = make_changes({"title": text}, text, f"{text}2", text, text)
    written = changes.to_json()
    assert Changes.from_json(written) == changes
    assert "\n" not in written
    assert json.loads(written)["view"] == "counterfactuals"


def test_nothing_found_survives_too() -> None:
    changes = make_changes({"title": ""}, "A", "B")
    assert changes.searches[0].change is None
    assert Changes.from_json(changes.to_json()) == changes
