"""Words and regions weighed by the served model: sums stay, sides mirror, long texts cost no more than their units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import explain_factory
import prodcls.explain.corrected
import prodcls.preparation
from chain_factory import CLASSES, SCRIPTS, TEXT, fitted, make_subject, subjects
from explain_factory import asked, make_product
from prodcls.encoders import Item, Parts
from prodcls.explain.attribution import Attribution, Part
from prodcls.explain.chain import explain
from prodcls.explain.corrected import GAIN, _settled, _swapped, explain_corrected
from prodcls.explain.faithfulness import SHARES, part_key, ranking
from prodcls.explain.product import REST, Product
from prodcls.explain.subject import Split, Subject
from prodcls.explain.trial import UNITS, Trial
from prodcls.preparation import IMAGE_BLOCK, Recipe

__all__ = ["asked"]

MODEL = fitted()
RECIPE = Recipe(("title", "description"), ("one", "two"), None, "onnx", "set by --text-encoder")
NO_SHIFT = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
pairs = st.permutations(CLASSES).map(lambda found: (found[0], found[1]))


@pytest.fixture(autouse=True)
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Put the readers of pieces in place; gives how many texts each call of theirs reads."""
    seen: list[int] = []

    class Counted:
        def __init__(self, name: str) -> None:
            self.inner = next(encoder for encoder in TEXT if encoder.name == name)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def encode(self, items: Sequence[Item]) -> object:
            seen.append(len(items))
            return self.inner.encode(items)

    monkeypatch.setattr(prodcls.preparation, "text_encoder", lambda name, *_: Counted(name))
    return seen


def corrected(subject: Subject, a: str | None = None, b: str | None = None) -> Attribution:
    return explain_corrected(Product(MODEL, RECIPE, subject.inputs, None), subject, a, b)


def by_block(found: Attribution) -> dict[str, float]:
    return {b: sum(p.value for p in found.parts if p.block == b) for b in sorted({p.block for p in found.parts})}


def word_sizes(found: Attribution) -> float:
    values: dict[tuple[object, ...], float] = {}
    for part in found.parts:
        if part.kind == "word":
            values[part_key(part)] = values.get(part_key(part), 0.0) + part.value
    return sum(map(abs, values.values()))


@NO_SHIFT
@given(subjects, pairs)
def test_blocks_and_all_that_is_no_word_are_those_of_the_fast_account(subject: Subject, pair: tuple[str, str]) -> None:
    fast, found = explain(MODEL, subject, *pair), corrected(subject, *pair)
    assert found.method == "chain-corrected"
    assert by_block(found) == pytest.approx(by_block(fast), abs=1e-9)
    assert found.certificate is not None
    assert abs(found.certificate.residual) <= 1e-6
    assert found.margin == pytest.approx(fast.margin, abs=1e-9)

    def others(account: Attribution) -> dict[Part, float]:
        keep = [p for p in account.parts if p.kind != "word" and p.label != "together"]
        return {replace(p, value=0.0): p.value for p in keep}

    assert others(found) == pytest.approx(others(fast), abs=1e-9)
    assert {p.start for p in found.parts if p.kind == "word"} == {p.start for p in fast.parts if p.kind == "word"}


@NO_SHIFT
@given(subjects, pairs)
def test_no_word_is_blown_up(subject: Subject, pair: tuple[str, str]) -> None:
    fast, found = explain(MODEL, subject, *pair), corrected(subject, *pair)
    assert word_sizes(found) <= word_sizes(fast) + 1e-9


@NO_SHIFT
@given(subjects, pairs)
def test_the_other_side_is_the_same_account_with_its_signs_changed(subject: Subject, pair: tuple[str, str]) -> None:
    forth, back = corrected(subject, *pair), corrected(subject, *pair[::-1])
    assert forth.margin == -back.margin
    assert forth.parts == tuple(replace(part, value=-part.value) for part in back.parts)
    assert corrected(subject, *pair) == forth


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_has_an_account_against_all_others(text: str) -> None:
    found = corrected(make_subject(text, text), None, REST)
    assert sum(p.value for p in found.parts) == pytest.approx(found.margin, abs=1e-6)


def test_the_word_that_the_model_misses_most_comes_first() -> None:
    subject = make_subject("kettle new", "best gift offer sale")
    found = corrected(subject, "Kettle", REST)
    assert next(p.label for p in found.parts if p.kind == "word") == "kettle"


