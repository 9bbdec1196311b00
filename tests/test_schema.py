from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prodcls.catalogue import ColumnRole, RawTable, Schema, Source
from prodcls.errors import SchemaError
from prodcls.readers import read_table
from prodcls.schema import ColumnOptions, is_price, match_schema, recognise


def table(**columns: str | list[str]) -> RawTable:
    """Return a table; a single value stands for three different filled cells."""
    cells = {name: tuple(f"{v} {i}" for i in "abc") if isinstance(v, str) else tuple(v) for name, v in columns.items()}
    n = len(next(iter(cells.values())))
    return RawTable(cells, np.arange(1, n + 1), Source("shop.csv", "", 0))


def roles(schema: Schema) -> dict[str, str]:
    return {role.column: role.role for role in schema.columns}


def reason(schema: Schema, column: str) -> str:
    return next(role.reason for role in schema.columns if role.column == column)


def refuse(columns: RawTable, options: ColumnOptions, *, need_target: bool = True) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        recognise(columns, options, need_target=need_target)
    return caught.value


ENGLISH = ["id", "title", "description", "price", "currency", "brand", "image", "category", "category_path"]
CHINESE = ["编号", "商品名称", "描述", "价格", "币种", "品牌", "图片", "类别", "类目路径"]
ROLES = ["id", "text", "text", "numeric", "currency", "categorical", "image", "target", "path"]


@pytest.mark.parametrize(
    "names",
    [
        ENGLISH,
        CHINESE,
        [name.upper() for name in ENGLISH],
        ["SKU", "Name", "desc", "Unit Price", "Currency", "Brand", "photo", "Label", "category-path"],
        ["id", "标题", "详情", "单价", "货币", "品牌", "主图", "分类", "类目路径"],
    ],
)
def test_columns_are_recognised_by_name(names: list[str]) -> None:
    schema = recognise(table(**dict.fromkeys(names, "x")), ColumnOptions(), need_target=True)
    assert [role.role for role in schema.columns] == ROLES
    assert [role.column for role in schema.columns] == names
    assert all(role.reason == f"named {role.column!r}" for role in schema.columns)


def test_title_is_read_before_description_wherever_they_stand() -> None:
    schema = recognise(table(description="d", category="c", title="t"), ColumnOptions(), need_target=True)
    assert schema.named("text") == ("title", "description")
    assert [role.role for role in schema.columns] == ["text", "target", "text"]


def test_options_replace_the_names_and_keep_their_order() -> None:
    options = ColumnOptions(text=("specs", "title"), numeric=("weight",), categorical=(), target="kind", id="code")
    columns = table(id="1", title="t", specs="s", price="5", weight="6", brand="b", category="c", kind="k", code="z")
    schema = recognise(columns, options, need_target=True)
    assert schema.named("text") == ("specs", "title")
    assert schema.named("numeric") == ("weight",)
    assert schema.named("categorical") == ()
    assert schema.named("target") == ("kind",)
    assert schema.named("id") == ("code",)
    assert reason(schema, "weight") == "set by --numeric"
    assert roles(schema)["brand"] == roles(schema)["price"] == roles(schema)["id"] == "offered"


def test_roles_can_be_left_unfilled() -> None:
    columns = table(id="1", title="t", image="i", category="c")
    schema = recognise(columns, ColumnOptions(id="", image="", target=""), need_target=False)
    assert schema.named("id") == schema.named("image") == schema.named("target") == ()
    assert refuse(columns, ColumnOptions(target="")).code == "target-missing"


def test_another_label_is_never_a_feature() -> None:
    schema = recognise(table(title="t", category="c", kind="k"), ColumnOptions(target="kind"), need_target=True)
    assert roles(schema)["category"] == "offered"
    assert "answer" in reason(schema, "category")


