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


@pytest.mark.parametrize("name", ["s.xlsx", "s.json", "s", ".csv", "s.csv.gz"])
def test_unknown_endings_are_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        check_format(Path(name))
    assert caught.value.code == "output-format"
    assert ".parquet, .csv, .jsonl" in str(caught.value)
