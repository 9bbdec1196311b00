"""Classes are added to a fitted bundle by the command, and everything that uses bundles tells of it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from prodcls.add_class import add_class
from prodcls.atomic import cache_root
from prodcls.bundle import Bundle, load_bundle
from prodcls.console import EXIT_UNMET, run
from prodcls.predict import predict
from prodcls.report import report
from prodcls.verify import verify
from prodcls.why import why

if TYPE_CHECKING:
    from prodcls.training import FitOutcome

TENTS = (
    "Two person dome tent with rain fly, waterproof, for camping",
    "Family camping tent, four person, aluminium poles, rain fly",
    "Lightweight trekking tent, one person, waterproof groundsheet",
    "Pop up beach tent with UV protection for camping",
)


@pytest.fixture(scope="module")
def files(fitted_demo: FitOutcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three tents to learn from, and a file of one more tent and of ten products of the demo."""
    del fitted_demo  # the demo is written for it
    folder = tmp_path_factory.mktemp("added")
    with (cache_root() / "demo" / "products.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    blank = dict.fromkeys(rows[0], "")
    tents = [blank | {"id": f"T{i}", "title": text, "category": "Tents"} for i, text in enumerate(TENTS)]
    for name, some in (("tents.csv", tents[:3]), ("new.csv", [tents[3], *rows[:10]])):
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(blank))
            writer.writeheader()
            writer.writerows(some)
    return folder


@pytest.fixture(scope="module")
def extended(fitted_demo: FitOutcome, files: Path) -> Path:
    out = files / "extended"
    call = [str(fitted_demo.bundle_path), str(files / "tents.csv"), "-o", str(out)]
    assert run(add_class, call, "prodcls") == 0
    return out


def test_a_new_bundle_knows_the_class_and_the_old_one_is_as_it_was(fitted_demo: FitOutcome, extended: Path) -> None:
    before, after = load_bundle(fitted_demo.bundle_path), load_bundle(extended)
    assert before.digest == fitted_demo.digest
    assert not before.added
    assert set(after.model.classes) - set(before.model.classes) == {"Tents"}
    (one,) = after.additions
    assert one.classes == {"Tents": 3}
    assert one.bundle == before.digest
    assert one.source.path == "tents.csv"
    assert len(after.products) == len(before.products) + 3
    assert after.report is None


def test_predictions_know_it_and_are_up_for_review(
    fitted_demo: FitOutcome, files: Path, extended: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scored = {}
    for name, bundle in (("before", fitted_demo.bundle_path), ("after", extended)):
        out = files / f"{name}.parquet"
        call = [str(bundle), str(files / "new.csv"), "-o", str(out), "--image-root", str(cache_root() / "demo")]
        assert run(predict, call, "prodcls") == 0
        scored[name] = pq.read_table(out).to_pylist()
    told = capsys.readouterr().out
    assert "never evaluated: 'Tents' from 3 example(s) of tents.csv" in told
    assert "1 rows marked for review: their class was added after the fit and never evaluated [added-class]" in told
    tent = scored["after"][0]
    assert (tent["predicted"], tent["review"]) == ("Tents", True)
    assert "added-class" in tent["reasons"]
    assert [row["predicted"] for row in scored["after"][1:]] == [row["predicted"] for row in scored["before"][1:]]


def test_accounts_are_exact_and_tell_of_it(files: Path, extended: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = [str(extended), "T3", "--catalogue", str(files / "new.csv"), "--no-counterfactuals"]
    assert run(why, [*call, "--json"], "prodcls") == 0
    found = json.loads(capsys.readouterr().out.splitlines()[0])
    assert found["predicted"] == "Tents"
    assert abs(found["certificate"]["residual"]) <= 1e-6
    # An old product is held against the new class as exactly.
    assert run(why, [str(extended), "D0001", "--versus", "Tents", "--no-counterfactuals", "--json"], "prodcls") == 0
    assert abs(json.loads(capsys.readouterr().out.splitlines()[0])["certificate"]["residual"]) <= 1e-6
    assert run(why, call, "prodcls") == 0
    assert "The class Tents was added after the fit" in " ".join(capsys.readouterr().out.split())


def test_what_is_verified_says_that_it_was_not_evaluated(extended: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(verify, [str(extended)], "prodcls") == 0
    told = capsys.readouterr().out
    assert "never evaluated: 'Tents' from 3 example(s) of tents.csv" in told
    assert run(report, [str(extended)], "prodcls") == 2
    assert "whose report holds for them; fit again for one of all classes [bundle-report]" in capsys.readouterr().err


def test_a_report_beside_it_is_not_its_own(
    fitted_demo: FitOutcome, extended: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(extended, tmp_path / "bundle")
    shutil.copy(fitted_demo.report_path, tmp_path)
    assert run(verify, [str(tmp_path)], "prodcls") == EXIT_UNMET
    assert "is of another bundle" in capsys.readouterr().out


def test_old_products_are_scored_as_before(fitted_demo: FitOutcome, extended: Path) -> None:
    from prodcls.bundle_extension import kept_inputs
    from prodcls.head import EvidenceHead

    before, after = load_bundle(fitted_demo.bundle_path), load_bundle(extended)

    def channels(bundle: Bundle) -> tuple[np.ndarray, list[int]]:
        head = bundle.model.head
        assert isinstance(head, EvidenceHead)
        rows = np.arange(len(before.products))
        inputs = kept_inputs(bundle.products, bundle.known, head.evidence, rows)
        places = [i for i, c in enumerate(head.evidence.channels) if c.kind != "neighbours"]
        return head.evidence.scores(inputs)[:, :, places], places

    old, new = channels(before)[0], channels(after)[0]
    shared = [after.model.classes.index(name) for name in before.model.classes]
    np.testing.assert_allclose(new[:, shared], old, rtol=0, atol=2e-6)