def test_of_two_names_for_one_role_the_first_known_wins() -> None:
    schema = recognise(table(name="n", title="t", category="c"), ColumnOptions(), need_target=True)
    assert schema.named("text") == ("title",)
    assert roles(schema)["name"] == "offered"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([f"{i}.5" for i in range(100)], "a number; --numeric extra would use it"),
        ([f"¥{i}" for i in range(100)], "a number; --numeric extra would use it"),
        ([f"http://example.org/{i}" for i in range(100)], "web addresses; they are never followed"),
        (["red", "blue"] * 50, "2 distinct values; --categorical extra would use it"),
        (["same"] * 100, "the same value wherever it is filled"),
        ([""] * 100, "empty in every row"),
        ([f"B0{i}X" for i in range(100)], "unique in every row, like an identifier"),
        ([f"some words {i:03}" for i in range(100)], "text of about 14 characters; --text title,extra would use it"),
    ],
)
def test_unused_columns_are_offered_with_what_they_look_like(cells: list[str], expected: str) -> None:
    n = len(cells)
    columns = table(title=[f"t{i}" for i in range(n)], category=["a", "b"] * (n // 2), extra=cells)
    schema = recognise(columns, ColumnOptions(), need_target=True)
    assert roles(schema)["extra"] == "offered"
    assert reason(schema, "extra") == expected


@pytest.mark.parametrize("column", ["description", "price", "brand", "image"])
def test_empty_columns_are_reported_and_not_used(column: str) -> None:
    columns = table(title="t", category="c", **{column: ["", " ", ""]})
    schema = recognise(columns, ColumnOptions(), need_target=True)
    assert roles(schema)[column] == "offered"
    assert reason(schema, column) == f"named {column!r}, but empty in every row: not used"


def test_unknown_columns_are_refused_with_the_nearest_names() -> None:
    error = refuse(table(title="t", Specs="s", category="c"), ColumnOptions(text=("title", "spec")))
    assert error.code == "column-unknown"
    assert error.column == "spec"
    assert "did you mean 'Specs'?" in str(error)
    assert "title, Specs, category" in str(error)
    assert "shop.csv" in str(error)


def test_a_column_plays_one_part() -> None:
    error = refuse(table(title="t", category="c"), ColumnOptions(text=("title",), target="title"))
    assert error.code == "column-two-roles"


def test_a_target_is_needed_only_for_fitting() -> None:
    columns = table(title="t", kind="k")
    assert refuse(columns, ColumnOptions()).code == "target-missing"
    assert recognise(columns, ColumnOptions(), need_target=False).named("target") == ()


@pytest.mark.parametrize("columns", [{"category": "c", "specs": "s"}, {"category": "c", "title": ["", "", ""]}])
def test_something_to_learn_from_is_needed(columns: dict[str, str]) -> None:
    assert refuse(table(**columns), ColumnOptions()).code == "features-missing"


def test_path_and_currency_are_no_features() -> None:
    columns = table(category="c", category_path="p", currency="INR", id="1")
    assert refuse(columns, ColumnOptions()).code == "features-missing"


@pytest.mark.parametrize(
    ("name", "money"),
    [
        *(("price", True), ("retail_price", True), ("售价", True), ("Preis", True), ("PRECIO", True), ("價格", True)),
        *(
            ("annual_fee", True),
            ("Fees", True),
            ("手续费", True),
            ("消费电力", False),
            ("coffee", False),
            ("feed", False),
        ),
        *(("weight", False), ("scenario", False)),
    ],
)
def test_money_is_told_by_name(name: str, money: bool) -> None:
    assert is_price(name) is money


FITTED = Schema(
    (
        ColumnRole("id", "id", ""),
        ColumnRole("specs", "text", ""),
        ColumnRole("title", "text", ""),
        ColumnRole("price", "numeric", ""),
        ColumnRole("category", "target", ""),
        ColumnRole("url", "offered", ""),
    )
)


def test_a_fitted_schema_prescribes_the_roles_in_any_order_of_columns() -> None:
    schema = match_schema(table(price="5", title="t", new="n", specs=["", "", ""]), FITTED, need_target=False)
    assert schema.named("text") == ("specs", "title")
    assert schema.named("numeric") == ("price",)
    assert roles(schema)["new"] == "offered"
    assert reason(schema, "new") == "not known to the model"


def test_columns_that_the_model_lacks_are_shown_with_what_is_there_instead() -> None:
    with pytest.raises(SchemaError) as caught:
        match_schema(table(Title2="t", specs="s", price="5"), FITTED, need_target=False)
    assert caught.value.code == "columns-differ"
    assert "title (renamed to title2?)" in str(caught.value)
    assert "does not know: Title2" in str(caught.value)


def test_a_label_is_asked_for_only_when_needed() -> None:
    columns = table(title="t", specs="s", price="5")
    match_schema(columns, FITTED, need_target=False)
    with pytest.raises(SchemaError, match="category"):
        match_schema(columns, FITTED, need_target=True)


@pytest.mark.shared_data
def test_real_columns(shared_data: Path) -> None:
    flipkart = recognise(
        read_table(shared_data / "flipkart1050" / "products.csv"),
        ColumnOptions(text=("title", "description", "specs")),
        need_target=True,
    )
    assert flipkart.named("text") == ("title", "description", "specs")
    assert flipkart.named("offered") == ("retail_price", "product_url")
    amazon = recognise(read_table(shared_data / "amazon_in11k" / "products.csv"), ColumnOptions(), need_target=True)
    assert amazon.named("text") == ("title",)
    assert amazon.named("categorical") == amazon.named("image") == ()
    assert "empty in every row" in reason(amazon, "description")
    assert reason(amazon, "rating") == "a number; --numeric rating would use it"