def test_a_long_text_costs_no_more_than_its_units(pieces: list[int]) -> None:
    subject = make_subject("kettle new " * 950)  # 10,450 characters, of which 1,200 are read
    found = corrected(subject, "Kettle", "Phone")
    lexical = [p for p in found.parts if p.kind == "word" and p.block == "lexical"]
    assert len(lexical) > UNITS
    assert sum(pieces) / len(TEXT) < 6 * UNITS
    assert sum(p.value for p in found.parts) == pytest.approx(found.margin, abs=1e-6)
    assert {p.value for p in found.parts if p.kind == "unread"} == {0.0}


class _Seen(explain_factory.Quarters):
    """Four regions whose vectors sum to the photo's."""

    linear = True

    def encode_parts(self, items: list[Item]) -> tuple[Parts, ...]:  # type: ignore[override]
        vectors = self.encode(items).vectors
        own = np.kron(np.eye(4), np.ones(3))
        return tuple(Parts(vector * own, vector, vector, None, (2, 2), linear=True) for vector in vectors)


@pytest.mark.usefixtures("asked")
def test_the_region_that_tells_the_class_comes_first_and_the_photo_keeps_its_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prodcls.preparation, "image_encoder", lambda *_: _Seen())
    product = make_product("new", "")
    assert product.photo is not None
    split = Split((_Seen(),), _Seen().encode_parts([product.photo]))
    subject = Subject(product.inputs, {IMAGE_BLOCK: split}, (224, 224))
    fast = explain(product.model, subject, explain_factory.CLASSES[0], REST)
    found = explain_corrected(product, subject, explain_factory.CLASSES[0], REST)
    regions = [p for p in found.parts if p.kind == "region"]
    assert regions[0].label == "2, 2"
    assert regions[0].value > 0
    assert by_block(found) == pytest.approx(by_block(fast), abs=1e-9)


@dataclass(frozen=True)
class _Game:
    """Stands in for the model: what a set of units brings is drawn at random, so that single units say little."""

    n: int
    seed: int

    @property
    def units(self) -> SimpleNamespace:
        return SimpleNamespace(count=self.n)

    def log_odds(self, kept: NDArray[np.bool_], *, whole: bool) -> NDArray[np.float64]:
        rng = np.random.default_rng(self.seed)
        alone, pairs = rng.normal(size=self.n), rng.normal(size=(self.n, self.n))
        return kept @ alone + np.einsum("ki,ij,kj->k", kept, pairs, kept) - float(whole)

    order = staticmethod(partial(ranking, seed=0))
    hold, tops, changes = Trial.hold, Trial.tops, Trial.changes


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 30), st.integers(0, 10_000))
def test_places_change_only_where_the_order_then_holds_better(n: int, seed: int) -> None:
    game = _Game(n, seed)
    weights = np.random.default_rng(seed + 1).normal(size=n)
    counts = sorted({int(np.ceil(share * n)) for share in SHARES})
    found = _settled(game, weights, counts)
    assert sorted(found) == sorted(weights)
    last_before, last_after = (game.hold(game.tops(w, counts))[-1] for w in (weights, found))
    assert last_after >= last_before
    again = _swapped(game, found, counts[-1], n)
    assert again is None or last_after > last_before + 2 * GAIN


def test_a_unit_in_the_wrong_place_is_found() -> None:
    class Told(_Game):
        def log_odds(self, kept: NDArray[np.bool_], *, whole: bool) -> NDArray[np.float64]:
            return np.where(kept[:, 7], 4.0, -4.0) + 0.01 * kept.sum(axis=1) - float(whole)

    weights = np.linspace(1.0, 0.1, 20)
    found = _settled(Told(20, 0), weights, [1, 2, 4, 10])
    assert int(np.argmax(found)) == 7


def test_a_word_of_which_no_block_says_anything_is_weighed_and_sums_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = make_subject("kettle new", "best gift offer sale")
    fast = explain(MODEL, subject, "Kettle", REST)
    parts = tuple(replace(p, kind="context", label="tail") if p.label == "kettle" else p for p in fast.parts)
    silenced = replace(fast, parts=parts)
    monkeypatch.setattr(prodcls.explain.corrected, "explain", lambda *_: silenced)
    found = corrected(subject, "Kettle", REST)
    first = next(p for p in found.parts if p.kind == "word")
    assert (first.label, first.block, first.column) == ("kettle", "title", "title")
    assert by_block(found) == pytest.approx(by_block(silenced), abs=1e-9)
