"""What changed in a catalogue is counted and named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prodcls.audit import AuditReport, ColumnSummary
from prodcls.audit_comparison import TextChange
from prodcls.bundle_products import Judgements, PhotoReference, Products
from prodcls.comparison_data import SHOWN, compare_data, text_changes
from report_factory import make_report


def products(n: int = 6, first: int = 0) -> Products:
    names = tuple(f"p{i}" for i in range(first, first + n))
    return Products(
        ids=names,
        labels=tuple("Kettles" if i % 2 else "Phones" for i in range(n)),
        texts={"title": tuple(f"title {name}" for name in names)},
        categorical={"brand": ("x",) * n},
        numeric={"price": np.array([np.nan, *range(1, n)], dtype=float)},
        photos=(None, *(PhotoReference(f"{name}.png", name) for name in names[1:])),
        present={},
        judged=Judgements((None,) * n, np.full(n, np.nan)),
    )


def report(classes: tuple[str, ...] = ("Kettles", "Phones"), roles: dict[str, str] | None = None) -> AuditReport:
    found = make_report(3)
    columns = tuple(ColumnSummary(name, role, "", 0) for name, role in (roles or {"title": "text"}).items())
    return replace(found, data=replace(found.data, class_counts=dict.fromkeys(classes, 3), columns=columns))


def test_the_same_catalogue_has_no_change() -> None:
    found = compare_data(products(), products(), report(), report())
    assert (found.added, found.removed, found.changed, found.relabelled) == (0, 0, 0, 0)
    assert (found.cells, found.labels, found.roles, found.columns_added, found.classes_removed) == ({}, (), (), (), ())


def test_products_that_come_and_go_are_named() -> None:
    found = compare_data(products(6), products(40, first=4), report(), report())
    assert (found.rows_before, found.rows_after, found.added, found.removed) == (6, 40, 38, 4)
    assert found.removed_ids == ("p0", "p1", "p2", "p3")
    assert len(found.added_ids) == SHOWN
    assert found.added_ids[0] == "p6"


def test_changed_cells_are_counted_by_column() -> None:
    old = products()
    new = replace(
        old,
        texts={"title": ("other", *old.texts["title"][1:]), "extra": ("new",) * 6},
        categorical={"brand": ("y", *("x",) * 5)},
        numeric={"price": np.array([np.nan, 9.0, 2, 3, 4, np.nan])},
        photos=(*old.photos[:3], PhotoReference("p3.png", "changed"), None, old.photos[5]),
    )
    found = compare_data(old, new, report(), report())
    assert found.cells == {"brand": 1, "photo": 2, "price": 2, "title": 1}
    assert found.changed == 5


def test_labels_columns_roles_and_classes_are_told() -> None:
    old, new = products(), replace(products(), labels=("Towels", *products().labels[1:]))
    found = compare_data(
        old,
        new,
        report(roles={"title": "text", "colour": "categorical", "price": "offered"}),
        report(("Phones", "Towels"), {"title": "text", "price": "numeric", "weight": "numeric"}),
    )
    assert (found.relabelled, found.labels) == (1, (TextChange("p0", "Phones", "Towels"),))
    assert (found.columns_added, found.columns_removed) == (("weight",), ("colour",))
    assert (found.classes_added, found.classes_removed) == (("Towels",), ("Kettles",))
    assert found.roles == (TextChange("price", "offered", "numeric"),)


def test_tables_of_names_are_compared() -> None:
    assert text_changes({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == (
        TextChange("b", "2", "3"),
        TextChange("c", "", "4"),
    )
    assert text_changes({"gone": "1"}, {}) == (TextChange("gone", "1", ""),)
