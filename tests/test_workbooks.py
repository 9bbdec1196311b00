from __future__ import annotations

import datetime as dt
import random
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from prodcls import workbooks
from prodcls.errors import CatalogueError, InputError
from prodcls.file_formats import TableOptions
from prodcls.readers import read_table


def write(folder: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "p.xlsx"
    book.save(path)
    return path


PRODUCTS = ("Products", [["id", "title", "price"], ["007", "冰箱", 2999], ["8", "NA", 12.5]])


def test_cells_keep_their_spelling(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, PRODUCTS))
    assert table.columns == {"id": ("007", "8"), "title": ("冰箱", "NA"), "price": ("2999", "12.5")}
    assert table.source.details == {"format": "workbook", "sheet": "Products"}


def test_other_types_are_spelled_as_from_other_files(tmp_path: Path) -> None:
    rows = [["a", "b", "c", "d"], [True, dt.date(2024, 2, 29), 1.299, None]]
    table = read_table(write(tmp_path, ("S", rows)))
    assert [column[0] for column in table.columns.values()] == ["true", "2024-02-29", "1.2990", ""]


def test_blank_rows_are_no_rows_and_short_ones_are_filled(tmp_path: Path) -> None:
    rows = [[], ["id", "title"], [], ["1", "a"], [None, None], ["2"]]
    table = read_table(write(tmp_path, ("S", rows)))
    assert (table.columns, table.rows.tolist()) == ({"id": ("1", "2"), "title": ("a", "")}, [1, 2])


def test_cells_beyond_the_header_cost_their_row(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, ("S", [["id", "title", None], ["1", "a", None], ["2", "b", "c"]])))
    assert table.columns == {"id": ("1",), "title": ("a",)}
    assert [(r.row, r.code, r.excerpt) for r in table.rejections] == [(2, "row-ragged", "c")]


def test_the_first_sheet_that_holds_something_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, ("Empty", []), PRODUCTS, ("Prices", [["id"], ["1"]]))
    assert read_table(path).source.details["sheets not read"] == "Empty, Prices"
    assert read_table(path, TableOptions(sheet="Prices")).columns == {"id": ("1",)}
    with pytest.raises(CatalogueError, match="'Empty', 'Products', 'Prices'") as caught:
        read_table(path, TableOptions(sheet="products"))
    assert caught.value.code == "sheet-unknown"


def test_errors_of_formulas_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, ("S", [["id", "title"], ["1", "#REF!"], ["2", "#N/A"], ["3", "plain"]]))
    monkeypatch.setattr(workbooks, "_BLOCK", 7)
    table = read_table(path)
    assert table.source.details["formula errors"] == "2 cells read as empty"
    assert table.columns["title"] == ("", "", "plain")


def test_a_workbook_without_cells_is_empty(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="file-empty"):
        read_table(write(tmp_path, ("S", [])))


def test_a_workbook_that_expands_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, ("S", [["id"], ["x" * 30_000]]))
    monkeypatch.setattr(workbooks, "MAX_EXPANDED_BYTES", 20_000)
    with pytest.raises(CatalogueError, match="file-too-large"):
        read_table(path)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = write(tmp_path, ("S", [["id"], ["marked"]]))
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
    hostile = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w") as target:
        for name in source.namelist():
            data = source.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                data = bomb + data.replace("marked", "&b;&f;")
            target.writestr(name, data)
    try:
        cells = read_table(hostile).columns["id"]
    except CatalogueError as error:
        assert error.code == "workbook-damaged"
    else:
        assert cells in {("marked",), ("",), ("&b;&f;",)}


def test_damaged_workbooks_are_refused_or_read(tmp_path: Path) -> None:
    data = write(tmp_path, PRODUCTS).read_bytes()
    generator = random.Random(5)
    path = tmp_path / "damaged.xlsx"
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(generator.randint(1, 3)):
            damaged[generator.randrange(len(data))] = generator.randrange(256)
        path.write_bytes(damaged[: generator.choice([len(data), generator.randrange(len(data))])])
        try:
            table = read_table(path)
        except CatalogueError as error:
            assert error.code in {"workbook-damaged", "file-empty", "sheet-unknown", "column-twice"}
        else:
            assert "冰箱" in {cell for column in table.columns.values() for cell in column}


def test_without_the_reader_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, PRODUCTS)
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r"pip install 'prodcls\[excel\]'"):
        read_table(path)
