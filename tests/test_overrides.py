"""The file of decisions only grows, loses nothing, and says which line is damaged."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.errors import InputError
from prodcls.overrides import Override, append_overrides, read_overrides, standing
from review_factory import make_override

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(TEXTS, TEXTS, TEXTS, st.floats(0, 1), st.booleans())
def test_any_decision_comes_back(
    tmp_path_factory: pytest.TempPathFactory, product: str, decision: str, reason: str, p: float, new: bool
) -> None:
    path = tmp_path_factory.mktemp("overrides") / "o.jsonl"
    given_ = make_override(id=product, decision=decision, reason=reason, probability=p, new_class=new, members=None)
    assert append_overrides(path, [given_]) == 1
    assert read_overrides(path).records == (given_,)


def test_adding_keeps_what_is_there_and_adds_nothing_twice(tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    first = [make_override(i) for i in range(3)]
    assert append_overrides(path, first) == 3
    before = path.read_bytes()
    assert append_overrides(path, [*first, make_override(1, when="2026-11-24"), make_override(7)]) == 2
    assert path.read_bytes().startswith(before)
    assert append_overrides(path, [make_override(7), make_override(7, scored="6" * 64)]) == 0
    assert len(read_overrides(path).records) == 5


def test_the_last_decision_stands_whatever_the_order_of_the_file() -> None:
    made = [
        make_override(decision="a", when="2026-11-22"),
        make_override(decision="b", when="2026-11-23T09:00:00+08:00"),
        make_override(decision="c", when="2026-11-23T02:00:00Z"),
    ]
    for records in permutations(made):
        assert {o.decision for o in standing(records).values()} == {"c"}
    same = [make_override(decision=name, when="2026-11-22") for name in "ab"]
    assert standing(same)["SKU-1"].decision == "b"
    assert list(standing([make_override(2), make_override(1), make_override(2, when="2026-11-24")])) == [
        "SKU-2",
        "SKU-1",
    ]


def _add(path: Path, worker: int) -> None:
    for i in range(10):
        append_overrides(path, [make_override(100 * worker + i)])


def test_four_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add, args=(path, worker)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len({o.id for o in read_overrides(path).records}) == 40


def broken(change: dict[str, object]) -> bytes:
    return (json.dumps(json.loads(good()) | change) + "\n").encode()


def good() -> bytes:
    return (json.dumps({"version": 1} | dataclasses.asdict(make_override())) + "\n").encode()


@pytest.mark.parametrize(
    "line",
    [
        b"{}\n",
        b"[]\n",
        b"\n",
        b"\xff\n",
        b"[" * 100_000 + b"\n",
        good()[:-1],
        good()[:-20],
        broken({"version": 2}),
        broken({"who": ""}),
        broken({"who": 7}),
        broken({"row": True}),
        broken({"probability": None}),
        broken({"probability": float("nan")}),
        broken({"when": "soon"}),
        broken({"members": [1]}),
        broken({"more": 1}),
    ],
)
def test_a_damaged_line_is_named(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    path.write_bytes(good() + line)
    for call in (lambda: read_overrides(path), lambda: append_overrides(path, [make_override(9)])):
        with pytest.raises(InputError) as caught:
            call()
        assert caught.value.code == "overrides-damaged"
        assert "line 2" in str(caught.value)
    assert path.read_bytes() == good() + line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_overrides(tmp_path / "none.jsonl")
    assert caught.value.code == "overrides-unreadable"


def test_agreeing_is_choosing_what_the_model_said() -> None:
    found: list[Override] = [make_override(), make_override(decision="Kettle")]
    assert [o.agrees for o in found] == [False, True]
