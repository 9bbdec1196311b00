"""The queue and the form of one decision, as data."""

from __future__ import annotations

import pytest

from prodcls.language import as_text, load_language
from prodcls.service.review_views import decide_view, queue_view
from prodcls.service.reviews import Queue, Waiting
from review_factory import make_scored

EN = load_language("en")
WAITING = Waiting("k1", make_scored(), "steel kettle")


@pytest.mark.parametrize(
    ("shown", "waiting", "said"),
    [(0, 0, "Nothing waits"), (1, 1, "1 products wait"), (1, 300, "the 1 most pressing are shown")],
)
def test_it_is_said_how_many_wait(shown: int, waiting: int, said: str) -> None:
    view = queue_view(Queue((WAITING,) * shown, waiting, 7), "J.D.", EN)
    assert said in as_text(view.summary)
    assert "7" in as_text(view.summary)
    assert (len(view.rows), view.who) == (shown, "J.D.")


def test_a_line_says_what_and_why() -> None:
    (row,) = queue_view(Queue((WAITING,), 1, 0), "", EN).rows
    assert (row.key, row.id, row.title, row.predicted, row.probability) == (
        *("k1", "SKU-1", "steel kettle"),
        *("Kettle", "60.0%"),
    )
    assert as_text(row.reasons) == EN("review_why.not-one-class")


def test_the_predicted_class_is_chosen_first_and_then_what_was() -> None:
    view = decide_view(WAITING, ("Kettle", "Phone", "冰箱"), {"who": "J.D."}, (), EN)
    assert [(one.value, one.text, one.chosen) for one in view.options] == [
        ("Kettle", "60.0%", True),
        ("Phone", "30.0%", False),
    ]
    assert (view.who, view.reason, view.classes) == ("J.D.", "", ("Kettle", "Phone", "冰箱"))
    again = decide_view(WAITING, (), {"decision": "Phone", "reason": "so"}, (), EN)
    assert [one.chosen for one in again.options] == [False, True]
    assert again.reason == "so"
