"""A broken tree is reported, each fault once, with the products that say otherwise and what was decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodcls.audit_quality import Finding, QualityFindings
from prodcls.language import as_text, load_language
from prodcls.sections.findings import finding_lines
from synthetic import catalogue_rows
from test_reporting_quality import faults, finding

HOMES = {
    "Kettles": "Home >> Kitchen >> Kettles",
    "Phones": "Gadgets >> Kitchen >> Phones",
    "Towels": "Home >> Bath >> Towels",
    "Bath": "Home >> Bath",
    "Lamps": "Home >> Lamps",
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> QualityFindings:
    rows = catalogue_rows(dict.fromkeys(HOMES, 9))
    by_class: dict[str, list[dict[str, str]]] = {name: [r for r in rows if r["category"] == name] for name in HOMES}
    for row in rows:
        row["breadcrumb"] = HOMES[row["category"]]
    by_class["Kettles"][0]["breadcrumb"] = "Home >> Garden >> Kettles"
    by_class["Kettles"][1]["breadcrumb"] = "HOME >> kitchen >> Kettles >>"
    by_class["Phones"][0]["breadcrumb"] = "Gadgets >> Kitchen"
    by_class["Towels"][0]["breadcrumb"] = '["Home >> Bath >> Towels >> Blue towel"]'
    for i, row in enumerate(by_class["Lamps"]):
        row["breadcrumb"] = ("Home >> Lamps", "Garden >> Lamps", "Bath >> Lamps")[i % 3]
    return faults(tmp_path_factory.mktemp("broken"), rows)


def of(found: QualityFindings, kind: str) -> Finding:
    return finding(found, f"tree_{kind}")


def test_each_fault_is_found_once_and_says_what_was_decided(broken: QualityFindings) -> None:
    parents = of(broken, "parents")
    assert (parents.count, parents.values) == (2, {"undecided": 1})
    kettles, lamps = parents.examples
    assert kettles.values == {
        "class": "Kettles",
        "paths_found": "Home >> Kitchen >> Kettles (8); Home >> Garden >> Kettles (1)",
        "path_kept": "Home >> Kitchen >> Kettles",
    }
    assert len(kettles.ids) == 1
    assert (lamps.values["class"], lamps.values["path_kept"], len(lamps.ids)) == ("Lamps", "\u2013", 9)
    assert [e.values["class"] for e in of(broken, "no_path").examples] == ["Lamps"]
    assert (of(broken, "absent").count, of(broken, "absent").examples[0].values["class"]) == (1, "Phones")
    assert of(broken, "below").examples[0].values["paths_found"] == "Home >> Bath >> Towels >> Blue towel"
    assert of(broken, "inner").examples[0].values["class"] == "Bath"
    assert {str(e.values["node"]) for e in of(broken, "spelling").examples} == {"Home", "Kitchen"}
    assert "Kitchen" in {str(e.values["node"]) for e in of(broken, "same_name").examples}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_tells_them(broken: QualityFindings, lang: str) -> None:
    lines = {line.id: line for line in finding_lines(broken, load_language(lang))}
    assert {name for name in lines if name.startswith("finding-tree-")} == {
        f"finding-tree-{kind}" for kind in ("parents", "no-path", "absent", "inner", "spelling", "same-name", "below")
    }
    table = lines["finding-tree-parents"].examples
    assert table is not None
    assert "Kettles" in as_text(table.rows[0][2])


def test_nothing_is_said_of_trees_where_there_is_none(tmp_path: Path) -> None:
    found = faults(tmp_path, catalogue_rows({"Kettles": 9, "Phones": 9}))
    assert not [k for k in (*found.clean, *(f.kind for f in found.findings)) if k.startswith("tree_")]


def test_a_sound_tree_is_told_to_be_sound(tmp_path: Path) -> None:
    rows = catalogue_rows({"Kettles": 9, "Phones": 9, "Towels": 9})
    for row in rows:
        row["shelf"] = f"Shop / {row['category']}"
    found = faults(tmp_path, rows, path="shelf")
    assert len([k for k in found.clean if k.startswith("tree_")]) == 7


def test_a_column_about_something_else_is_only_a_note(tmp_path: Path) -> None:
    rows = catalogue_rows({"Kettles": 9, "Phones": 9})
    for i, row in enumerate(rows):
        row["breadcrumb"] = f"Shop >> Shelf {i % 3}"
    found = faults(tmp_path, rows)
    assert of(found, "absent").severity == "note"
    assert of(found, "absent").count == len(rows)
    assert [f.kind for f in found.findings if f.kind.startswith("tree_")] == ["tree_absent"]
