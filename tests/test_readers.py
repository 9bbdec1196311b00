from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prodcls import readers
from prodcls.errors import CatalogueError
from prodcls.file_formats import TableOptions
from prodcls.frames import table_from_frame
from prodcls.readers import open_table_file, read_table


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def code_of(path: Path, **options: Any) -> str:
    with pytest.raises(CatalogueError) as caught:
        read_table(path, TableOptions(**options))
    assert str(path) in str(caught.value)
    return caught.value.code


def test_csv(tmp_path: Path) -> None:
    path = write(tmp_path, "p.csv", "id,brand,code\n1,NA,007\n2,,nan\n")
    table = read_table(path)
    assert table.columns == {"id": ("1", "2"), "brand": ("NA", ""), "code": ("007", "nan")}
    assert table.rows.tolist() == [1, 2]
    assert table.rows.dtype == np.int64
    assert table.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.source.size == path.stat().st_size
    assert table.source.details["delimiter"] == ","


def test_a_strict_reading_stops_at_the_first_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "p.csv", "id,title\n1,a\n2,b,c\n3\n")
    assert len(read_table(path).rejections) == 2
    with pytest.raises(CatalogueError, match=r"p\.csv, row 2: .*row-ragged"):
        read_table(path, TableOptions(strict=True))


def test_a_file_can_be_read_again(tmp_path: Path) -> None:
    file = open_table_file(write(tmp_path, "p.csv", "id,title\n1,a\n"))
    assert list(file.chunks()) == list(file.chunks())


def test_more_faults_than_rows_worth_naming_say_so_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_REJECTIONS", 3)
    assert code_of(write(tmp_path, "p.csv", "id,title\n" + "1\n" * 4)) == "rejections-too-many"


def test_a_catalogue_that_does_not_fit_as_a_whole_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "p.csv", "id,title\n1,abcdefghij\n")
    monkeypatch.setattr(readers, "MAX_HELD_CHARS", 10)
    assert code_of(path) == "file-too-large"
    assert [len(chunk.rows) for chunk in open_table_file(path).chunks()] == [1, 0]


def test_values_that_repeat_are_held_once(tmp_path: Path) -> None:
    brands = read_table(write(tmp_path, "p.csv", "id,brand\n" + "1,Example Brand\n" * 9)).columns["brand"]
    assert len({id(brand) for brand in brands}) == 1


def test_a_header_alone_has_columns_of_no_length(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "p.csv", "id,title\n"))
    assert (len(table), table.columns) == (0, {"id": (), "title": ()})


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("p.csv", "", "file-empty"),
        ("p.csv", " \n\n", "file-empty"),
        ("p.jsonl", "", "file-empty"),
        ("p.csv", "id,title, id\n1,a,b\n", "column-twice"),
        ("p.docx", "PK", "format-unknown"),
        ("p.xlsx", "PK", "workbook-damaged"),
        ("p.parquet", "PAR1 not really PAR1", "parquet-damaged"),
        ("p.csv", ",".join(map(str, range(2001))) + "\n", "columns-too-many"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, text: str, code: str) -> None:
    assert code_of(write(tmp_path, name, text)) == code


def test_absent_files_and_folders(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.csv") == "file-missing"
    assert code_of(tmp_path / "none") == "file-missing"


def test_large_files_are_refused_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_FILE_BYTES", 10)
    assert code_of(write(tmp_path, "p.csv", "id,title\n1,abc\n")) == "file-too-large"


def test_json_lines_fill_absent_keys(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "p.jsonl", '{"id":"1","price":5.0}\n[]\n{"id":"2","brand":"NA"}\n'))
    assert table.columns == {"id": ("1", "2"), "price": ("5.0", ""), "brand": ("", "NA")}
    assert table.rows.tolist() == [1, 3]
    assert [r.code for r in table.rejections] == ["json-not-an-object"]


def test_the_same_table_reads_the_same_from_each_format(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["1", "2"], "title": ["冰箱", "phone"], "price": ["12.50", ""]})
    frame.to_csv(tmp_path / "p.csv", index=False)
    frame.to_json(tmp_path / "p.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "p.parquet", index=False)
    expected = read_table(tmp_path / "p.csv").columns
    assert read_table(tmp_path / "p.jsonl").columns == expected
    assert read_table(tmp_path / "p.parquet").columns == expected
    assert table_from_frame(frame).columns == expected


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("flipkart1050", 1050, 12),
        ("eshop101", 101, 9),
        ("zh_jd_phone_tv", 934, 10),
        ("zh_yanxuan", 239, 12),
        ("amazon_in11k", 10830, 13),
    ],
)
def test_real_catalogues_read_as_pandas_reads_them(shared_data: Path, name: str, rows: int, columns: int) -> None:
    path = shared_data / name / "products.csv"
    table = read_table(path)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert (len(table), len(table.columns), table.rejections) == (rows, columns, ())
    for column, cells in table.columns.items():
        assert list(cells) == frame[column].tolist()
