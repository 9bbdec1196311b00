"""Every fault of a filled line is told by its row and column, and a good line becomes a decision."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from prodcls.errors import InputError
from prodcls.overrides import Override
from prodcls.worklist import line_key
from prodcls.worklist_checks import Against, check_filled
from prodcls.worklist_files import Filled, FilledFile
from review_factory import make_override, make_scored

BUNDLE = "b" * 64
ROWS = [make_scored(i) for i in range(1, 5)]
KEYS = [line_key(BUNDLE, row) for row in ROWS]
AGAINST = Against(
    rows=dict(zip(KEYS, ROWS, strict=True)),
    classes={"Kettle", "Phone", "'s-Hertogenbosch"},
    allowed=("Pan",),
    bundle=BUNDLE,
    scored="5" * 64,
    now=datetime(2026, 11, 24, tzinfo=UTC),
)


def line(number: int = 1, row: int | None = None, **changes: str | None) -> Filled:
    told = {
        "id": f"SKU-{number}",
        "key": KEYS[number - 1],
        "predicted": "Kettle",
        "decision": "Phone",
        "who": "J.D.",
        "when": "2026/11/23",
        "reason": "it rings",
    }
    return Filled(row=row or number, **{**told, **changes})  # type: ignore[arg-type]


def checked(*lines: Filled) -> tuple[list[Override], list[tuple[int, str, str]]]:
    good, bad = check_filled(FilledFile(lines, 0, (), {"decision": "判定类别"}), AGAINST, "w.csv")
    return good, [(fault.row, fault.column, fault.code) for fault in bad]


def test_a_good_line_is_a_decision() -> None:
    assert checked(line(), line(2, predicted=None, decision="Kettle")) == (
        [make_override(), make_override(2, decision="Kettle")],
        [],
    )


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"decision": ""}, "判定类别", "decision-missing"),
        ({"who": ""}, "who", "who-missing"),
        ({"when": ""}, "when", "when-missing"),
        ({"reason": ""}, "reason", "reason-missing"),
        ({"decision": "Phones"}, "判定类别", "decision-unknown"),
        ({"decision": "kettle"}, "判定类别", "decision-unknown"),
        ({"when": "11/23/2026"}, "when", "when-order"),
        ({"when": "2026-11-26"}, "when", "when-future"),
        ({"reason": "x" * 2001}, "reason", "reason-too-long"),
        ({"who": "\ud800"}, "who", "encoding-damaged"),
        ({"id": "1.23E+12"}, "id", "id-changed"),
        ({"id": "SKU-1"}, "id", "id-changed"),
        ({"predicted": "Phone"}, "predicted", "predicted-changed"),
        ({"key": "1.23E+12"}, "key", "key-damaged"),
        ({"key": ""}, "key", "key-damaged"),
        ({"key": f"k{BUNDLE[:12]}.0123456789abcdef"}, "key", "worklist-other-scored"),
    ],
)
def test_a_fault_is_told_by_row_and_column(change: dict[str, str], column: str, code: str) -> None:
    good, bad = checked(line(), line(2, **change), line(3))
    assert [o.id for o in good] == ["SKU-1", "SKU-3"]
    assert bad == [(2, column, code)]


def test_an_id_that_a_spreadsheet_rewrote_is_named_as_it_was() -> None:
    _, [fault] = check_filled(FilledFile((line(id="1.23E+12"),), 0, (), {}), AGAINST, "w.csv")
    assert "a spreadsheet rewrote it" in fault.reason
    assert "'SKU-1'" in fault.reason
    _, [fault] = check_filled(FilledFile((line(id="SKU 1"),), 0, (), {}), AGAINST, "w.csv")
    assert "it was changed" in fault.reason


def test_a_class_is_found_where_its_apostrophe_was_eaten_and_new_ones_where_allowed() -> None:
    good, bad = checked(line(decision="s-Hertogenbosch"), line(2, decision="'s-Hertogenbosch"), line(3, decision="Pan"))
    assert [(o.decision, o.new_class) for o in good] == [
        ("'s-Hertogenbosch", False),
        ("'s-Hertogenbosch", False),
        ("Pan", True),
    ]
    assert bad == []


def test_one_person_cannot_decide_twice_and_two_can() -> None:
    good, bad = checked(line(), line(row=2, decision="Kettle"), line(row=3), line(2, row=4))
    assert [o.id for o in good] == ["SKU-2"]
    assert [(row, code) for row, _, code in bad] == [
        (1, "decision-twice"),
        (2, "decision-twice"),
        (3, "decision-twice"),
    ]
    good, bad = checked(line(), line(row=2, decision="Kettle", who="A.B."))
    assert (len(good), bad) == (2, [])


def test_a_worklist_of_another_bundle_is_refused_whole() -> None:
    other = line_key("c" * 64, ROWS[1])
    with pytest.raises(InputError) as caught:
        checked(line(), line(2, key=other))
    assert (caught.value.code, caught.value.row) == ("worklist-other-bundle", 2)
    assert "cccccccccccc" in str(caught.value)
