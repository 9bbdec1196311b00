"""A refit makes the model that a whole fit makes, keeps what only an evaluation tells, and says that there was none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from prodcls.adding import WrittenBundle
from prodcls.bundle import Bundle, load_bundle
from prodcls.bundle_codec import Leaves, pack
from prodcls.bundle_files import PROBES
from prodcls.bundle_refitted import REFITTED, Refit, no_report, refits_from, refits_told
from prodcls.config import FitConfig
from prodcls.conformal import SetRule
from prodcls.console import run
from prodcls.errors import BundleError, InputError
from prodcls.model import Model
from prodcls.new_products import Reading
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, answer
from prodcls.refit import refit
from prodcls.refitting import RefitOptions, refit_bundle
from prodcls.report import report
from prodcls.selective import Automation
from prodcls.stopping import StopRule
from prodcls.training import fit_catalogue
from prodcls.verify import verify
from synthetic import catalogue_rows, use_fake_encoders, write_csv
from tuning_factory import catalogue as tuned_catalogue
from tuning_factory import tuned_config

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = {"Kettles": 14, "Phones": 12, "Towels": 10}


@pytest.fixture(autouse=True)
def _fake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "tuned" not in request.node.name:
        use_fake_encoders(monkeypatch)


def config(folder: Path, rows: list[dict[str, str]], name: str) -> FitConfig:
    return FitConfig(
        catalogue=write_csv(folder / f"{name}.csv", rows), out=folder / name, folds=3, cache_dir=folder / "cache",
        dossiers=0, witnesses=0, robustness=0, baselines=False, threads=1,
    )  # fmt: skip


def changed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows with two changed, one gone and one more."""
    found = [dict(row) for row in rows]
    found[1]["title"] += " new edition"
    found[2]["price"] = "999"
    found[5] = dict(found[5]) | {"id": "another", "title": "one more " + found[5]["title"]}
    return found


@pytest.fixture
def fitted(tmp_path: Path) -> Path:
    return fit_catalogue(config(tmp_path, catalogue_rows(SIZES), "before"), SilentProgress()).bundle_path


def again(folder: Path, bundle: Path, rows: list[dict[str, str]], **options: object) -> WrittenBundle:
    path, out = write_csv(folder / "today.csv", rows), folder / f"again-{len(list(folder.iterdir()))}"
    return refit_bundle(bundle, path, out, RefitOptions(**options), progress=SilentProgress())


def model_bytes(bundle: Bundle) -> tuple[str, dict[str, bytes]]:
    leaves = Leaves()
    tree = pack(bundle.model, Model, leaves)
    return json.dumps([tree, leaves.strings, leaves.boosters]), {k: v.tobytes() for k, v in leaves.arrays.items()}


def test_the_model_is_that_of_a_whole_fit_to_the_last_bit(tmp_path: Path, fitted: Path) -> None:
    rows = changed(catalogue_rows(SIZES))
    whole = fit_catalogue(config(tmp_path, rows, "after"), SilentProgress()).bundle_path
    outcome = again(tmp_path, fitted, rows, threads=2)
    one, other, before = (load_bundle(path) for path in (whole, outcome.bundle_path, fitted))
    assert model_bytes(one) == model_bytes(other)
    assert model_bytes(one) != model_bytes(before)
    assert (whole / PROBES).read_bytes() == (outcome.bundle_path / PROBES).read_bytes()
    np.testing.assert_array_equal(one.leaves, other.leaves)
    assert one.products.ids == other.products.ids
    assert one.known == other.known
    assert again(tmp_path, fitted, rows, threads=1).digest == outcome.digest


def test_what_only_an_evaluation_tells_is_kept_and_products_that_changed_have_none(
    tmp_path: Path, fitted: Path
) -> None:
    rows = changed(catalogue_rows(SIZES))
    outcome, before = again(tmp_path, fitted, rows), load_bundle(fitted)
    after = load_bundle(outcome.bundle_path)
    for one, other, kind in (
        (after.sets, before.sets, SetRule | None),
        (after.automation, before.automation, Automation | None),
        (after.stopping, before.stopping, StopRule | None),
    ):
        kept, then = Leaves(), Leaves()
        assert pack(one, kind, kept) == pack(other, kind, then)
        assert {k: v.tobytes() for k, v in kept.arrays.items()} == {k: v.tobytes() for k, v in then.arrays.items()}
    assert after.report is None
    judged = dict(zip(after.products.ids, after.products.judged.classes, strict=True))
    earlier = dict(zip(before.products.ids, before.products.judged.classes, strict=True))
    without = {rows[1]["id"], rows[2]["id"], "another"}
    assert {name for name, found in judged.items() if found is None} == without
    assert {name: judged[name] for name in judged if name not in without} == {
        name: earlier[name] for name in judged if name not in without
    }
    chances = dict(zip(after.products.ids, after.products.judged.probabilities.tolist(), strict=True))
    assert {name for name, chance in chances.items() if np.isnan(chance)} == without
    (told,) = after.refits
    assert (told.same, told.changed, told.new, told.gone) == (33, 2, 1, 1)
    assert (told.bundle, told.source) == (before.digest, "today.csv")
    assert outcome.summary_lines[0] == "36 rows, 3 classes: 2 changed, 1 new, 1 gone"
    assert outcome.summary_lines[1] in {
        f"the model before, which has not seen them, puts {k} of 1 new products into their class" for k in (0, 1)
    }
    assert before.digest[:12] in outcome.summary_lines[2]


