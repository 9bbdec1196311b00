"""A column of sounds from the fit to the service: it decides where nothing else can, and is accounted for exactly."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path

import numpy as np
import pytest

from prodcls.audit_json import from_json
from prodcls.bundle import Bundle, load_bundle
from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.explain.attribution import TOLERANCE, Attribution
from prodcls.lookup import product_from_cells
from prodcls.new_products import Reading
from prodcls.preparation import AUDIO_BLOCK, open_readers
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, answer
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.service.engine import Decision, Engine
from prodcls.service.products import NewProduct
from prodcls.service.settings import ServiceSettings
from prodcls.service.vectors import VectorCache
from prodcls.service.wire import ProductIn, product_from
from prodcls.sounds import wav_bytes
from prodcls.training import FitOutcome, fit_catalogue

RATE, HERTZ = 8_000, {"Bells": 1800.0, "Horns": 400.0, "Drums": 120.0}


def sound(kind: str, rng: np.random.Generator, *, seconds: float = 1.0) -> bytes:
    time = np.arange(round(seconds * RATE)) / RATE
    samples = np.sin(2.0 * np.pi * HERTZ[kind] * float(rng.uniform(0.9, 1.1)) * time)
    return wav_bytes(0.3 * samples + 0.05 * rng.normal(size=len(time)), RATE)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> FitOutcome:
    folder, rng = tmp_path_factory.mktemp("sounds"), np.random.default_rng(0)
    rows = []
    for i in range(54):
        kind = list(HERTZ)[i % 3]
        (folder / f"{i}.wav").write_bytes(sound(kind, rng) if i != 7 else b"RIFF no sound")
        cell = "" if i == 8 else f"{i}.wav"
        rows.append({"id": f"s{i:02d}", "price": f"{rng.uniform(1, 9):.2f}", "recording": cell, "category": kind})
    with (folder / "things.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    config = FitConfig(
        catalogue=folder / "things.csv",
        out=folder / "out",
        audio="recording",
        cache_dir=folder / "cache",
        folds=3,
        baselines=False,
        witnesses=1,
        robustness=6,
        dossiers=3,
    )
    return fit_catalogue(config, SilentProgress())


@pytest.fixture(scope="module")
def bundle(fitted: FitOutcome) -> Bundle:
    return load_bundle(fitted.bundle_path)


@pytest.fixture
def engine(bundle: Bundle) -> Engine:
    return Engine(bundle, VectorCache(1 << 20), ServiceSettings())


def segments(account: Attribution) -> list[float]:
    return [part.value for part in account.parts if part.kind == "segment"]


def exact(account: Attribution) -> bool:
    return account.certificate is not None and abs(account.certificate.residual) <= TOLERANCE


def test_a_fit_learns_from_sounds_alone_and_tells_of_those_that_it_could_not_read(fitted: FitOutcome) -> None:
    report = from_json((fitted.report_path.parent / "audit.json").read_text(encoding="utf-8"))
    assert report.evaluation.accuracy.value > 0.9
    (column,) = (one for one in report.data.columns if one.column == "recording")
    assert (column.role, column.missing) == ("audio", 2)
    dossiers = [one.account for one in report.dossiers if one.account is not None]
    assert any(segments(account) for account in dossiers)
    assert all(exact(account) for account in dossiers)


def test_an_account_names_the_seconds_that_decide(bundle: Bundle, fitted: FitOutcome, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    silence = np.zeros(RATE)
    horn = np.frombuffer(sound("Horns", rng, seconds=1.0)[44:], "<i2") / 2**15
    (tmp_path / "late.wav").write_bytes(wav_bytes(np.concatenate([silence, horn]), RATE))
    found = answer(fitted.bundle_path, Question(audio=tmp_path / "late.wav", counterfactuals=False), SilentProgress())
    assert found.main.predicted == "Horns"
    assert exact(found.main)
    by_time = {part.label: part.value for part in found.main.parts if part.kind == "segment"}
    assert sum(by_time.values()) > 0
    late = sum(value for label, value in by_time.items() if float(label.split("\u2013")[0]) >= 1.0)
    assert late > sum(by_time.values()) - late
    assert product_from_cells(bundle, {}, open_readers(bundle.recipe), audio=tmp_path / "late.wav").sound is not None


def test_a_training_sound_is_read_again_only_where_it_is_the_same_file(
    bundle: Bundle, fitted: FitOutcome, tmp_path: Path
) -> None:
    folder = fitted.bundle_path.parents[1]
    near = answer(fitted.bundle_path, Question("s03", reading=Reading(folder), counterfactuals=False), SilentProgress())
    away = answer(
        fitted.bundle_path, Question("s03", reading=Reading(tmp_path), counterfactuals=False), SilentProgress()
    )
    assert segments(near.main)
    assert not segments(away.main)
    assert "note.sound" in {note.key for note in away.notes}
    assert away.main.margin == pytest.approx(near.main.margin, abs=1e-6)
    assert exact(near.main)
    assert exact(away.main)


def test_predictions_and_their_accounts_are_those_of_single_questions(fitted: FitOutcome, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    names = []
    for i, kind in enumerate([*HERTZ, "Bells"]):
        (tmp_path / f"{i}.wav").write_bytes(sound(kind, rng) if i < 3 else b"broken")
        names.append(f"n{i},5.00,{i}.wav\n")
    (tmp_path / "new.csv").write_text("id,price,recording\n" + "".join(names), encoding="utf-8")
    options = PredictOptions(batch_size=2, top_k=3, explain="top-words")
    predict_catalogue(
        fitted.bundle_path, tmp_path / "new.csv", tmp_path / "out.csv", options, progress=SilentProgress()
    )
    with (tmp_path / "out.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["predicted"] for row in rows[:3]] == list(HERTZ)
    single = answer(
        fitted.bundle_path,
        Question("n1", catalogue=tmp_path / "new.csv", counterfactuals=False),
        SilentProgress(),
    )
    assert float(rows[1]["probability"]) == pytest.approx(single.main.probability, abs=1e-6)


def test_the_service_takes_a_sound_in_base64_and_opens_none_by_name(engine: Engine) -> None:
    data = sound("Drums", np.random.default_rng(3))
    given = ProductIn(id="a", audio=base64.b64encode(data).decode())
    (found, named, broken) = engine.classify(
        [product_from(given, {}), NewProduct("b", {"recording": "0.wav"}), NewProduct("c", {}, sound=b"no sound")], 3
    )
    assert isinstance(found, Decision)
    assert found.classes[0][0] == "Drums"
    assert isinstance(named, InputError)
    assert named.code == "sound-by-name"
    assert isinstance(broken, Decision)
    assert [one.code for one in broken.told] == ["sound-format"]


def test_the_bundle_names_the_encoder_and_the_files(bundle: Bundle) -> None:
    assert bundle.recipe.audio_encoder == "log-mel"
    assert bundle.products.sounds is not None
    assert [one is None for one in bundle.products.sounds].count(True) == 2
    assert bundle.products.present[AUDIO_BLOCK].sum() == 52
    assert json.loads(bundle.options.to_json())["audio"] == "recording"
