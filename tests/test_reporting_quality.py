"""Findings: the demo catalogue's planted faults are found and little else, and each kind on a catalogue made for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prodcls.atomic import cache_root
from prodcls.audit_json import from_json
from prodcls.audit_quality import Finding, QualityFindings
from prodcls.config import FitConfig
from prodcls.gathering import gather
from prodcls.progress import SilentProgress
from prodcls.reporting_quality import find_faults
from prodcls.reporting_quality_rows import EXAMPLES, KINDS, SEVERITIES
from prodcls.training import FitOutcome
from synthetic import catalogue_rows, use_fake_encoders, write_csv, write_photo


def finding(quality: QualityFindings, kind: str) -> Finding:
    return next(f for f in quality.findings if f.kind == kind)


def ids(found: Finding) -> set[str]:
    return {one for e in found.examples for one in e.ids}


@dataclass(frozen=True)
class Demo:
    """What was planted and what was found."""

    planted: dict[str, Any]
    quality: QualityFindings


@pytest.fixture(scope="module")
def demo(fitted_demo: FitOutcome) -> Demo:
    report = from_json((fitted_demo.report_path.parent / "audit.json").read_text(encoding="utf-8"))
    assert report.quality is not None
    return Demo(json.loads((cache_root() / "demo" / "planted.json").read_text(encoding="utf-8")), report.quality)


def test_planted_mislabels_are_suspected(demo: Demo) -> None:
    found, planted = ids(finding(demo.quality, "label_error")), demo.planted["mislabelled"]
    assert len(found & planted.keys()) >= 0.8 * len(planted)
    assert len(found & planted.keys()) >= 0.6 * len(found)
    for e in finding(demo.quality, "label_error").examples:
        assert e.values["label_likely"] == planted.get(e.ids[0], e.values["label_likely"])


def test_planted_copies_are_grouped_and_nothing_else(demo: Demo) -> None:
    found = finding(demo.quality, "near_duplicate")
    planted = {frozenset(pair) for pair in demo.planted["near_duplicates"]}
    assert (found.count, found.values["groups"]) == (2 * len(planted), len(planted))
    assert {frozenset(e.ids) for e in found.examples} <= planted


def test_the_leak_and_the_absurd_price_are_errors_and_the_only_ones(demo: Demo) -> None:
    assert {f.kind for f in demo.quality.findings if f.severity == "error"} == {"leak_phrase", "price_absurd"}
    leak = finding(demo.quality, "leak_phrase")
    assert leak.count == len(demo.planted["leak_sentences"])
    assert {e.values["class"] for e in leak.examples} == {demo.planted["leak_class"]}
    for e in leak.examples:
        assert any(str(e.values["phrase"]) in sentence for sentence in demo.planted["leak_sentences"])
    assert ids(finding(demo.quality, "price_absurd")) == set(demo.planted["absurd_prices"])


def test_what_is_not_wrong_with_the_demo_is_not_found(demo: Demo) -> None:
    assert {
        *("label_conflict", "label_conflict_near", "disagreement", "stated_price", "price_outlier", "stranger"),
        *("photo_same", "photo_alike", "duplicate", "id_in_text", "identifier_column", "boilerplate_uneven"),
    } <= set(demo.quality.clean)


def faults(folder: Path, rows: list[dict[str, str]], **options: Any) -> QualityFindings:
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        config = FitConfig(catalogue=write_csv(folder / "shop.csv", rows), cache_dir=folder / "cache", **options)
        return find_faults(gather(config, SilentProgress()))


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> QualityFindings:
    """A catalogue with a fault of nearly every kind."""
    folder = tmp_path_factory.mktemp("messy")
    rows = catalogue_rows({"Kettles": 24, "Phones": 22, "Towels": 3})
    for i, row in enumerate(rows):
        row |= {"image": f"{i}.png", "shelf": "A", "note": ""}
        row["description"] = f"piece {i} of {3 * i} from hall {i % 7} in row {i % 5}"
        write_photo(folder / f"{i}.png", (5 * i, 255 - 5 * i, 3 * i))
    (folder / "1.png").write_bytes((folder / "0.png").read_bytes())
    first = rows[0]
    other = "Phones" if first["category"] == "Kettles" else "Kettles"
    rows += [
        {**first, "id": "twin"},
        {**first, "id": "turned", "category": other},
        {**rows[3], "id": "dear", "title": "copper kettle for the sea", "price": "9999999"},
        {**rows[4], "id": "told", "title": "iron kettle for the sky Rs. 499 only", "image": ""},
        {**rows[5], "id": "SHOP-99", "title": "glass kettle SHOP-99", "image": ""},
        {**rows[6], "id": "han", "title": "不锈钢水壶", "description": "家用大容量烧水壶", "image": ""},
        {**rows[7], "id": "han2", "title": "玻璃烧水壶", "description": "保温一整天", "image": ""},
    ]
    for i, row in enumerate(rows):
        row["size"] = f"S{i:03d}"
        row["weight"] = {"han": "9000", "told": "40", "twin": "0"}.get(row["id"], f"{2 + i % 5 / 10:.1f}")
    return faults(folder, rows, categorical=("brand", "size"), numeric=("price", "weight"))


def test_each_planted_fault_has_its_finding(messy: QualityFindings) -> None:
    conflict = finding(messy, "label_conflict")
    assert conflict.severity == "error"
    assert {"twin", "turned"} < ids(conflict)
    assert {"twin", "turned"} < ids(finding(messy, "duplicate"))
    assert finding(messy, "photo_same").severity == "warning"
    assert ids(finding(messy, "price_absurd")) == {"dear"}
    assert ids(finding(messy, "number_absurd")) == {"han"}
    assert ids(finding(messy, "number_outlier")) == {"told"}
    assert finding(messy, "number_outlier").examples[0].values["number"] == 40.0
    assert ids(finding(messy, "stated_price")) == {"told"}
    assert finding(messy, "stated_price").examples[0].values["stated"] == "Rs. 499"
    assert ids(finding(messy, "id_in_text")) == {"SHOP-99"}
    assert [e.values["column"] for e in finding(messy, "identifier_column").examples] == ["size"]
    assert [e.values["column"] for e in finding(messy, "constant_column").examples] == ["shelf"]
    assert [e.values["column"] for e in finding(messy, "empty_column").examples] == ["note"]
    small = finding(messy, "small_class")
    assert (small.values["apart"], small.examples[0].values) == (1, {"class": "Towels", "products": 3})
    scripts = finding(messy, "script_mix")
    assert (scripts.count, [e.values["script"] for e in scripts.examples]) == (2, ["latin", "cjk"])


def test_findings_are_in_order_and_capped(messy: QualityFindings) -> None:
    order = [(SEVERITIES.index(f.severity), KINDS.index(f.kind)) for f in messy.findings]
    assert order == sorted(order)
    looked_for = {kind for kind in KINDS if not kind.startswith("tree_")}  # its classes have no paths
    assert {f.kind for f in messy.findings} | set(messy.clean) == looked_for
    assert {f.kind for f in messy.findings} & set(messy.clean) == set()
    assert all(len(e.ids) <= EXAMPLES and len(e.ids) == len(e.rows) for f in messy.findings for e in f.examples)
    assert all(e.values.keys() == f.examples[0].values.keys() for f in messy.findings for e in f.examples)


def test_copies_across_training_and_test_are_an_error(tmp_path: Path) -> None:
    rows = catalogue_rows({"Kettles": 16, "Phones": 14})
    for row in rows:
        row["description"] = f"serial {row['id']} with a text of its own, {row['title']} and {row['price']}"
    seen = {**rows[2], "id": "seen"}
    new = {**rows[20], "id": "new", "title": "quite another phone", "description": "never told before"}
    test = write_csv(tmp_path / "test.csv", [seen, new])
    quality = faults(tmp_path, rows, test=test)
    found = finding(quality, "split_duplicate")
    assert (found.severity, found.values["tested"], found.values["share"]) == ("error", 1, 0.5)
    assert "seen" in ids(found)
    assert finding(faults(tmp_path, rows, test=test, group_duplicates=False), "duplicate").severity == "warning"


@pytest.mark.shared_data
def test_known_faults_of_a_real_catalogue(shared_data: Path) -> None:
    path = shared_data / "flipkart1050" / "products.csv"
    quality = find_faults(gather(FitConfig(catalogue=path), SilentProgress()))
    assert finding(quality, "photo_same").values["groups"] == 6
    assert finding(quality, "stated_price").count > 850
    sale = finding(quality, "boilerplate_uneven")
    assert "30 Day Replacement Guarantee" in {e.values["phrase"] for e in sale.examples}
    assert any("Genuine Products" in str(e.values["phrase"]) for e in finding(quality, "leak_phrase").examples)
    assert 5 <= finding(quality, "label_error").count <= 25
    assert finding(quality, "text_cut").count == 90


def test_what_many_of_a_class_have_is_no_slip(tmp_path: Path) -> None:
    rows = catalogue_rows({"Kettles": 30, "Phones": 30})
    for i, row in enumerate(rows):
        row["price"] = "0.00" if i % 10 == 0 else row["price"]
        row["hours"] = str(40 + i % 5) if i % 3 else f"{100_000 + 137 * i}"
        row["speed"] = str(900 + 41 * i)  # whole numbers of three and four digits, each its own: measured
        row["serial"] = str(500_000 + 7919 * i)
    rows[1]["hours"] = "0.001"
    quality = faults(tmp_path, rows, numeric=("price", "hours", "speed", "serial"))
    assert "price_absurd" in quality.clean
    assert ids(finding(quality, "number_absurd")) == {rows[1]["id"]}
    assert [e.values["column"] for e in finding(quality, "identifier_column").examples] == ["serial"]
