from __future__ import annotations

from pathlib import Path

from prodcls.bundle_products import KnownColumns
from prodcls.intake import read_catalogue
from prodcls.schema import ColumnOptions
from prodcls.scoring_summary import Seen


def seen(folder: Path, *parts: str) -> Seen:
    found = Seen(KnownColumns(numeric=("price [INR]",), categorical={"brand": ("Acme",)}))
    for i, rows in enumerate(parts):
        path = folder / f"{i}.csv"
        path.write_text("id,title,price,brand\n" + rows, encoding="utf-8")
        found.add(read_catalogue(path, ColumnOptions(), need_labels=False))
    return found


def test_parts_are_counted_together(tmp_path: Path) -> None:
    found = seen(tmp_path, "1,<b>Tea</b>,₹5,Acme\n", "2,Tea  pot,$6,Zenith\n3,Cup,$7,Other\n")
    assert found.rows == 3
    assert list(found.cleaned_line()) == ["cleaned: 2 cells (html 1, white space 1)"]
    assert list(found.difference_lines(["colour", "size"])) == [
        "2 rows have 'price [$]', which the model does not know: not used",
        "2 rows have a 'brand' that training did not have, such as 'Zenith': not used",
        "columns that the model does not know, not used: colour, size",
    ]


def test_a_known_column_without_a_value_in_any_part_is_told(tmp_path: Path) -> None:
    (line,) = seen(tmp_path, "1,Tea,x,Acme\n", "2,Cup,,Acme\n").difference_lines([])
    assert line == "the model knows 'price [INR]' and no row has it: it counts as missing"


def test_nothing_is_told_where_nothing_is_to_tell(tmp_path: Path) -> None:
    found = seen(tmp_path, "1,Tea,₹5,Acme\n")
    assert [*found.cleaned_line(), *found.difference_lines([])] == []
