from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from prodcls.catalogue import Catalogue, Cleaned
from prodcls.errors import CatalogueError, SchemaError
from prodcls.frames import table_from_frame
from prodcls.intake import build_catalogue, read_catalogue
from prodcls.number_formats import NumberRules
from prodcls.readers import read_table
from prodcls.schema import ColumnOptions, recognise


def read(folder: Path, text: str, *, need_labels: bool = True) -> Catalogue:
    path = folder / "p.csv"
    path.write_text(text, encoding="utf-8")
    return read_catalogue(path, ColumnOptions(), need_labels=need_labels)


def lines(catalogue: Catalogue) -> list[tuple[int, str, str, str]]:
    return [(r.row, r.column, r.code, r.scope) for r in catalogue.rejections]


def test_a_small_catalogue(tmp_path: Path) -> None:
    catalogue = read(
        tmp_path,
        "id,title,price,currency,brand,category\n7, Cafe\u0301  set ,₹899,INR,NA, Kitchen \n8,Lamp,,INR,,Light\n",
    )
    assert catalogue.ids == ("7", "8")
    assert catalogue.texts == {"title": ("Café set", "Lamp")}
    assert catalogue.categorical == {"brand": ("NA", "")}
    assert catalogue.labels == ("Kitchen", "Light")
    assert catalogue.photos is None
    np.testing.assert_array_equal(catalogue.numeric["price [INR]"], [899.0, np.nan])
    assert catalogue.rows.tolist() == [1, 2]
    assert catalogue.rejections == ()
    assert len(catalogue) == 2


def test_rows_without_label_are_left_out_only_where_labels_are_needed(tmp_path: Path) -> None:
    text = "id,title,category\n1,a,x\n2,b, \n3,c,y\n"
    catalogue = read(tmp_path, text)
    assert (catalogue.ids, catalogue.labels, catalogue.rows.tolist()) == (("1", "3"), ("x", "y"), [1, 3])
    assert lines(catalogue) == [(2, "category", "label-missing", "row")]
    catalogue = read(tmp_path, text, need_labels=False)
    assert (len(catalogue), catalogue.labels, catalogue.rejections) == (3, None, ())


def test_ids_are_made_where_there_are_none(tmp_path: Path) -> None:
    assert read(tmp_path, "title,category\na,x\nb,y\n").ids == ("row-1", "row-2")
    catalogue = read(tmp_path, "id,title,category\n,a,x\nrow-1,b,y\n")
    assert catalogue.ids == ("row-1~2", "row-1")
    assert lines(catalogue) == [(1, "id", "id-missing", "cell")]


def test_rows_that_differ_keep_their_id_with_a_suffix(tmp_path: Path) -> None:
    catalogue = read(tmp_path, "id,title,category\nA,a,x\na ,b,x\nA,a,y\nA~2,z,x\nA,a,x\n")
    assert catalogue.ids == ("A", "a~3", "A~4", "A~2")
    assert lines(catalogue) == [
        (2, "id", "id-duplicate", "cell"),
        (3, "id", "id-duplicate", "cell"),
        (5, "", "row-duplicate", "row"),
    ]
    assert "row 1" in catalogue.rejections[0].reason
    assert "row 1 in every cell" in catalogue.rejections[2].reason


def test_ids_are_compared_across_unicode_forms(tmp_path: Path) -> None:
    catalogue = read(tmp_path, "id,title,category\nCafé,a,x\nCafe\u0301,b,x\nCAFÉ,c,x\n")
    assert catalogue.ids == ("Café", "Café~2", "CAFÉ~3")


def test_equal_rows_without_ids_are_kept(tmp_path: Path) -> None:
    assert len(read(tmp_path, "title,category\na,x\na,x\n")) == 2
    assert len(read(tmp_path, "id,title,category\n,a,x\n,a,x\n")) == 2


def test_a_copy_of_an_unlabelled_row_is_named_once(tmp_path: Path) -> None:
    catalogue = read(tmp_path, "id,title,category\n1,a,\n1,a,\n2,b,x\n")
    assert lines(catalogue) == [(1, "category", "label-missing", "row"), (2, "category", "label-missing", "row")]


