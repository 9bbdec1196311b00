"""A folder of Parquet files is one catalogue, and no row of it is missed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.errors import CatalogueError
from prodcls.parquet_folders import parquet_parts
from prodcls.readers import open_table_file, read_table


def write(folder: Path, *parts: list[str], name: str = "part-{:05}.parquet") -> Path:
    folder.mkdir()
    for i, titles in enumerate(parts):
        table = pa.table({"title": pa.array(titles, pa.string())})
        pq.write_table(table, folder / name.format(i), row_group_size=2)
    return folder


@given(parts=st.lists(st.lists(st.text("ab\0", max_size=3), max_size=5), min_size=1, max_size=5))
def test_the_rows_are_those_of_one_file(parts: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("parquet")
    found = read_table(write(place / "many", *parts))
    one = read_table(write(place / "one", [title for part in parts for title in part]) / "part-00000.parquet")
    assert found.columns == one.columns
    assert found.rows.tolist() == one.rows.tolist()
    assert found.rejections == one.rejections
    assert found.source.details == {"format": f"folder of {len(parts)} Parquet files"}


def test_files_are_read_in_the_order_of_their_names_and_marks_of_the_writer_are_passed_over(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", ["b"], ["a"], name="{}.snappy.parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".part.crc").write_bytes(b"x")
    (folder / "images").mkdir()
    assert read_table(folder).columns == {"title": ("b", "a")}


def test_columns_that_a_file_has_not_are_missing_there(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", ["b"])
    pq.write_table(pa.table({"price": ["5"], "title": ["c"]}), folder / "x.parquet")
    assert read_table(folder).columns == {"title": ("b", "c"), "price": ("", "5")}


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", ["b"])
    (folder / "more.csv").write_text("title\nc\n")
    with pytest.raises(CatalogueError, match=r"'more\.csv' beside 1 Parquet files") as caught:
        read_table(folder)
    assert caught.value.code == "folder-mixed"
    assert parquet_parts(tmp_path) == ()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "f", ["a"], ["b"])
    (folder / "part-00001.parquet").write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(CatalogueError, match=r"part-00001\.parquet") as caught:
        read_table(folder)
    assert caught.value.code == "parquet-damaged"


def test_the_digest_is_that_of_names_and_bytes(tmp_path: Path) -> None:
    first, same = (open_table_file(write(tmp_path / name, ["a"], ["b"])).source.sha256 for name in ("1", "2"))
    other = open_table_file(write(tmp_path / "3", ["b"], ["a"])).source.sha256
    assert first == same != other
