"""What a fit wrote passes, and whatever is changed afterwards is found and named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bundle_factory import saved
from prodcls.bundle_files import FORMAT_VERSION
from prodcls.config import FitConfig
from prodcls.errors import BundleError, InputError
from prodcls.pages import write_pages
from prodcls.progress import SilentProgress
from prodcls.tables import parquet_bytes
from prodcls.training import FitOutcome, fit_catalogue
from prodcls.verification import locate, verify_place
from synthetic import catalogue_rows, use_fake_encoders, write_csv

ALL = (
    *("bundle files", "bundle scores", "bundle encoders", "bundle report"),
    *("outputs.json", "rejections.parquet", "out_of_fold.parquet"),
    *("headline figures", "audit.json", "audit.html", "other pages", "no further pages"),
)
BUNDLE_FILES = (
    *("arrays.safetensors", "canary.safetensors", "catalogue.parquet", "config.json", "manifest.json"),
    *("probes.safetensors", "report.json", "vocabulary.json"),
)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FitOutcome]:
    folder = tmp_path_factory.mktemp("fit")
    rows = catalogue_rows({"Kettles": 14, "Phones": 10})
    config = FitConfig(
        catalogue=write_csv(folder / "shop.csv", rows),
        out=folder / "out",
        cache_dir=folder / "cache",
        folds=3,
        dossiers=4,
        threads=1,
        baselines=False,
    )
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        yield fit_catalogue(config, SilentProgress())


@pytest.fixture
def out(fitted: FitOutcome, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fitted.report_path.parent, tmp_path / "out"))


def verified(path: Path, bundle: Path | None = None) -> dict[str, tuple[str, ...]]:
    """Return the details of all checks that did not pass, by name."""
    return {r.name: r.details for r in verify_place(locate(path, bundle)) if not r.passed}


def flipped(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def digit_changed(path: Path, pattern: str) -> None:
    """Change the first digit of the first match of the pattern's group."""
    text = path.read_text(encoding="utf-8")
    found = re.search(pattern, text)
    assert found is not None
    at = found.start(1)
    path.write_text(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :], encoding="utf-8")


def test_all_that_a_fit_wrote_passes(out: Path) -> None:
    results = list(verify_place(locate(out)))
    assert tuple(r.name for r in results) == ALL
    assert [r for r in results if not r.passed] == []


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("bundle", ALL[:4]),
        ("audit.html", (*ALL[:4], "audit.html")),
        ("audit.json", (*ALL[:4], "audit.json")),
    ],
)
def test_a_part_passes_by_itself(out: Path, path: str, names: tuple[str, ...]) -> None:
    results = list(verify_place(locate(out / path)))
    assert tuple(r.name for r in results) == names
    assert all(r.passed for r in results)


def test_a_page_kept_elsewhere_under_another_name_is_known(out: Path, tmp_path: Path) -> None:
    mailed = Path(shutil.copy(out / "audit.html", tmp_path / "shop 2026.html"))
    assert verified(mailed, out / "bundle") == {}
    digit_changed(mailed, r'class="big">(\d)')
    assert list(verified(mailed, out / "bundle")) == ["shop 2026.html"]
    product = next((out / "products").iterdir())
    assert verified(product) == {}
    with pytest.raises(BundleError, match="--bundle"):
        locate(mailed)


def test_a_report_made_again_elsewhere_in_chinese_passes(out: Path, tmp_path: Path, fitted: FitOutcome) -> None:
    write_pages(tmp_path / "zh", fitted.report, "zh")
    assert verified(tmp_path / "zh", out / "bundle") == {}


# --- tampering ------------------------------------------------------------------------------------------------------


def test_one_digit_of_the_page_is_found_and_shown(out: Path) -> None:
    digit_changed(out / "audit.html", r'class="big">(\d)')
    found = verified(out)
    assert list(found) == ["audit.html"]
    assert re.fullmatch(r"line \d+, section verdict: .*big.* instead of .*big.*", found["audit.html"][0])


def test_one_figure_of_the_data_is_found_and_named(out: Path) -> None:
    digit_changed(out / "audit.json", r'"accuracy": \{\s*"value": 0\.(\d)')
    found = verified(out)
    assert list(found) == ["audit.json"]
    (line,) = found["audit.json"]
    assert line.startswith("evaluation.accuracy.value is 0.")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace('"rows":', '"row":'), "does not fit audit.schema.json"),
        (lambda text: text[:-3], "does not fit audit.schema.json"),
        (lambda text: json.dumps(json.loads(text)), "line 1"),
        (lambda text: text.replace('"title":', '"title": "x", "title":', 1), "line"),
    ],
)
def test_other_data_is_found(out: Path, change: Any, told: str) -> None:
    path = out / "audit.json"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    found = verified(out)
    assert list(found) == ["audit.json"]
    assert told in found["audit.json"][0]


