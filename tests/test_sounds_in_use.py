"""A column of sounds from the fit to the service: it decides where nothing else can, and is accounted for exactly."""

from __future__ import annotations

import base64
import csv
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest

from prodcls.alternatives import find_changes
from prodcls.audit_json import from_json
from prodcls.bundle import Bundle, load_bundle
from prodcls.config import FitConfig
from prodcls.errors import InputError
from prodcls.explain.attribution import TOLERANCE, Attribution
from prodcls.explain.chain import explain
from prodcls.explain.corrected import explain_corrected
from prodcls.explain.faithfulness import part_key
from prodcls.explain.product import Product, score
from prodcls.explain.scorer import MaskScorer
from prodcls.explain.witnesses import witness
from prodcls.language import LANGUAGES, load_language
from prodcls.lookup import Found, product_from_cells
from prodcls.new_products import Reading
from prodcls.preparation import AUDIO_BLOCK, open_readers
from prodcls.progress import SilentProgress
from prodcls.reasons import Question, answer
from prodcls.render import render_why
from prodcls.scoring import PredictOptions, predict_catalogue
from prodcls.sections.changes import search_sentences
from prodcls.sections.heard import stretch_label
from prodcls.service.app import make_app
from prodcls.service.engine import Decision, Engine
from prodcls.service.holder import Holder
from prodcls.service.products import NewProduct
from prodcls.service.settings import ServiceSettings
from prodcls.service.vectors import VectorCache
from prodcls.service.wire import ProductIn, product_from
from prodcls.sound_segments import without, write_recording
from prodcls.sound_wav import read_wav, wav_bytes
from prodcls.sounds import Sound, read_sound
from prodcls.training import FitOutcome, fit_catalogue
from service_factory import ask_app, form

COPIED, COPY = 20, 41
"""Two products of one class under the same sound."""

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
        if i == COPY:
            (folder / cell).write_bytes((folder / f"{COPIED}.wav").read_bytes())
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


@pytest.fixture
def late(tmp_path: Path) -> Sound:
    """A second of silence and a second of horn."""
    horn = read_wav(sound("Horns", np.random.default_rng(1))).samples
    (tmp_path / "late.wav").write_bytes(wav_bytes(np.concatenate([np.zeros(RATE), horn]), RATE))
    return Sound(tmp_path / "late.wav")


def heard(bundle: Bundle, sound: Sound) -> Found:
    return product_from_cells(bundle, {}, open_readers(bundle.recipe), audio=sound.path)


def asked(bundle: Bundle, found: Found) -> Product:
    return Product(bundle.model, bundle.recipe, found.subject.inputs, found.photo, found.sound)


def test_a_segment_that_is_taken_out_was_never_there(bundle: Bundle, late: Sound, tmp_path: Path) -> None:
    found = heard(bundle, late)
    scorer = MaskScorer(asked(bundle, found))
    segments = scorer.positions("segment")
    assert [scorer.players[i].label for i in segments[[0, -1]]] == ["0\u20130.25 s", "1.75\u20132 s"]
    assert {part_key(scorer.players[i]) for i in segments} <= {
        part_key(part) for part in explain(bundle.model, found.subject).parts
    }
    kept = scorer.everything(3)
    kept[1, segments[:4]] = False
    kept[2, segments] = False
    masked = scorer.inputs(kept).dense[AUDIO_BLOCK]
    assert masked.vectors[0].tobytes() == found.subject.inputs.dense[AUDIO_BLOCK].vectors[0].tobytes()
    assert masked.present.tolist() == [True, True, False]
    shorter = write_recording(without(read_sound(late), [(0.0, 0.5)]), tmp_path / "horn.wav")
    alone = score(bundle.model, heard(bundle, shorter).subject.inputs, 0, None)
    silent = score(bundle.model, product_from_cells(bundle, {}, open_readers(bundle.recipe)).subject.inputs, 0, None)
    np.testing.assert_allclose(scorer.score(kept, 0, None).margin[1:], [alone.margin[0], silent.margin[0]], atol=1e-6)


@pytest.mark.parametrize("name", ["shap", "lime", "occlusion"])
def test_witnesses_hear_where_the_horn_sounds(name: str, bundle: Bundle, late: Sound) -> None:
    found = witness(name).explain(asked(bundle, heard(bundle, late)), "Horns", "rest")
    by_time = [p.value for p in sorted(found.parts, key=lambda p: p.box or ()) if p.kind == "segment"]
    assert len(by_time) == 8
    assert sum(by_time[4:]) > abs(sum(by_time[:4]))


def test_a_corrected_account_of_a_sound_is_as_exact(bundle: Bundle, late: Sound) -> None:
    found = heard(bundle, late)
    account = explain_corrected(asked(bundle, found), found.subject, "Horns", "rest")
    assert exact(account)
    assert len(segments(account)) == 8