def test_photos_that_cannot_be_used_are_absent_and_reported(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    text = "title,image,category\n" + "".join(
        f"t,{image},x\n" for image in ("a.png", "b.png", "c.png", "", "http://example.org/a.png", "/etc/passwd")
    )
    catalogue = read(tmp_path, text)
    assert catalogue.photos == (tmp_path.resolve() / "a.png", None, None, None, None, None)
    assert lines(catalogue) == [
        (2, "image", "photo-corrupt", "cell"),
        (3, "image", "photo-absent", "cell"),
        (5, "image", "photo-url", "cell"),
        (6, "image", "photo-outside", "cell"),
    ]
    assert not any(str(tmp_path) in r.reason or "[" in r.reason for r in catalogue.rejections)


def test_the_image_root_can_be_elsewhere(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("RGB", (8, 8)).save(photos / "a.png")
    path = tmp_path / "p.csv"
    path.write_text("title,image,category\nt,a.png,x\n", encoding="utf-8")
    catalogue = read_catalogue(path, ColumnOptions(), need_labels=True, image_root=photos)
    assert catalogue.photos == (photos.resolve() / "a.png",)


def test_without_an_image_root_photos_are_absent() -> None:
    table = table_from_frame(pd.DataFrame({"title": ["t"], "image": ["a.png"], "category": ["x"]}))
    schema = recognise(table, ColumnOptions(), need_target=True)
    catalogue = build_catalogue(table, schema, image_root=None, need_labels=True)
    assert catalogue.photos == (None,)
    assert lines(catalogue) == [(1, "image", "photo-no-folder", "cell")]


def test_a_fitted_schema_reads_a_new_catalogue_alike(tmp_path: Path) -> None:
    fitted = read(tmp_path, "id,title,price,currency,category\n1,a,5.5,INR,x\n").schema
    path = tmp_path / "new.csv"
    path.write_text("currency,title,price,id\nUSD,,7,9\n", encoding="utf-8")
    catalogue = read_catalogue(path, fitted, need_labels=False)
    assert catalogue.texts == {"title": ("",)}
    assert list(catalogue.numeric) == ["price [USD]"]
    path.write_text("title,id\na,9\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="columns-differ"):
        read_catalogue(path, fitted, need_labels=False)


def test_the_decimal_mark_can_be_declared(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("title,price,category\na,1.299,x\n", encoding="utf-8")
    assert lines(read_catalogue(path, ColumnOptions(), need_labels=True)) == [(1, "price", "price-ambiguous", "cell")]
    catalogue = read_catalogue(path, ColumnOptions(numbers=NumberRules((",",))), need_labels=True)
    assert catalogue.numeric["price"].tolist() == [1299.0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("title,category\n", "rows-none"),
        ("title,category\na,\n", "rows-none"),
        ("title,category\na\n", "rows-none"),
    ],
)
def test_a_catalogue_without_rows_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(tmp_path, text)
    assert caught.value.code == code


def test_unreadable_lines_stay_on_record(tmp_path: Path) -> None:
    catalogue = read(tmp_path, "id,title,category\n1,a\n2,b,x\n")
    assert lines(catalogue) == [(1, "", "row-ragged", "row")]
    assert catalogue.rows.tolist() == [2]


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=6))
def test_numbers_of_a_frame_arrive_as_they_are(values: list[float]) -> None:
    table = table_from_frame(pd.DataFrame({"price": values}))
    schema = recognise(table, ColumnOptions(), need_target=False)
    catalogue = build_catalogue(table, schema, image_root=None, need_labels=False)
    assert catalogue.numeric["price"].tolist() == values


CELL = st.sampled_from(["", "a", "A", "a ", "b", "row-1", "a~2", "x"])


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12))
def test_every_row_is_taken_or_rejected_once_and_ids_are_unique(rows: list[tuple[str, str, str]]) -> None:
    frame = pd.DataFrame([*rows, ("last", "t", "x")], columns=["id", "title", "category"])
    table = table_from_frame(frame)
    schema = recognise(table, ColumnOptions(), need_target=True)
    catalogue = build_catalogue(table, schema, image_root=None, need_labels=True)
    rejected = [r.row for r in catalogue.rejections if r.scope == "row"]
    assert sorted([*catalogue.rows.tolist(), *rejected]) == list(range(1, len(frame) + 1))
    assert len({i.strip().casefold() for i in catalogue.ids}) == len(catalogue)
    assert all(catalogue.labels or ())
    for name, column in catalogue.texts.items():
        assert column == tuple(frame[name].iloc[row - 1].strip() for row in catalogue.rows)


