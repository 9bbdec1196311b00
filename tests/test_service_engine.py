"""Products in, decisions and accounts out, asked of the engine itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from prodcls.decision_log import last_entries
from prodcls.errors import InputError
from prodcls.service.engine import Decision, Engine
from prodcls.service.products import NewProduct
from prodcls.service.settings import ServiceSettings
from prodcls.service.vectors import VectorCache
from real_bundle import real
from service_factory import served

KETTLE = NewProduct("a", {"title": "steel kettle 1.5 l", "price": "20"})


def test_one_bad_product_spoils_no_other() -> None:
    found = served().engine.classify([KETTLE, NewProduct("b", {"titel": "x"}), KETTLE], 2)
    assert isinstance(found[1], InputError)
    assert found[1].code == "column-unknown"
    assert found[0] == found[2]
    assert isinstance(found[0], Decision)
    assert [one.id for one in found if isinstance(one, Decision)] == ["a", "a"]


def test_classes_come_most_probable_first_and_as_many_as_asked_for() -> None:
    for top_k, given in ((1, 1), (2, 2), (100, len(real().bundle.model.classes))):
        (found,) = served().engine.classify([KETTLE], top_k)
        assert isinstance(found, Decision)
        probabilities = [probability for _, probability in found.classes]
        assert len(probabilities) == given
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) <= 1 + 1e-9


def test_decisions_are_logged_and_questions_are_not(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    engine = Engine(real().bundle, VectorCache(1 << 20), ServiceSettings(log=log))
    engine.warm_up()
    assert last_entries(log, 10) == []
    engine.classify([KETTLE, NewProduct("b", {"titel": "x"}), KETTLE], 1)
    engine.classify([KETTLE], 1, logged=False)
    engine.explain(KETTLE, engine.question(predicted=None, versus=None))
    assert len(last_entries(log, 10)) == 2


def test_a_training_product_is_explained_by_its_id() -> None:
    engine = served().engine
    case = engine.explain("p001", engine.question(predicted=None, versus="Kettle"))
    assert (case.main.id, case.main.versus) == ("p001", "Kettle")
    with pytest.raises(InputError) as caught:
        engine.explain("p999", engine.question(predicted=None, versus=None))
    assert caught.value.code == "product-unknown"


def test_a_question_stays_within_the_limits_of_the_service() -> None:
    engine = Engine(real().bundle, VectorCache(0), ServiceSettings(evaluations=7))
    asked = engine.question(predicted=None, versus=None, counterfactuals=True)
    assert (asked.evaluations, asked.counterfactuals) == (7, True)


def test_photos_are_there_until_the_batch_is_finished_and_gone_afterwards(tmp_path: Path) -> None:
    out = tmp_path / "photo.png"
    Image.new("RGB", (30, 20), (9, 90, 200)).save(out)
    engine = Engine(real().bundle, VectorCache(0), ServiceSettings(log=tmp_path / "log.sqlite"))
    seen = NewProduct("a", KETTLE.cells, out.read_bytes())
    first, second = engine.begin([seen, NewProduct("b", {"titel": "x"})]), engine.begin([seen])
    assert first.folder != second.folder
    assert [len(list(begun.folder.iterdir())) for begun in (first, second)] == [1, 1]
    (one, fault), (other,) = engine.finish(first, 2), engine.finish(second, 2)
    assert one == other
    assert isinstance(fault, InputError)
    assert [list(begun.folder.iterdir()) for begun in (first, second)] == [[], []]
    assert engine.begin([]).folder in (first.folder, second.folder)
    assert len(last_entries(tmp_path / "log.sqlite", 9)) == 2