def test_a_stretch_without_which_it_is_another_class(bundle: Bundle, tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    both = [read_wav(sound(kind, rng, seconds=seconds)).samples for kind, seconds in (("Horns", 1.0), ("Drums", 0.5))]
    mixed = Sound(tmp_path / "mixed.wav")
    mixed.path.write_bytes(wav_bytes(np.concatenate(both), RATE))
    found = heard(bundle, mixed)
    changes = find_changes(bundle, found, explain(bundle.model, found.subject))
    [search] = changes.searches
    assert (search.kind, search.players, search.unconfirmed) == ("stretch", 6, 0)
    assert search.change is not None
    gone = sorted(part.box or () for part in search.change.parts)
    assert all(one[2] == pytest.approx(other[0]) for one, other in itertools.pairwise(gone))
    cut = write_recording(without(read_sound(mixed), [(box[0], box[2]) for box in gone]), tmp_path / "cut.wav")
    [row] = bundle.model.probabilities(heard(bundle, cut).subject.inputs)
    assert bundle.model.classes[int(row.argmax())] == search.change.becomes != changes.predicted
    assert float(row.max()) == pytest.approx(search.change.probability, abs=1e-6)
    told = "".join(span.text for span in search_sentences(changes, search, load_language("en")))
    assert f"With {stretch_label(search.change.parts)} of the sound cut out it would be" in told


def test_the_audit_judges_segments_and_tells_what_a_spoilt_sound_costs(fitted: FitOutcome) -> None:
    report = from_json((fitted.report_path.parent / "audit.json").read_text(encoding="utf-8"))
    assert report.trust is not None
    assert (report.trust.judged, report.trust.products, report.trust.parts) == ("segment", 1, 4.0)
    assert {method.name for method in report.trust.methods} >= {"chain", "lime", "shap", "random"}
    assert report.robustness is not None
    harms = {harm.name: harm for harm in report.robustness.harms}
    assert {"no_sound", "halved", "noisy"} <= harms.keys()
    assert harms["no_sound"].after < harms["no_sound"].before
    page = fitted.report_path.read_text(encoding="utf-8")
    assert "segments of the sound" in page
    assert "Sound cut to its first half" in page


def test_products_under_one_sound_are_near_duplicates(fitted: FitOutcome, bundle: Bundle) -> None:
    report = from_json((fitted.report_path.parent / "audit.json").read_text(encoding="utf-8"))
    assert report.quality is not None
    found = {one.kind: one for one in report.quality.findings}
    pair = (f"s{COPIED}", f"s{COPY}")
    assert [one.ids for one in found["sound_same"].examples] == [pair]
    assert [one.ids for one in found["near_duplicate"].examples] == [pair]
    folder = fitted.bundle_path.parents[1]
    asked = Question(pair[0], reading=Reading(folder), counterfactuals=False)
    similar = answer(fitted.bundle_path, asked, SilentProgress()).similar
    assert similar is not None
    assert [p.id for space in similar.spaces for p in space.products if p.copy][:1] == [pair[1]]


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


def test_pages_draw_the_sound_over_time(bundle: Bundle, fitted: FitOutcome, late: Sound) -> None:
    found = answer(fitted.bundle_path, Question(audio=late.path, counterfactuals=False), SilentProgress())
    for lang in LANGUAGES:
        page = render_why(found, lang)
        assert 'class="r strip"' in page
        assert "1.75\u20132" in page
    dossiers = "".join(path.read_text(encoding="utf-8") for path in (fitted.report_path.parent / "products").glob("s*"))
    assert 'class="r strip"' in dossiers


def test_the_page_of_the_service_takes_a_sound_and_keeps_it(fitted: FitOutcome) -> None:
    holder = Holder(fitted.bundle_path, ServiceSettings(image_root=fitted.bundle_path.parents[1]))
    app, drum = make_app(holder), sound("Drums", np.random.default_rng(3))

    def tried(files: dict[str, bytes], **fields: str) -> str:
        body, headers = form(fields, files)
        found = ask_app(app, "POST", "/try", body, headers, lang="en")
        assert found.status == 200
        return found.text

    began = ask_app(app, "GET", "/try", origin="s03", lang="en").text
    assert 'name="sound"' in began
    assert 'name="keep_sound"' in began
    assert 'name="photo"' not in began

    def first(page: str) -> str:
        return re.findall(r'<li><bdi>([^<]*)</bdi> <span class="p">', page)[0]

    assert first(tried({"sound": drum})) == "Drums"
    kept, swapped = tried({}, origin="s03", keep_sound="1"), tried({"sound": drum}, origin="s03", keep_sound="1")
    assert first(kept) == "Bells"
    assert 'class="r strip"' in kept
    assert first(swapped) == "Drums"
    assert "Before the change" in swapped
    assert "not a sound in WAV, FLAC" in tried({"sound": b"RIFF no sound"})


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
