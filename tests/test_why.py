"""``prodcls why`` from end to end: card, page and JSON say the same, and mistakes get one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from prodcls.alternatives import EVALUATIONS
from prodcls.console import run
from prodcls.explain.attribution import Attribution
from prodcls.explain.changes import Changes
from prodcls.explain.similar import SimilarProducts
from prodcls.why import why
from real_bundle import Real, real


@pytest.fixture(scope="module")
def given_bundle() -> Real:
    return real()


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    capsys.readouterr()
    code = run(why, [str(a) for a in arguments], "why")
    captured = capsys.readouterr()
    assert (code, captured.err) == (0, "")
    return captured.out


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    """Return the account of a product, its other views left out."""
    line, *_ = call(capsys, *arguments, "--json", "--no-counterfactuals").splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_the_card_fits_the_terminal(given_bundle: Real, capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, given_bundle.folder, "p001", "--image-root", given_bundle.catalogue.parent)
    assert all(cell_len(line) <= 80 for line in out.splitlines())
    assert "\x1b" not in out
    assert "This class  Phone" in out
    assert "Photo, region by region" in out


def test_the_json_is_the_contract(given_bundle: Real, capsys: pytest.CaptureFixture[str]) -> None:
    out = call(capsys, given_bundle.folder, "p001", "--versus", "Kettle", "--json")
    line, *views = out.splitlines()
    assert [json.loads(view)["view"] for view in views] == ["counterfactuals", "nearest"]
    assert Changes.from_json(views[0]).to_json() == views[0]
    assert SimilarProducts.from_json(views[1]).to_json() == views[1]
    found = json.loads(line)
    assert {"id", "predicted", "versus", "probability", "margin", "parts", "certificate", "method"} <= found.keys()
    assert (found["id"], found["predicted"], found["versus"], found["method"]) == ("p001", "Phone", "Kettle", "chain")
    assert found["certificate"].keys() == {"sum", "margin", "residual"}
    assert abs(sum(p["value"] for p in found["parts"]) - found["margin"]) <= 1e-6
    assert {p["kind"] for p in found["parts"]} <= {"word", "region", "column", "evidence", "context", "unread"}
    assert all({"block", "label", "value", "start", "end", "box", "column"} <= p.keys() for p in found["parts"])
    assert Attribution.from_json(line).to_json() == line


def test_page_and_card_come_from_one_call(
    given_bundle: Real, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "pages" / "why.html"
    out = call(
        capsys, given_bundle.folder, "p002", "--catalogue", given_bundle.catalogue, "--html", page, "--lang", "zh"
    )
    assert out.endswith(f"page: {page}\n")
    text = page.read_text(encoding="utf-8")
    assert '<html lang="zh' in text
    assert "冰箱" in text
    assert "<image" in text


def test_another_file_is_read_as_predict_reads_it(
    given_bundle: Real, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "neu.csv"
    path.write_bytes("id;title;price;brand;image\na;Wasserkocher für Tee;1.299;x;\n".encode("cp1252"))
    asked = (given_bundle.folder, "a", "--catalogue", path, "--encoding", "cp1252", "--delimiter", ";")
    out = call(capsys, *asked, "--number-format", "1.234,5", "--no-counterfactuals")
    assert "Not taken" not in out
    assert "für" in out
    assert "Not taken as it stands: price" in call(capsys, *asked, "--no-counterfactuals")


def test_a_product_is_described(given_bundle: Real, capsys: pytest.CaptureFixture[str]) -> None:
    photo = given_bundle.catalogue.parent / "photos" / "1.png"
    described = ("--title", "smart phone 5g", "--price", "60", "--brand", "x", "--image", photo)
    found = told(capsys, given_bundle.folder, *described, "--versus", "rest")
    assert (found["id"], found["predicted"], found["versus"]) == ("new", "Phone", "rest")
    by_cell = told(capsys, given_bundle.folder, "--cell", "title=smart phone 5g")
    assert {p["label"] for p in by_cell["parts"] if p["kind"] == "word"} == {"smart", "phone", "5g"}


def test_another_class_can_be_asked_about(given_bundle: Real, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, given_bundle.folder, "p001", "--class", "冰箱")
    assert (found["predicted"], found["versus"]) == ("冰箱", "Phone")
    assert found["margin"] < 0


def test_words_weighed_by_the_model_keep_the_sum(given_bundle: Real, capsys: pytest.CaptureFixture[str]) -> None:
    fast = told(capsys, given_bundle.folder, "p001")
    asked = [str(given_bundle.folder), "p001", "--method", "chain-corrected", "--json", "--no-counterfactuals"]
    assert run(why, asked, "why") == 0
    found = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (fast["method"], found["method"]) == ("chain", "chain-corrected")
    assert fast["margin"] == found["margin"]


def test_all_methods_give_a_line_each(given_bundle: Real, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(why, [str(given_bundle.folder), "p000", "--method", "all", "--json", "--no-counterfactuals"], "why") == 0
    *lines, nearest = capsys.readouterr().out.splitlines()
    methods = [json.loads(line)["method"] for line in lines]
    assert json.loads(nearest)["view"] == "nearest"
    assert methods == ["chain", "shap", "lime", "integrated-gradients", "attention"]


def test_what_is_not_about_the_margin_stands_beside_the_account_and_says_so(
    given_bundle: Real, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page, told = tmp_path / "why.html", "Not an explanation of the decision"
    asked = [str(given_bundle.folder), "p000", "--method", "attention", "--no-counterfactuals"]
    assert run(why, [*asked, "--html", str(page)], "why") == 0
    card = capsys.readouterr().out
    assert told in card
    assert all(cell_len(line) <= 80 for line in card.splitlines() if str(page) not in line)
    assert told in page.read_text(encoding="utf-8")
    assert run(why, [*asked, "--json"], "why") == 0
    account, attention, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert (account["method"], account["scope"]) == ("chain", None)
    assert told in attention["scope"]["note"]
    assert attention["certificate"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("p9",), "no product of the training catalogue has the id 'p9'"),
        (("P001",), "did you mean 'p001'"),
        (("p001", "--versus", "Phones"), "the nearest are 'Phone'"),
        (("p001", "--class", "Kettle", "--versus", "Kettle"), "both classes are 'Kettle'"),
        ((), "name a product of the catalogue, or describe one"),
        (("p001", "--title", "x"), "either name a product or describe one"),
        (("--cell", "title"), "is not of the form COLUMN=TEXT"),
        (("--cell", "colour=red"), "the model uses no column 'colour'; it uses title, price"),
        (("--description", "x"), "the model uses no description"),
        (("p001", "--method", "magic"), "is not one of"),
    ],
)
def test_mistakes_get_one_line(
    given_bundle: Real, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert run(why, [str(given_bundle.folder), *arguments], "why") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert message in captured.err


def test_the_budget_has_one_default_and_is_kept(given_bundle: Real, capsys: pytest.CaptureFixture[str]) -> None:
    [option] = [o for o in why.params if o.name == "evaluations"]
    assert option.default == EVALUATIONS
    _, line, _ = call(capsys, given_bundle.folder, "p001", "--json", "--evaluations", "5").splitlines()
    searches = Changes.from_json(line).searches
    assert [s.budget for s in searches] == [5] * len(searches)
    assert all(s.evaluations <= 5 for s in searches)


@pytest.mark.slow
def test_the_number_of_threads_changes_no_digit(given_bundle: Real) -> None:
    command = [sys.executable, "-m", "prodcls.why", str(given_bundle.folder), "p001", "--json"]
    outputs = set()
    for threads in ("1", "2"):
        environment = os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=environment, cwd=given_bundle.catalogue.parent
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