# Counts as stated in each catalogue's SOURCE.md; of amazon_in11k's 932 extra copies of an id, 10 repeat a whole row.
REAL = {
    "flipkart1050": (1050, 7, "price [INR]", 1, 35.0, 201000.0, 3),
    "eshop101": (101, 8, "price [USD]", 0, 21.99, 699.0, 0),
    "zh_jd_phone_tv": (934, 2, "price [CNY]", 0, 11.0, 299000.0, None),
    "zh_yanxuan": (239, 9, "price [CNY]", 0, 4.9, 4199.0, None),
    "amazon_in11k": (10820, 112, "price [INR]", 92, 0.0, 499999.0, None),
}


@pytest.mark.shared_data
@pytest.mark.parametrize("name", REAL)
def test_real_catalogues_hold_what_their_sources_state(shared_data: Path, name: str) -> None:
    rows, classes, price, unpriced, low, high, unpictured = REAL[name]
    path = shared_data / name / "products.csv"
    catalogue = read_catalogue(path, ColumnOptions(), need_labels=True)
    assert (len(catalogue), len(set(catalogue.labels or ()))) == (rows, classes)
    assert list(catalogue.numeric) == [price]
    values = catalogue.numeric[price]
    assert (int(np.isnan(values).sum()), float(np.nanmin(values)), float(np.nanmax(values))) == (unpriced, low, high)
    assert (None if catalogue.photos is None else catalogue.photos.count(None)) == unpictured
    with path.open(encoding="utf-8", newline="") as file:
        source = list(csv.DictReader(file))
    cleaned = (catalogue.cleaned or {}).get("title", {})
    for position, row in enumerate(catalogue.rows):
        cells = source[row - 1]
        assert (catalogue.labels or ())[position] == cells["category"]
        title = cleaned[position].original if position in cleaned else catalogue.texts["title"][position]
        assert title == cells["title"]
        np.testing.assert_equal(values[position], float(cells["price"] or "nan"))


@pytest.mark.shared_data
def test_copies_in_the_real_catalogue_are_all_on_record(shared_data: Path) -> None:
    catalogue = read_catalogue(shared_data / "amazon_in11k" / "products.csv", ColumnOptions(), need_labels=True)
    counts = Counter((r.code, r.scope) for r in catalogue.rejections)
    assert counts == {("id-duplicate", "cell"): 922, ("row-duplicate", "row"): 10}
    assert len(set(catalogue.ids)) == len(catalogue)
    rows = set(catalogue.rows.tolist()) | {r.row for r in catalogue.rejections}
    assert rows == set(range(1, len(read_table(shared_data / "amazon_in11k" / "products.csv")) + 1))


MESSY = """\
id,title,description,category,brand
1,"<b>Tea</b> &amp; pot",fine,A&amp;B,"R&amp;D "
2,caf\u00c3\u00a9,"a  b",C,x
"""


def test_texts_are_cleaned_and_nothing_else(tmp_path: Path) -> None:
    catalogue = read(tmp_path, MESSY)
    assert catalogue.texts == {"title": ("Tea & pot", "caf\u00e9"), "description": ("fine", "a b")}
    assert catalogue.cleaned == {
        "title": {0: Cleaned("<b>Tea</b> &amp; pot", ("html",)), 1: Cleaned("caf\u00c3\u00a9", ("mojibake",))},
        "description": {1: Cleaned("a  b", ("white_space",))},
    }
    assert catalogue.labels == ("A&amp;B", "C")
    assert catalogue.categorical == {"brand": ("R&amp;D", "x")}


def test_every_original_can_be_had_again(tmp_path: Path) -> None:
    catalogue = read(tmp_path, MESSY)
    table = read_table(tmp_path / "p.csv")
    for column, texts in catalogue.texts.items():
        record = (catalogue.cleaned or {}).get(column, {})
        given = [record[i].original if i in record else text for i, text in enumerate(texts)]
        assert tuple(given) == table.columns[column]


def test_cleaning_can_be_left_out(tmp_path: Path) -> None:
    read(tmp_path, MESSY)
    catalogue = read_catalogue(tmp_path / "p.csv", ColumnOptions(), need_labels=True, clean=False)
    assert catalogue.texts["title"] == ("<b>Tea</b> &amp; pot", "caf\u00c3\u00a9")
    assert catalogue.cleaned is None
