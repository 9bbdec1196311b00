"""``prodcls check``: the findings of a fit without one, on the terminal, as a page and as JSON, with an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from prodcls.check import SHARED, check
from prodcls.config import FitConfig
from prodcls.console import run
from prodcls.fit import fit
from synthetic import catalogue_rows, use_fake_encoders, write_csv


class Page(HTMLParser):
    """Collects elements, anchors and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids |= {value or "" for name, value in attrs if name == "id"}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}


@pytest.fixture(autouse=True)
def _encoders() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_fake_encoders(patch)
        yield


def clean_rows() -> list[dict[str, str]]:
    rows = catalogue_rows({"Kettles": 16, "Phones": 14})
    for row in rows:
        row["description"] = f"serial {row['id']}, made for {row['title'][::-1]} and {row['price'].replace('.', 'x')}"
    return rows


def checked(folder: Path, rows: list[dict[str, str]], *words: str) -> int:
    table = write_csv(folder / "shop <b>.csv", rows)
    return run(check, [str(table), "--cache-dir", str(folder / "cache"), *words], "check")


def test_nothing_that_must_be_mended_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, clean_rows()) == 0
    told = capsys.readouterr().out
    assert "All 30 rows" in told
    assert "must be mended" not in told.replace("To be mended", "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cache", "shop <b>.csv"]


def test_an_error_is_told_everywhere_and_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = clean_rows()
    first = rows[0]
    rows.append({**first, "id": "<i>twin", "category": "Phones" if first["category"] == "Kettles" else "Kettles"})
    page, data = tmp_path / "page.html", tmp_path / "found.json"
    assert checked(tmp_path, rows, "--html", str(page), "--json", str(data)) == 3
    told = capsys.readouterr().out
    assert "must be mended: The same product under different labels" in told
    assert told.splitlines()[-2:] == [f"page: {page}", f"json: {data}"]
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["title"] == "shop <b>.csv"
    worst = found["quality"]["findings"][0]
    assert (worst["kind"], worst["severity"], worst["count"]) == ("label_conflict", "error", 2)
    assert "<i>twin" in worst["examples"][0]["ids"]
    assert found["data"]["rows"] == 31

    parsed = Page(page.read_text(encoding="utf-8"))
    assert {"i", "b"} & parsed.tags == set()
    assert "finding-label-conflict" in parsed.ids
    assert all(link.removeprefix("#") in parsed.ids for link in parsed.links if link.startswith("#"))
    assert {link for link in parsed.links if not link.startswith("#")} == {"data:,"}


def test_the_same_file_gives_the_same_bytes_also_in_chinese(tmp_path: Path) -> None:
    outputs = []
    for number in range(2):
        page, data = tmp_path / f"{number}.html", tmp_path / f"{number}.json"
        checked(tmp_path, clean_rows(), "--html", str(page), "--json", str(data), "--lang", "zh")
        outputs.append((page.read_bytes(), data.read_bytes()))
    assert outputs[0] == outputs[1]
    assert "数据检查" in outputs[0][0].decode()


def test_input_at_fault_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, [{"title": "kettle", "price": "1"}]) == 2
    assert "--target" in capsys.readouterr().err


def test_the_options_of_reading_are_those_of_a_fit() -> None:
    names = {param.name for param in check.params}
    assert set(SHARED) < names
    assert set(SHARED) < {param.name for param in fit.params}
    assert names - set(SHARED) == {"html", "as_json"}
    assert {"out", "folds", "head", "baselines"} & names == set()
    assert FitConfig(catalogue=None).catalogue is None