@pytest.mark.parametrize("name", BUNDLE_FILES)
def test_one_byte_of_a_file_of_the_bundle_is_found_and_the_file_named(out: Path, name: str) -> None:
    assert {p.name for p in (out / "bundle").iterdir()} - {"booster.txt"} == set(BUNDLE_FILES)
    flipped(out / "bundle" / name, (out / "bundle" / name).stat().st_size // 2)
    results = {r.name: r for r in verify_place(locate(out))}
    assert results["bundle files"].passed is False
    assert name in results["bundle files"].details[0]
    assert results["report"].passed is None


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("predicted", None, ("accuracy", "predicted is")),
        ("label", None, ("accuracy", "label is")),
        ("probability", 0.5, ("calibration error", "probability is 0.5")),
        ("id", "other", ("product 'other' is not in the bundle", "is missing from the table")),
        ("second_probability", 0.1, ()),
        ("fold", 7, ()),
    ],
)
def test_one_cell_of_the_predictions_is_found(out: Path, column: str, value: object, told: tuple[str, ...]) -> None:
    path = out / "out_of_fold.parquet"
    table = pq.read_table(path)
    cells = table[column].to_pylist()
    cells[3] = {"Kettles": "Phones", "Phones": "Kettles"}[cells[3]] if value is None else value
    at = table.column_names.index(column)
    changed = table.set_column(at, table.schema.field(column), pa.array(cells, table.schema.field(column).type))
    path.write_bytes(parquet_bytes(changed))
    found = verified(out)
    assert list(found) == ["out_of_fold.parquet", *(["headline figures"] if told else [])]
    assert "SHA-256" in found["out_of_fold.parquet"][0]
    for piece in told:
        assert any(piece in line for line in found["headline figures"]), found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"complete": False}, "did not finish, or has not yet: run it again"),
        ({"bundle": "0" * 64}, "is of another bundle"),
        ({"files": 1}, "is not what a fit wrote"),
    ],
)
def test_a_fit_that_did_not_finish_is_found(out: Path, change: dict[str, object], told: str) -> None:
    path = out / "outputs.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    found = verified(out)
    assert list(found) == ["outputs.json"]
    assert told in found["outputs.json"][0]
    path.unlink()  # as earlier releases left it
    assert verified(out) == {}


def test_an_unreadable_table_is_found(out: Path) -> None:
    (out / "out_of_fold.parquet").write_bytes(b"PAR1")
    (out / "rejections.parquet").unlink()
    found = verified(out)
    assert found["rejections.parquet"] == ("is missing",)
    assert "no table" in found["headline figures"][0]


def test_missing_changed_and_further_product_pages_are_named(out: Path) -> None:
    first, second, *_ = sorted((out / "products").iterdir())
    first.unlink()
    second.write_text(second.read_text(encoding="utf-8") + "more", encoding="utf-8")
    (out / "products" / "forged.html").write_text("x")
    found = verified(out)
    assert list(found) == ["other pages", "no further pages"]
    lines = "\n".join(found["other pages"])
    assert f"products/{first.name} is missing" in lines
    assert f"products/{second.name}, line " in lines
    assert found["no further pages"] == ("products/forged.html is not of this report",)


@pytest.mark.parametrize("name", ["audit.html", "audit.json"])
def test_a_missing_file_is_named(out: Path, name: str) -> None:
    (out / name).unlink()
    assert verified(out) == {name: ("is missing",)}


@pytest.mark.parametrize("text", [b"", b"<html lang='xx'>", b"\xff\xfe", b'<!DOCTYPE html>\n<html lang="fr">'])
def test_a_page_of_another_kind_is_found(out: Path, text: bytes) -> None:
    (out / "audit.html").write_bytes(text)
    assert "no page of this program" in verified(out)["audit.html"][0]


def test_bytes_that_are_no_text_are_found(out: Path) -> None:
    path = out / "audit.html"
    path.write_bytes(path.read_bytes().replace(b"<main", b"<\xffmain", 1))
    assert "line" in verified(out)["audit.html"][0]


# --- what cannot be verified ----------------------------------------------------------------------------------------


def test_other_paths_are_refused(out: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="verify-path"):
        locate(out / "rejections.parquet")
    with pytest.raises(InputError, match="bundle-missing"):
        locate(tmp_path)


def test_a_bundle_of_a_later_version_is_refused_with_its_format(out: Path) -> None:
    manifest = out / "bundle" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"format_version": {FORMAT_VERSION}', '"format_version": 99'))
    with pytest.raises(BundleError, match=r"format 99.*bundle-version"):
        verified(out)


def test_a_bundle_without_a_report_says_so(tmp_path: Path) -> None:
    assert "bundle-report" in verified(saved(tmp_path / "bundle"))["bundle report"][0]


def test_a_report_on_a_test_catalogue_is_counted_from_its_table(
    fitted: FitOutcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_encoders(monkeypatch)
    train = write_csv(tmp_path / "shop.csv", catalogue_rows({"Kettles": 14, "Phones": 10}))
    test = write_csv(tmp_path / "later.csv", catalogue_rows({"Kettles": 4, "Phones": 3}, seed=3))
    config = FitConfig(catalogue=train, out=tmp_path / "out", cache_dir=tmp_path, dossiers=2, baselines=False)
    fit_catalogue(replace(config, test=test, head="flat", lang="zh"), SilentProgress())
    results = list(verify_place(locate(tmp_path / "out")))
    assert tuple(r.name for r in results) == ALL
    assert all(r.passed for r in results)
    assert "7 rows" in next(r for r in results if r.name == "headline figures").details[0]
