"""A scored file is read back exactly, whatever its format, and refused where it is none."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.errors import InputError
from prodcls.scored_rows import BUNDLE_KEY, Scored, check_bundle, open_scored, scored_rows
from review_factory import make_scored, write_scored

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


def read(path: Path) -> list[Scored]:
    return list(scored_rows(open_scored(path), path))


@given(st.lists(st.tuples(NAMES, NAMES, st.floats(0, 1), st.booleans()), min_size=1, max_size=4))
def test_rows_come_back_from_every_format(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, str, float, bool]]
) -> None:
    rows = [
        make_scored(
            i,
            id=name,
            predicted=other,
            probability=p,
            members=(other, name) if review else None,
            ranked={other: p, f"{other}2": 0.25},
            review=review,
            reasons=("not-one-class", "new-reason") if review else (),
        )
        for i, (name, other, p, review) in enumerate(told, start=1)
    ]
    folder = tmp_path_factory.mktemp("scored")
    for ending in (".parquet", ".csv", ".jsonl"):
        assert read(write_scored(folder / f"s{ending}", rows)) == rows


def test_where_the_tree_stops_is_read_where_it_is_said(tmp_path: Path) -> None:
    for ending in (".parquet", ".csv", ".jsonl"):
        path = write_scored(tmp_path / f"s{ending}", [make_scored(1, stopped_at="=Home >> Kitchen"), make_scored(2)])
        assert [row.stopped_at for row in read(path)] == ["=Home >> Kitchen", ""]


def test_files_without_reasons_are_given_those_they_had(tmp_path: Path) -> None:
    rows = [make_scored(1), make_scored(2, members=("Kettle",)), make_scored(3, review=False)]
    path = write_scored(tmp_path / "s.csv", rows, leave_out=("reasons",))
    assert [r.reasons for r in read(path)] == [("not-one-class",), ("nothing-known",), ()]


def test_a_parquet_file_says_which_bundle_scored_it(tmp_path: Path) -> None:
    path = write_scored(tmp_path / "s.parquet", [make_scored()])
    check_bundle(path, "a" * 64)  # of an earlier version: it says nothing
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({BUNDLE_KEY: "a" * 64}), path)
    check_bundle(path, "a" * 64)
    with pytest.raises(InputError) as caught:
        check_bundle(path, "b" * 64)
    assert caught.value.code == "scored-other-bundle"
    assert "aaaaaaaaaaaa" in str(caught.value)
    check_bundle(write_scored(tmp_path / "s.csv", [make_scored()]), "b" * 64)


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize("column", ["id", "review", "prediction_set"])
def test_another_table_is_refused(column: str, ending: str, tmp_path: Path) -> None:
    path = write_scored(tmp_path / f"s{ending}", [make_scored()], leave_out=(column,))
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.code == "scored-columns"
    assert repr(column) in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("true", "maybe"),
        ("0.6,Phone", "x,Phone"),
        (",1,", ",one,"),
        ('""Kettle""', "Kettle"),
        ("0.6,Phone", "nan,Phone"),
    ],
)
def test_a_damaged_line_is_named(old: str, new: str, tmp_path: Path) -> None:
    path = write_scored(tmp_path / "s.csv", [make_scored(), make_scored(2)])
    head, first, rest = path.read_text(encoding="utf-8").split("\n", 2)
    assert old in first
    path.write_text("\n".join((head, first.replace(old, new, 1), rest)), encoding="utf-8", newline="")
    with pytest.raises(InputError) as caught:
        read(path)
    assert (caught.value.code, caught.value.row) == ("scored-damaged", 1)


def test_a_folder_of_scored_files_is_refused_as_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_scored(tmp_path)
    assert caught.value.code == "scored-folder"
