"""Each fold is judged with an encoder that learned from the others alone; the rest of a fit goes on as ever."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from prodcls.bundle import load_bundle
from prodcls.bundle_checks import check_recipe
from prodcls.bundle_opening import check_encoders
from prodcls.config import FitConfig
from prodcls.encoders.adapter import Adapter
from prodcls.errors import BundleError, InputError
from prodcls.gathering import gather
from prodcls.material import Material
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, answer
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.training import FitOutcome, fit_catalogue
from prodcls.tuning import tuned
from synthetic import write_csv
from tuning_factory import N, catalogue, tuned_config


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FitConfig:
    return tuned_config(tmp_path, monkeypatch)


def learned(config: FitConfig) -> Material:
    return tuned(config, gather(config, SilentProgress()), SilentProgress())


def digests(material: Material) -> list[str]:
    return [material.recipe_of(k).adapters[0].digest for k in (0, 1, 2)]


def test_nothing_is_learned_without_the_option(config: FitConfig) -> None:
    plain = gather(config, SilentProgress())
    assert tuned(replace(config, tune=None), plain, SilentProgress()) is plain


def test_each_fold_has_an_adapter_of_its_own_and_the_model_for_use_has_another(config: FitConfig) -> None:
    plain, material = gather(config, SilentProgress()), learned(config)
    names = [*digests(material), material.recipe.adapters[0].digest]
    assert len(set(names)) == 4
    np.testing.assert_array_equal(
        material.unlearned.dense["title"].vectors, plain.problem.inputs.dense["title"].vectors
    )
    for k, name in enumerate(names):
        block = (material.problem.seen(k) if k < 3 else material.problem.inputs).dense["note"]
        assert name[:12] in block.encoder
        np.testing.assert_array_equal(block.present, plain.problem.inputs.dense["note"].present)
    assert digests(learned(replace(config, threads=1))) == names[:3]
    assert material.lessons == N + sum(bool(row["note"]) for row in catalogue())


def test_no_adapter_learns_anything_of_the_products_that_it_is_tested_on(config: FitConfig) -> None:
    plain = gather(config, SilentProgress())
    labels = plain.problem.labels.copy()
    mine = plain.problem.fold == 1
    labels[mine] = (labels[mine] + 1) % 3
    texts = {
        name: tuple("red lid" if m else cell for m, cell in zip(mine, cells, strict=True))
        for name, cells in plain.problem.inputs.texts.items()
    }
    problem = replace(plain.problem, labels=labels, inputs=replace(plain.problem.inputs, texts=texts))
    material = tuned(config, plain, SilentProgress())
    other = tuned(config, replace(plain, problem=problem), SilentProgress())
    before, after = digests(material), digests(other)
    assert before[1] == after[1]
    assert before[0] != after[0]
    assert before[2] != after[2]
    assert material.recipe.adapters != other.recipe.adapters


def test_with_a_catalogue_for_testing_one_adapter_is_tested_and_used(config: FitConfig, tmp_path: Path) -> None:
    material = learned(replace(config, test=write_csv(tmp_path / "test.csv", catalogue(1))))
    assert material.recipes == {}
    assert material.recipe_of(0) is material.recipe
    assert material.problem.seen(0) is material.problem.inputs
    alone = learned(config)
    assert material.recipe.adapters == alone.recipe.adapters


@pytest.fixture
def outcome(config: FitConfig) -> FitOutcome:
    return fit_catalogue(config, SilentProgress())


def test_a_fit_tells_of_it_and_everything_else_reads_the_tuned_bundle(
    config: FitConfig, outcome: FitOutcome, tmp_path: Path
) -> None:
    found = outcome.report.tuning
    assert found is not None
    assert (found.maps, found.numbers) == (2, 2 * 2 * 8 * 32)
    assert found.accuracy.value == pytest.approx(found.tuned.accuracy.value - found.frozen.accuracy.value)
    assert found.tuned.accuracy == outcome.report.evaluation.accuracy
    assert any(line.startswith("--tune lora: small-bert") for line in outcome.summary_lines)
    assert "--tune lora" in outcome.report_path.read_text(encoding="utf-8")
    assert outcome.report.trust is not None
    assert outcome.report.trust.max_residual < 1e-6
    assert outcome.report.robustness is not None
    assert "lora" in outcome.report.lineage.encoders["title"]

    bundle = load_bundle(outcome.bundle_path)
    assert len(bundle.recipe.adapters) == 1
    checked = check_encoders(bundle, outcome.bundle_path).encoders
    assert checked is not None
    assert checked.largest < 1e-6
    scored = tmp_path / "scored.parquet"
    assert config.catalogue is not None
    predict_catalogue(outcome.bundle_path, config.catalogue, scored, PredictOptions(), progress=SilentProgress())
    told = {row["id"]: row for row in pq.read_table(scored).to_pylist()}
    case = answer(outcome.bundle_path, Question("p07", evaluations=20), SilentProgress())
    account = case.attributions[0]
    assert account.probability == pytest.approx(told["p07"]["probability"], abs=1e-6)
    assert account.predicted == told["p07"]["predicted"]
    again = fit_catalogue(replace(config, threads=1), SilentProgress())
    assert again.digest == outcome.digest


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"head": "flat"}, "needs --head evidence"),
        ({"augment": 10}, "--augment"),
        ({"precision": "bf16", "runtime": "openvino"}, "needs --precision f32"),
        ({"tune": "full"}, "'full' is none of lora"),
    ],
)
def test_what_it_does_not_go_together_with_is_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        FitConfig(**{"tune": "lora", **options})
    assert caught.value.code == "option-invalid"


def test_the_option_is_written_and_read() -> None:
    config = FitConfig(tune="lora")
    assert FitConfig.from_json(config.to_json()) == config
    without = json.loads(config.to_json())
    del without["tune"]
    assert FitConfig.from_json(json.dumps(without)).tune is None


def test_a_fit_whose_encoders_cannot_learn_says_which_can(config: FitConfig) -> None:
    for encoders, text in ((("use-pooled",), ("title",)), (None, ())):
        changed = replace(config, text_encoder=encoders, text=text)
        with pytest.raises(InputError, match="minilm") as caught:
            fit_catalogue(changed, SilentProgress())
        assert caught.value.code == "encoder-unusable"


def test_adapters_that_do_not_fit_their_recipe_are_refused(outcome: FitOutcome) -> None:
    recipe = load_bundle(outcome.bundle_path).recipe
    adapter = recipe.adapters[0]
    check_recipe(recipe)
    name = next(iter(adapter.down))
    without = {k: v for k, v in adapter.up.items() if k != name}
    bad = [
        (adapter, adapter),
        (replace(adapter, encoder="minilm"),),
        (replace(adapter, down={}, up={}),),
        (replace(adapter, up=without),),
        (replace(adapter, up={**adapter.up, name: adapter.up[name][:, 1:]}),),
        (replace(adapter, up={**adapter.up, name: np.full_like(adapter.up[name], np.nan)}),),
        (replace(adapter, down={**adapter.down, name: adapter.down[name][0]}),),
    ]
    for adapters in bad:
        with pytest.raises(BundleError) as caught:
            check_recipe(replace(recipe, adapters=adapters))
        assert caught.value.code == "bundle-content"
    assert isinstance(adapter, Adapter)