def test_a_refit_of_the_same_file_changes_no_product_and_a_second_one_remembers_the_first(
    tmp_path: Path, fitted: Path
) -> None:
    first = again(tmp_path, fitted, catalogue_rows(SIZES))
    assert load_bundle(first.bundle_path).refits[0].same == 36
    assert model_bytes(load_bundle(first.bundle_path)) == model_bytes(load_bundle(fitted))
    rows = changed(catalogue_rows(SIZES))
    for row in rows[10:14]:
        row["title"] += " again"
    second = again(tmp_path, first.bundle_path, rows)
    found = load_bundle(second.bundle_path)
    assert [one.changed for one in found.refits] == [0, 6]
    assert load_bundle(fitted).digest[:12] in second.summary_lines[2]
    assert second.summary_lines[3].startswith("7 products changed or came since the evaluation")


def test_commands_say_that_nothing_was_evaluated(
    tmp_path: Path, fitted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = write_csv(tmp_path / "today.csv", changed(catalogue_rows(SIZES)))
    out = tmp_path / "again"
    assert run(refit, [str(fitted), str(today), "-o", str(out), "--threads", "1"], "prodcls") == 0
    said = capsys.readouterr().out
    assert f"bundle: {out}, digest {load_bundle(out).digest}" in said
    assert run(verify, [str(out)], "prodcls") == 0
    told = capsys.readouterr().out
    assert "bundle model: fitted again on" in told
    assert load_bundle(fitted).digest in told
    assert run(report, [str(out)], "prodcls") == 2
    assert "[bundle-report]" in capsys.readouterr().err
    assert run(refit, [str(fitted), str(today), "-o", str(out)], "prodcls") == 2
    assert "[output-exists]" in capsys.readouterr().err
    assert answer(out, Question("another", evaluations=20), SilentProgress()).main.predicted in SIZES


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (lambda row: row | {"category": "Lamps"} if row["category"] == "Towels" else row, "refit-classes",
         "new: Lamps; gone: Towels"),
        (lambda row: {name: cell for name, cell in row.items() if name != "brand"}, "refit-columns", "brand"),
        (lambda row: row | {"category_path": f"All > {row['category']}"}, "refit-tree", "another tree"),
    ],
)  # fmt: skip
def test_a_catalogue_of_another_kind_is_refused_and_nothing_written(
    tmp_path: Path, fitted: Path, change: Callable[[dict[str, str]], dict[str, str]], code: str, told: str
) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if "cache" not in path.parts)
    with pytest.raises(InputError, match=told) as caught:
        again(tmp_path, fitted, [change(row) for row in catalogue_rows(SIZES)])
    assert caught.value.code == code
    after = sorted(path for path in tmp_path.rglob("*") if "cache" not in path.parts)
    assert [path.name for path in after if path not in before] == ["today.csv"]


def test_decisions_of_people_are_asked_for_again(tmp_path: Path, fitted: Path) -> None:
    bundle = load_bundle(fitted)
    options = replace(bundle.options, overrides=Path("decisions.jsonl"))
    from prodcls.refitting import _config

    with pytest.raises(InputError, match=r"decisions\.jsonl") as caught:
        _config(replace(bundle, options=options), fitted, tmp_path / "x.csv", tmp_path / "out", RefitOptions())
    assert caught.value.code == "refit-overrides"
    given = RefitOptions(Reading(image_root=tmp_path), overrides=tmp_path / "more.jsonl")
    made = _config(replace(bundle, options=options), fitted, tmp_path / "x.csv", tmp_path / "out", given)
    assert (made.overrides, made.image_root) == (tmp_path / "more.jsonl", tmp_path)


def test_a_tuned_bundle_keeps_its_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(tuned_config(tmp_path, monkeypatch), witnesses=0, robustness=0, dossiers=0)
    before = load_bundle(fit_catalogue(config, SilentProgress()).bundle_path)
    monkeypatch.setenv("PRODCLS_CACHE", str(tmp_path / "cache"))
    rows = tuned_catalogue()
    rows[0]["title"] += " red"
    after = load_bundle(again(tmp_path, tmp_path / "out" / "bundle", rows).bundle_path)
    assert after.recipe.adapters == before.recipe.adapters
    assert after.refits[0].changed == 1


def test_what_a_manifest_tells_is_looked_at() -> None:
    one = Refit("2026-01-02T03:04:05+00:00", "a" * 64, "today.csv", 3, 2, 1, 0)
    told = {REFITTED: pack((one,), tuple[Refit, ...], Leaves())}
    assert refits_from(told) == (one,)
    assert refits_from({}) == ()
    assert no_report((), ()) is None
    assert "a" * 64 in (no_report((), (one,)) or "")
    assert refits_told((one,))[0].startswith("fitted again on 2026-01-02")
    for bad in (
        {REFITTED: 3},
        {REFITTED: [{}]},
        {REFITTED: pack((replace(one, gone=-1),), tuple[Refit, ...], Leaves())},
    ):
        with pytest.raises(BundleError) as caught:
            refits_from(bad)
        assert caught.value.code == "bundle-content"
