"""A worklist comes back exactly from whatever a spreadsheet makes of it, and no cell of it runs."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attacks.test_attack_12_formulas import runs
from prodcls.errors import InputError
from prodcls.language import load_language
from prodcls.moments import read_moment
from prodcls.worklist import Item, Worklist, line_key
from prodcls.worklist_files import COLUMNS, Filled, heads, kept_as_text, read_filled, worklist_csv
from review_factory import fill, make_scored

EN, ZH = load_language("en"), load_language("zh")
CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
    st.text(st.sampled_from("=+-@\t\r\n'\"＝,;|0123456789.eE/:%-ab \u202e\u2066"), min_size=1, max_size=12),
)
BUNDLE = "b" * 64


def make_worklist(*items: Item) -> Worklist:
    return Worklist(items, len(items), ("Kettle", "Phone"), BUNDLE, "s.parquet")


def make_item(number: int = 1, title: str = "", **changes: object) -> Item:
    row = make_scored(number, **changes)
    return Item(line_key(BUNDLE, row), row, title)


@given(CELLS, CELLS, CELLS, CELLS, st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_the_round_trip_is_exact(
    tmp_path_factory: pytest.TempPathFactory,
    product: str,
    name: str,
    title: str,
    reason: str,
    delimiter: str,
    encoding: str,
) -> None:
    item = make_item(id=product, predicted=name, title=title)
    text = worklist_csv(make_worklist(item, make_item(2)), EN)
    decision = ["", kept_as_text(name), "J.D.", "2026-11-24", kept_as_text(reason)]
    done = fill(text, lambda line: decision[1:] if line[10] == item.key else ["", "", "", ""], delimiter)
    path = tmp_path_factory.mktemp("filled") / "w.csv"
    path.write_bytes(done.encode(encoding))
    found = read_filled(path)
    assert found.rejections == ()
    if not any(map(str.strip, decision)):
        return
    [line] = found.lines
    assert line == Filled(1, product, item.key, name, name.strip(), "J.D.", "2026-11-24", reason.strip())
    assert found.untouched == 1


@given(CELLS, CELLS, CELLS)
@example("0", "0", "0\x1f")
def test_no_cell_runs_and_none_is_rewritten(product: str, name: str, title: str) -> None:
    item = make_item(id=product, predicted=name, title=title, members=(name, product, title))
    text = worklist_csv(make_worklist(item), EN)
    assert text.startswith("\ufeff")
    for line in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        assert not any(map(runs, line))
        for column, cell in zip(COLUMNS, line, strict=True):
            assert column == "probability" or not cell.strip().isdecimal()


@pytest.mark.parametrize(
    "cell", ["007", "1234567890123", "1.23E+12", "3-4", "2026/1/2", "12:30", "TRUE", "SEPT2", "50%"]
)
def test_what_a_spreadsheet_would_rewrite_is_kept_as_text(cell: str) -> None:
    assert kept_as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["SKU-1", "Kettle", "march of time", "水壶", "", "a1"])
def test_other_cells_are_as_they_are(cell: str) -> None:
    assert kept_as_text(cell) == cell


def test_the_header_is_understood_in_every_language(tmp_path: Path) -> None:
    for t in (EN, ZH):
        text = worklist_csv(make_worklist(make_item()), t)
        assert text.removeprefix("\ufeff").split("\r\n")[0].split(",") == list(heads(t).values())
        (tmp_path / "w.csv").write_text(
            fill(text, lambda _: ["Phone", "J.D.", "2026-11-24", "rings"]), encoding="utf-8", newline=""
        )
        assert [line.decision for line in read_filled(tmp_path / "w.csv").lines] == ["Phone"]


def test_reasons_are_said_in_words_and_unknown_ones_by_name() -> None:
    item = make_item(reasons=("not-one-class", "brand-new"), members=("Kettle", "Phone", "Pan"))
    [_, line] = csv.reader(io.StringIO(worklist_csv(make_worklist(item), ZH).removeprefix("\ufeff"), newline=""))
    cells = dict(zip(COLUMNS, line, strict=True))
    assert cells["why"].replace("\u2068", "").replace("\u2069", "") == "可能的类别不止一个或一个也没有、brand-new"
    assert cells["also"] == "Phone (30.0%); Pan"
    quiet = worklist_csv(make_worklist(make_item(review=False, reasons=())), EN)
    assert "not up for review" in quiet


def test_a_workbook_comes_back_too(tmp_path: Path) -> None:
    item = make_item(id="0012", predicted="Kettle")
    text = worklist_csv(make_worklist(item, make_item(2)), EN)
    head, first, second = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(head)
    sheet.append([*first[:6], "Phone", "J.D.", datetime.date(2026, 11, 24), "it rings", first[10]])
    sheet.append([*second[:6], None, None, None, None, second[10]])
    book.save(tmp_path / "w.xlsx")
    found = read_filled(tmp_path / "w.xlsx")
    assert found.untouched == 1
    [line] = found.lines
    assert (line.id, line.key, line.decision, line.reason) == ("0012", item.key, "Phone", "it rings")
    assert read_moment(line.when, datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)).startswith("2026-11-24")


@pytest.mark.parametrize("head", ["decision", "who", "when", "reason", "id", "key"])
def test_a_column_that_is_gone_is_named(head: str, tmp_path: Path) -> None:
    text = worklist_csv(make_worklist(make_item()), EN)
    path = tmp_path / "w.csv"
    path.write_text(text.replace(f",{head}", ",other", 1) if head != "id" else text.replace("id,", "x,", 1), "utf-8")
    with pytest.raises(InputError) as caught:
        read_filled(path)
    assert caught.value.code == "worklist-columns"
    assert repr(head) in str(caught.value)
