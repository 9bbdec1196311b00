from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prodcls.errors import CatalogueError
from prodcls.file_formats import TableOptions
from prodcls.readers import read_table


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def code_of(path: Path, **options: Any) -> str:
    with pytest.raises(CatalogueError) as caught:
        read_table(path, TableOptions(**options))
    assert str(path) in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize("name", ["p.xlsx", "p.xls", "p.csv"])
@pytest.mark.parametrize(
    "text", ["<html><table><tr><td>id</td></tr></table></html>", "\ufeff\n<!DOCTYPE html>\n<p>Login"]
)
def test_a_web_page_under_another_name_says_so(name: str, text: str, tmp_path: Path) -> None:
    assert code_of(write(tmp_path, name, text)) == "file-html"


def test_cells_that_hold_tags_are_no_web_page(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "p.csv", "title\n<table> cloth\n")).columns == {"title": ("<table> cloth",)}


def test_tsv_is_not_sniffed(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, "p.tsv", "id\ttitle\n1\ta, b, c\n")).columns["title"] == ("a, b, c",)


def test_delimiter_and_encoding_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes("id;title\n1;è\n".encode("mac-roman"))
    table = read_table(path, TableOptions(encoding="mac-roman", delimiter=";"))
    assert table.columns["title"] == ("è",)
    assert table.source.details["encoding found by"] == "given"
    assert code_of(path, delimiter="x") == "delimiter-unknown"
    assert code_of(path, quote="x") == "quote-unknown"


def test_how_the_file_was_read_is_on_record(tmp_path: Path) -> None:
    path = write(tmp_path, "p.csv", "'id';'title'\n'1';'a \\'b'\n")
    assert read_table(path).source.details == {
        "format": "delimited text",
        "encoding": "utf-8",
        "encoding found by": "valid throughout",
        "delimiter": ";",
        "quote": "' (escaped by \\)",
    }
