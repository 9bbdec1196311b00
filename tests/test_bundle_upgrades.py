"""Bundles that older releases wrote are read, and say of new products what those releases said of them.

A bundle of every version lies in ``tests/bundles`` with what the code that wrote it predicted for ``new.csv``. They are
never written again: a change here is a change to what users have.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodcls.bundle import load_bundle
from prodcls.bundle_checks import TOLERANCE
from prodcls.bundle_codec import Leaves
from prodcls.bundle_files import FORMAT_VERSION
from prodcls.bundle_layout import MANIFEST, make_manifest, read_folder
from prodcls.bundle_opening import check_encoders
from prodcls.bundle_upgrades import STEPS, Content, upgraded
from prodcls.console import run
from prodcls.drifting import find_drift
from prodcls.errors import BundleError
from prodcls.head import EvidenceHead
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, answer
from prodcls.report import report
from prodcls.reviewing import Export, export_worklist
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.verification import locate, verify_place

BUNDLES = Path(__file__).parent / "bundles"
DIGESTS = {
    "v1/evidence": "c97a9b6c364683ae7fe2c7b12795c6acc6a6399d10fb29dc4e61a917b9639995",
    "v1/flat": "bedee7fe98f9e119588e2aae7812f859db41c10066ebf7307adc742b9e6a9456",
    "v2/evidence": "5a7d9a3a842368f4de1ac447ad514f6334a15be0858e089dcd716e89c121b773",
    "v3/evidence": "0ab7bc21c3fc616fb8fe74f4a05808de0e0b64cc50053fe2507c629d77aced69",
    "v4/evidence": "fb76b300dfd975c2c62ab845b8a0907099665c65d2db6c9697afa46456d393ff",
    "v5/evidence": "d0566846db5abe4656f144c44191bb067c35540cbf2d15a88261562734f00915",
    "v6/evidence": "2421edf33cef3437025a6badaf7d8ceb16e0dd0e976668ab6c1d12de18c1f75c",
    "v7/evidence": "e61ae4b74074b050345858e37417e1d6cfeafe440d2bc46fb2600d0d0dc1e6dc",
    "v8/evidence": "121939d5d6884febe9230d949aa4d08260deb8c65f88a1a778e2e04c0069e769",
}


def version_of(name: str) -> int:
    return int(name[1 : name.index("/")])


OLDER = [name for name in DIGESTS if version_of(name) < FORMAT_VERSION]


def scored(name: str, folder: Path) -> Path:
    out = folder / "new.parquet"
    predict_catalogue(
        BUNDLES / name, BUNDLES / "new.csv", out, PredictOptions(batch_size=64, top_k=3), progress=SilentProgress()
    )
    return out


def test_there_is_a_bundle_of_every_version_and_a_step_from_each_but_the_last() -> None:
    assert {version_of(name) for name in DIGESTS} == set(range(1, FORMAT_VERSION + 1))
    assert len(STEPS) == FORMAT_VERSION - 1
    assert {path.parent.relative_to(BUNDLES).as_posix() for path in BUNDLES.rglob(MANIFEST)} == set(DIGESTS)


@pytest.mark.parametrize("name", DIGESTS)
def test_a_bundle_is_the_one_that_was_written_and_tells_its_format(name: str) -> None:
    found = load_bundle(BUNDLES / name)
    assert found.digest == DIGESTS[name]
    assert found.findings.format_version == found.manifest.format_version == version_of(name)
    assert found.findings.scores <= TOLERANCE
    assert len(found.products) == 60
    assert found.options.clean is (version_of(name) >= 3)


@pytest.mark.parametrize("name", DIGESTS)
def test_new_products_get_the_probabilities_that_the_older_release_gave_them(name: str, tmp_path: Path) -> None:
    then = json.loads((BUNDLES / f"{name}.json").read_text(encoding="utf-8"))
    now = pq.read_table(scored(name, tmp_path)).to_pylist()
    assert len(then) == len(now) == 10
    for before, after in zip(then, now, strict=True):
        numbers = [key for key in before if key.startswith("probability_")]
        assert len(numbers) == 3
        np.testing.assert_allclose([after[k] for k in numbers], [before[k] for k in numbers], rtol=0, atol=1e-9)
        assert {k: after[k] for k in before if k not in numbers} == {k: before[k] for k in before if k not in numbers}


@pytest.mark.parametrize("name", DIGESTS)
def test_encoders_read_the_kept_texts_as_when_the_bundle_was_written(name: str) -> None:
    found = check_encoders(load_bundle(BUNDLES / name), BUNDLES / name).encoders
    assert found is not None
    assert found.texts == 5
    assert found.largest < 1e-5


@pytest.mark.parametrize("name", [name for name in OLDER if name.endswith("/evidence")])
def test_questions_about_a_product_are_answered(name: str) -> None:
    case = answer(BUNDLES / name, Question("p001", evaluations=20), SilentProgress())
    assert case.attributions[0].predicted == "Phones"
    assert case.similar is not None
    assert case.path is None
    assert (case.members is None) is (version_of(name) < 3)


@pytest.mark.parametrize("name", OLDER)
def test_drift_and_review_go_without_what_an_older_bundle_does_not_know(name: str, tmp_path: Path) -> None:
    found = find_drift(BUNDLES / name, BUNDLES / "new.csv", SilentProgress())
    assert found.bundle_sha256 == DIGESTS[name]
    lines = export_worklist(
        BUNDLES / name, scored(name, tmp_path), tmp_path / "list.csv", Export(everything=True), SilentProgress()
    )
    assert lines
    assert len((tmp_path / "list.csv").read_text(encoding="utf-8").splitlines()) == 11


@pytest.mark.parametrize("name", [name for name in OLDER if version_of(name) < 4])
def test_a_report_of_an_older_format_is_said_not_to_be_shown(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = shutil.copytree(BUNDLES / name, tmp_path / "bundle")
    assert run(report, [str(bundle)], "report") == 2
    assert "[bundle-report]" in capsys.readouterr().err
    results = {result.name: result for result in verify_place(locate(bundle))}
    assert f"of format {version_of(name)}" in results["bundle files"].details[0]
    assert [name for name, result in results.items() if result.passed] == list(results)[:3]
    assert "[bundle-report]" in results["bundle report"].details[0]


# --- what a step does, and does not ---------------------------------------------------------------------------------


def content(name: str) -> Content:
    return Content(json.loads((BUNDLES / name / "config.json").read_bytes()), Leaves(), {})


def test_a_step_changes_nothing_that_it_is_given() -> None:
    handed_in = content("v1/evidence")
    assert upgraded(handed_in, 1) != handed_in
    assert handed_in == content("v1/evidence")


def test_the_temperature_serves_products_of_any_doubt_and_nothing_unusual_is_known() -> None:
    config, leaves, measured = upgraded(content("v3/evidence"), 3)
    head = config["model"]["head"]["value"]
    temperature = content("v3/evidence").config["model"]["head"]["value"]["temperature"]
    assert head["calibration"] == {"sure": temperature, "unsure": temperature, "behind": 0.0}
    assert (head["balance"], head["usual"]["remote"], head["usual"]["far"]) == (0.0, None, {})
    assert measured["source"]["path"] == "shop.csv"
    assert sorted(leaves.arrays) == ["/model/head/usual/middle", "/model/head/usual/spread"]


@pytest.mark.parametrize("name", [name for name in OLDER if name.endswith("/evidence") and version_of(name) < 6])
def test_words_of_an_older_bundle_are_read_as_they_stand(name: str) -> None:
    head = load_bundle(BUNDLES / name).model.head
    assert isinstance(head, EvidenceHead)
    assert head.evidence.lexical is not None
    vocabulary = head.evidence.lexical.vocabulary
    assert (vocabulary.read("手機"), vocabulary.folded, vocabulary.least_known) == ("手機", False, 0.0)


@pytest.mark.parametrize("decimal", [None, ",", "."])
def test_a_declared_decimal_mark_becomes_a_number_format(decimal: str | None) -> None:
    found = content("v2/evidence")
    found.config["options"]["decimal"] = decimal
    options = upgraded(found, 2).config["options"]
    assert options["number_format"] == (None if decimal is None else [decimal])
    assert "decimal" not in options


JSON = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3) | st.just([]) | st.just({})


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_an_older_configuration_it_is_refused_or_harmless(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = data.draw(st.sampled_from(OLDER))
    files = dict(read_folder(BUNDLES / name).files)
    config = json.loads(files["config.json"])
    node: Any = config
    while True:
        key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        if not (isinstance(node[key], dict | list) and node[key] and data.draw(st.integers(0, 5))):
            break
        node = node[key]
    node[key] = data.draw(JSON)
    files["config.json"] = json.dumps(config).encode()
    folder = tmp_path_factory.mktemp("older")
    manifest = replace(make_manifest(files, "2024-05-01T12:00:00+00:00"), format_version=version_of(name))
    for file, written in {**files, MANIFEST: manifest.to_bytes()}.items():
        (folder / file).write_bytes(written)
    try:
        assert load_bundle(folder).findings.format_version == version_of(name)
    except BundleError as error:
        assert error.code in ("bundle-content", "bundle-canary", "bundle-booster")
    shutil.rmtree(folder)


@pytest.mark.parametrize("version", range(2, FORMAT_VERSION + 1))
def test_a_bundle_is_not_read_as_one_of_another_version(version: int, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BUNDLES / "v1" / "evidence", tmp_path / "bundle"))
    manifest = replace(read_folder(folder).manifest, format_version=version)
    (folder / MANIFEST).write_bytes(manifest.to_bytes())
    with pytest.raises(BundleError, match="bundle-content"):
        _ = load_bundle(folder).products
