"""Decisions of people change exactly the labels that they are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.errors import InputError
from prodcls.intake import read_catalogue
from prodcls.overrides import Override, OverridesFile
from prodcls.readers import read_table
from prodcls.relabelling import Relabelling, relabel
from prodcls.schema import ColumnOptions, recognise
from review_factory import make_override

CLASSES = ("Kettle", "Phone", "Pan")


def relabelled(path: Path, text: str, *records: Override) -> tuple[dict[str, tuple[str, ...]], Relabelling]:
    path.write_text(text, encoding="utf-8")
    table = read_table(path)
    schema = recognise(table, ColumnOptions(), need_target=True)
    changed, told = relabel(table, schema, OverridesFile(records, "0" * 64), "o.jsonl")
    assert {name: cells for name, cells in changed.columns.items() if name != "category"} == {
        name: cells for name, cells in table.columns.items() if name != "category"
    }
    return changed.columns, told


@given(
    st.lists(st.sampled_from(CLASSES), min_size=3, max_size=12),
    st.dictionaries(st.integers(0, 15), st.sampled_from(CLASSES), max_size=8),
)
def test_only_the_products_that_were_decided_change(
    tmp_path_factory: pytest.TempPathFactory, labels: list[str], decided: dict[int, str]
) -> None:
    labels = [*labels, *CLASSES]
    text = "id,title,category\n" + "".join(f"SKU-{i},t{i},{label}\n" for i, label in enumerate(labels))
    records = [make_override(i, decision=label) for i, label in decided.items()]
    columns, told = relabelled(tmp_path_factory.mktemp("relabel") / "c.csv", text, *records)
    assert list(columns["category"]) == [decided.get(i, label) for i, label in enumerate(labels)]
    there = {i for i in decided if i < len(labels)}
    assert {one.decision.id: one.before for one in told.applied} == {f"SKU-{i}": labels[i] for i in there}
    assert set(told.absent) == {f"SKU-{i}" for i in set(decided) - there}
    assert sum(one.changed for one in told.applied) == sum(labels[i] != decided[i] for i in there)


def test_a_row_without_a_label_gets_one(tmp_path: Path) -> None:
    text = "id,title,category\nSKU-1,kettle,\nSKU-2,phone,Phone\nSKU-3,pan,\n"
    columns, told = relabelled(tmp_path / "c.csv", text, make_override())
    assert columns["category"] == ("Phone", "Phone", "")
    assert told.told() == "labels set by people: 1 (0 changed, 1 where the catalogue gives none)"
    found = read_catalogue(
        tmp_path / "c.csv",
        ColumnOptions(),
        need_labels=True,
        revise=lambda table, schema: relabel(table, schema, OverridesFile((make_override(),), ""), "o")[0],
    )
    assert dict(zip(found.ids, found.labels or (), strict=True)) == {"SKU-1": "Phone", "SKU-2": "Phone"}


def test_rows_that_share_an_id_and_differ_are_other_products(tmp_path: Path) -> None:
    text = "id,title,category\nSKU-1,a,Kettle\n SKU-1,b,Kettle\nSKU-1,a,Kettle\nSKU-2,c,Phone\n"
    columns, told = relabelled(tmp_path / "c.csv", text, make_override())
    assert columns["category"] == ("Phone", "Kettle", "Phone", "Phone")
    assert [one.row for one in told.applied] == [1]


def test_ids_that_were_made_up_for_the_scored_catalogue_match_nothing(tmp_path: Path) -> None:
    text = "id,title,category\nA,a,Kettle\n,b,Kettle\nB,c,Phone\n"
    columns, told = relabelled(tmp_path / "c.csv", text, make_override(id="row-2"), make_override(id="A~2"))
    assert columns["category"] == ("Kettle", "Kettle", "Phone")
    assert told.absent == ("row-2", "A~2")


def test_the_last_decision_counts(tmp_path: Path) -> None:
    text = "id,title,category\nSKU-1,a,Kettle\nSKU-2,b,Pan\nSKU-3,c,Phone\n"
    records = (make_override(when="2026-11-23"), make_override(decision="Pan", when="2026-11-22"))
    assert relabelled(tmp_path / "c.csv", text, *records)[0]["category"][0] == "Phone"


def test_a_class_that_nobody_knows_is_an_error_unless_it_was_allowed(tmp_path: Path) -> None:
    text = "id,title,category\nSKU-1,a,Kettle\nSKU-2,b,Phone\n"
    with pytest.raises(InputError) as caught:
        relabelled(tmp_path / "c.csv", text, make_override(decision="Phones"))
    assert caught.value.code == "overrides-class-unknown"
    assert all(word in str(caught.value) for word in ("J.D.", "'Phones'", "'SKU-1'", "'Phone'", "--new-class"))
    columns, _ = relabelled(tmp_path / "c.csv", text, make_override(decision="Phones", new_class=True))
    assert columns["category"] == ("Phones", "Phone")
    relabelled(tmp_path / "c.csv", text, make_override(9, decision="Phones"))  # of a product that is not there


def test_a_catalogue_without_ids_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        relabelled(tmp_path / "c.csv", "title,category\na,Kettle\nb,Phone\n", make_override())
    assert caught.value.code == "overrides-no-ids"
