"""Scored files: the same rows in every format, formulas disarmed, whole or absent."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.dataset import dataset

from prodcls import scoring_files
from prodcls.errors import InputError
from prodcls.scoring_files import check_format, guarded, open_table

SCHEMA = pa.schema([("id", pa.string()), ("p", pa.float64()), ("review", pa.bool_())])
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(CELLS, st.floats(0, 1), st.booleans()), max_size=8), st.integers(1, 4))
def test_rows_survive_every_format(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, bool]], size: int
) -> None:
    folder = tmp_path_factory.mktemp("formats")
    batches = [rows[i : i + size] for i in range(0, len(rows), size)]
    for ending in (".parquet", ".csv", ".jsonl"):
        with open_table(folder / f"t{ending}", SCHEMA) as write:
            for batch in batches:
                write(pa.table([list(column) for column in zip(*batch, strict=True)], schema=SCHEMA))
    expected = [dict(zip(SCHEMA.names, row, strict=True)) for row in rows]
    assert pq.read_table(folder / "t.parquet").to_pylist() == expected
    text = (folder / "t.jsonl").read_bytes().decode()
    assert [json.loads(line) for line in text.split("\n")[:-1]] == expected
    read = list(csv.reader(io.StringIO((folder / "t.csv").read_bytes().decode(), newline="")))
    assert read[0] == SCHEMA.names
    assert [(c[0], float(c[1]), c[2]) for c in read[1:]] == [(guarded(i), p, str(r).lower()) for i, p, r in rows]


@pytest.mark.parametrize("name", ["s.parquet", "s.csv", "s.jsonl"])
def test_a_file_is_in_place_only_when_it_is_whole(name: str, tmp_path: Path) -> None:
    def interrupted() -> None:
        with open_table(tmp_path / name, SCHEMA) as write:
            write(pa.table([["a"], [0.5], [False]], schema=SCHEMA))
            assert not (tmp_path / name).exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_each_batch_is_a_row_group(tmp_path: Path) -> None:
    with open_table(tmp_path / "s.parquet", SCHEMA) as write:
        for _ in range(3):
            write(pa.table([["a", "b"], [0.5, 0.25], [False, True]], schema=SCHEMA))
    assert pq.ParquetFile(tmp_path / "s.parquet").num_row_groups == 3


@pytest.mark.parametrize("name", ["s.CSV", "s.Parquet", "s.jsonl"])
def test_known_endings(name: str) -> None:
    check_format(Path(name))


@pytest.mark.parametrize("name", ["s.xlsx", "s.json", ".csv", "s.csv.gz"])
def test_unknown_endings_are_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        check_format(Path(name))
    assert caught.value.code == "output-format"
    assert ".parquet, .csv, .jsonl" in str(caught.value)


def rows(first: int, count: int) -> pa.Table:
    numbers = range(first, first + count)
    return pa.table([[f"p{i}" for i in numbers], [i / 100 for i in numbers], [False] * count], schema=SCHEMA)


def test_a_name_without_an_ending_is_a_folder_of_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring_files, "PART_ROWS", 4)
    for total, parts in ((11, 2), (20, 4), (3, 1), (0, 1)):  # those of an earlier, larger result go
        with open_table(tmp_path / "scored", SCHEMA) as write:
            for first in range(0, total, 3):
                write(rows(first, min(3, total - first)))
        names = sorted(path.name for path in (tmp_path / "scored").iterdir())
        assert names == [f"part-{i:05d}.parquet" for i in range(parts)]
        whole = dataset(tmp_path / "scored").to_table()
        assert whole.schema.equals(SCHEMA)
        assert whole.equals(rows(0, total))


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scored").mkdir()
    check_format(tmp_path / "scored")
    (tmp_path / "scored" / "part-00000.parquet").write_bytes(b"")
    (tmp_path / "scored" / ".part-00001.parquet.x.tmp").write_bytes(b"")  # of a call that was killed
    check_format(tmp_path / "scored")
    (tmp_path / "scored" / "products.csv").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        check_format(tmp_path / "scored")
    assert caught.value.code == "output-folder"


def test_a_folder_that_is_not_finished_is_none(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), open_table(tmp_path / "scored", SCHEMA) as write:  # noqa: PT012
        write(rows(0, 3))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
