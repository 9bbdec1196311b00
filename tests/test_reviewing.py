"""From a scored file to a worklist and back, with a real bundle."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bundle_factory import contents, saved
from prodcls.errors import InputError
from prodcls.overrides import read_overrides
from prodcls.progress import SilentProgress
from prodcls.reviewing import Export, Import, Terms, export_worklist, import_decisions
from review_factory import fill, make_scored, write_scored

NOW = datetime(2026, 11, 24, tzinfo=UTC)
GOOD = ["Phone", "J.D.", "2026-11-24", "it rings"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("reviewing") / "bundle")


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    ids = contents().catalogue.ids[:4]
    rows = [make_scored(i, id=name, review=i != 3) for i, name in enumerate(ids, start=1)]
    return write_scored(tmp_path / "s.parquet", rows)


def exported(bundle: Path, scored: Path, **wanted: Any) -> list[list[str]]:
    out = scored.with_name("w.csv")
    export_worklist(bundle, scored, out, Export(**wanted), SilentProgress())
    return list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline="")))


def imported(bundle: Path, scored: Path, lines: list[list[str]], **options: Any) -> Import:
    exported(bundle, scored)
    text = scored.with_name("w.csv").read_bytes().decode()
    remaining = iter(lines)
    path = scored.with_name("filled.csv")
    path.write_text(fill(text, lambda _: next(remaining, [""] * 4)), encoding="utf-8", newline="")
    overrides = scored.with_name("o.jsonl")
    return import_decisions(bundle, scored, path, overrides, SilentProgress(), now=NOW, **options)


def test_the_worklist_says_what_the_catalogue_says(bundle: Path, scored: Path) -> None:
    catalogue = contents().catalogue
    lines = exported(bundle, scored, catalogue=Path(catalogue.source.path))
    assert [line[0] for line in lines[1:]] == [catalogue.ids[i] for i in (0, 1, 3)]
    assert [line[1] for line in lines[1:]] == [catalogue.texts["title"][i] for i in (0, 1, 3)]
    assert [len(exported(bundle, scored, **wanted)) - 1 for wanted in ({"everything": True}, {"limit": 2})] == [4, 2]


def test_a_page_shows_texts_and_photos(bundle: Path, scored: Path, tmp_path: Path) -> None:
    catalogue = contents().catalogue
    wanted = Export(catalogue=Path(catalogue.source.path), lang="zh")
    export_worklist(bundle, scored, tmp_path / "w.html", wanted, SilentProgress())
    text = (tmp_path / "w.html").read_text(encoding="utf-8")
    listed = [0, 1, 3]
    assert text.count('<li class="item') == len(listed)
    assert catalogue.photos is not None
    assert text.count("data:image/jpeg;base64,") == sum(catalogue.photos[i] is not None for i in listed) > 0
    assert all(catalogue.texts["title"][i] in text for i in listed)
    assert 'data-file="w.csv"' in text


def test_the_same_inputs_give_the_same_worklist(bundle: Path, scored: Path) -> None:
    exported(bundle, scored)
    first = scored.with_name("w.csv").read_bytes()
    exported(bundle, scored)
    assert scored.with_name("w.csv").read_bytes() == first


def test_decisions_are_recorded_once_and_then_left_out(bundle: Path, scored: Path) -> None:
    found = imported(bundle, scored, [GOOD, ["Kettle", *GOOD[1:]]])
    assert found.lines[0] == "2 decisions recorded; 1 of the 2 in the file agree with the model"
    assert found.lines[1] == "1 lines have no decision yet"
    again = imported(bundle, scored, [GOOD, ["Kettle", *GOOD[1:]]])
    assert again.lines[:2] == (
        "0 decisions recorded; 1 of the 2 in the file agree with the model",
        "2 were recorded before",
    )
    overrides = scored.with_name("o.jsonl")
    assert [o.decision for o in read_overrides(overrides).records] == ["Phone", "Kettle"]
    assert len(exported(bundle, scored, overrides=overrides)) == 2


def test_nothing_is_recorded_while_a_line_is_bad_unless_asked_for(bundle: Path, scored: Path) -> None:
    lines = [GOOD, ["Phone", "", "2026-11-24", "it rings"]]
    found = imported(bundle, scored, lines)
    assert [fault.code for fault in found.bad] == ["who-missing"]
    assert not scored.with_name("o.jsonl").exists()
    found = imported(bundle, scored, lines, terms=Terms(skip_bad=True))
    assert len(found.bad) == 1
    assert len(read_overrides(scored.with_name("o.jsonl")).records) == 1


def test_new_classes_must_be_allowed(bundle: Path, scored: Path) -> None:
    assert [f.code for f in imported(bundle, scored, [["Pan", *GOOD[1:]]]).bad] == ["decision-unknown"]
    imported(bundle, scored, [["Pan", *GOOD[1:]]], terms=Terms(allowed=("Pan",)))
    assert read_overrides(scored.with_name("o.jsonl")).records[0].new_class


def code_of(call: Any) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return caught.value.code


def test_what_does_not_belong_together_is_refused(bundle: Path, scored: Path, tmp_path: Path) -> None:
    other = saved(tmp_path / "other", "flat")
    exported(bundle, scored)
    worklist, overrides = scored.with_name("w.csv"), tmp_path / "o.jsonl"
    filled = tmp_path / "filled.csv"
    filled.write_text(fill(worklist.read_bytes().decode(), lambda _: GOOD), encoding="utf-8", newline="")
    progress = SilentProgress()
    assert code_of(lambda: import_decisions(other, scored, filled, overrides, progress)) == "worklist-other-bundle"
    rows = [make_scored(i, probability=0.7) for i in range(1, 5)]
    rescored = write_scored(tmp_path / "s2.parquet", rows)
    found = import_decisions(bundle, rescored, filled, overrides, progress, now=NOW)
    assert {fault.code for fault in found.bad} == {"worklist-other-scored"}
    assert code_of(lambda: import_decisions(bundle, scored, worklist, overrides, progress)) == "decisions-none"
    assert code_of(lambda: import_decisions(bundle, scored, filled, scored, progress)) == "output-is-input"
    foreign = write_scored(tmp_path / "s3.parquet", [make_scored(predicted="Sofa")])
    export = lambda s, out, **wanted: export_worklist(bundle, s, out, Export(**wanted), progress)  # noqa: E731
    assert code_of(lambda: export(foreign, tmp_path / "x.csv")) == "scored-other-bundle"
    assert code_of(lambda: export(scored, tmp_path / "x.xlsx")) == "output-format"
    assert code_of(lambda: export(scored, bundle / "x.csv")) == "output-in-bundle"
    strange = write_scored(tmp_path / "s4.parquet", [make_scored(id="nobody")])
    catalogue = Path(contents().catalogue.source.path)
    assert code_of(lambda: export(strange, tmp_path / "x.csv", catalogue=catalogue)) == "catalogue-other"
    assert not overrides.exists()
    assert not (tmp_path / "x.csv").exists()
