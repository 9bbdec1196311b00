"""The account in words, regions and columns: exact, the same from both sides, nothing spread in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain_factory import BENT, CLASSES, SCRIPTS, TEXT, fitted, make_subject, subjects
from prodcls.calibration import softmax
from prodcls.errors import AdditivityError, InputError
from prodcls.explain.attribution import Attribution, Part
from prodcls.explain.chain import explain, explain_many
from prodcls.explain.pieces import STABLE, Pieces, Places, carried
from prodcls.explain.product import REST
from prodcls.explain.segments import words
from prodcls.explain.subject import Subject
from prodcls.flat import FlatModel
from prodcls.head import EvidenceHead
from prodcls.model import Model
from prodcls.probes import Probe

MODEL = fitted()
FULL = make_subject("steel kettle 正品", "best gift", photo="Kettle2", price=60.0, brand="brand 1")
pairs = st.permutations(CLASSES).map(lambda found: (found[0], found[1]))


def served(model: Model, subject: Subject) -> np.ndarray:
    head = model.head
    assert isinstance(head, EvidenceHead)
    return softmax(head.margins(subject.inputs).total, temperature(model, subject))[0]


def temperature(model: Model, subject: Subject) -> float:
    assert isinstance(model.head, EvidenceHead)
    return float(model.head.calibration.temperatures(model.head.margins(subject.inputs).total)[0])


def total(parts: tuple[Part, ...], **wanted: str) -> float:
    return sum(p.value for p in parts if all(getattr(p, name) == value for name, value in wanted.items()))


@settings(deadline=None, max_examples=60)
@given(subjects, pairs)
def test_the_parts_sum_to_the_log_odds_as_served(subject: Subject, pair: tuple[str, str]) -> None:
    found = explain(MODEL, subject, *pair)
    p = served(MODEL, subject)
    a, b = map(CLASSES.index, pair)
    assert found.margin == pytest.approx(np.log(p[a]) - np.log(p[b]), abs=1e-9)
    assert sum(part.value for part in found.parts) == pytest.approx(found.margin, abs=1e-6)
    assert found.certificate is not None
    assert abs(found.certificate.residual) <= 1e-6
    assert (found.probability, found.versus_probability) == pytest.approx((p[a], p[b]))


@settings(deadline=None, max_examples=40)
@given(subjects, st.sampled_from(CLASSES))
def test_against_all_others_the_parts_sum_to_the_log_odds(subject: Subject, name: str) -> None:
    found = explain(MODEL, subject, name, REST)
    p = served(MODEL, subject)[CLASSES.index(name)]
    assert found.margin == pytest.approx(np.log(p) - np.log1p(-p), abs=1e-8)
    assert sum(part.value for part in found.parts) == pytest.approx(found.margin, abs=1e-6)
    assert found.versus_probability == pytest.approx(1 - p)


def test_a_traditional_text_is_told_as_written_and_counted_as_simplified() -> None:
    forms = [
        explain(MODEL, make_subject(text, "正品"), "冰箱", "Kettle") for text in ("雙門冰箱 best", "双门冰箱 best")
    ]
    words = [
        [(p.label, p.start, p.end, p.value) for p in form.parts if p.block == "lexical" and p.start is not None]
        for form in forms
    ]
    assert [label for label, *_ in words[0]][:2] == ["雙門", "冰箱"]
    assert [where for _, *where in words[0]] == [where for _, *where in words[1]]
    assert any(value for *_, value in words[0])


@settings(deadline=None, max_examples=40)
@given(subjects, pairs)
def test_from_the_other_side_every_part_changes_its_sign_alone(subject: Subject, pair: tuple[str, str]) -> None:
    forth, back = explain_many(MODEL, subject, [pair, pair[::-1]])
    values = {replace(p, value=0.0): p.value for p in back.parts}
    assert len(values) == len(back.parts) == len(forth.parts)
    for part in forth.parts:
        assert values[replace(part, value=0.0)] == pytest.approx(-part.value, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(subjects)
def test_words_are_whole_and_stand_where_they_are_said_to(subject: Subject) -> None:
    cells = {name: column[0] for name, column in subject.inputs.texts.items()}
    for part in explain(MODEL, subject).parts:
        if part.kind in ("word", "unread"):
            assert part.start is not None
            assert part.end is not None
            assert cells[part.column][part.start : part.end] == part.label
            assert (part.start, part.end) in {(w.start, w.end) for w in words(cells[part.column])}


@settings(deadline=None, max_examples=30)
@given(subjects, pairs)
def test_an_account_is_the_same_each_time_and_survives_json(subject: Subject, pair: tuple[str, str]) -> None:
    first, again = explain(MODEL, subject, *pair), explain(MODEL, subject, *pair)
    assert first == again
    assert Attribution.from_json(first.to_json()) == first
    sizes = [abs(p.value) for p in first.parts]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("text", SCRIPTS)
@pytest.mark.parametrize("other", [None, REST])
def test_every_script_has_an_account(text: str, other: str | None) -> None:
    found = explain(MODEL, make_subject(text, text * 2), None, other)
    assert {p.label for p in found.parts if p.kind == "word" and p.column == "title"} <= {
        text[w.start : w.end] for w in words(text)
    }


def test_a_word_gets_its_pieces_by_their_characters() -> None:
    # Pool alone: then a word's value is its pieces' vectors times the difference of weights, nothing else.
    model = fitted(boosted=False)
    head = model.head
    assert isinstance(head, EvidenceHead)
    text = "abcd ef"  # pieces: abc, "d e", f
    subject = make_subject(text)
    found = explain(model, subject, "Kettle", "Phone")
    probe = head.evidence.dense["title"].probe
    weights = probe.weights[:, 1].astype(float) - probe.weights[:, 2]
    rate = head.pool.weights[0] / temperature(model, subject) / np.sqrt(2)
    pieces, at = np.zeros(5), 0
    for encoder, parts in zip(TEXT, subject.splits["title"].parts, strict=True):
        own = weights[at : at + encoder.dimension]
        pieces += parts.vectors @ own / np.linalg.norm(parts.vector)
        at += encoder.dimension
    values = {p.label: p.value for p in found.parts if p.block == "title"}
    assert values["abcd"] == pytest.approx(rate * (pieces[1] + pieces[2] / 2), rel=1e-6)
    assert values["ef"] == pytest.approx(rate * (pieces[2] / 2 + pieces[3]), rel=1e-6)
    assert values["marks"] == pytest.approx(rate * (pieces[0] + pieces[4]), rel=1e-6)
    intercept = float(probe.intercept[1]) - float(probe.intercept[2])
    assert values["intercept"] == pytest.approx(rate * np.sqrt(2) * intercept, abs=1e-6)


def test_words_of_the_vocabulary_get_what_they_alone_add() -> None:
    model = fitted(boosted=False)
    head = model.head
    assert isinstance(head, EvidenceHead)
    assert head.evidence.lexical is not None
    subject = make_subject("kettle kettle xyz", "phone")
    found = explain(model, subject, "Kettle", "Phone")
    lexical = [p for p in found.parts if p.block == "lexical" and p.kind == "word"]
    assert Counter((p.column, p.label) for p in lexical) == {("title", "kettle"): 2, ("description", "phone"): 1}
    first, second = (p.value for p in lexical if p.label == "kettle")
    assert first == pytest.approx(second)
    vector = head.evidence.lexical.vocabulary.vectors(["kettle kettle xyz\nphone"])
    probe = head.evidence.lexical.probe
    column = head.evidence.lexical.vocabulary.columns["kettle"]
    channel = [c.key for c in head.evidence.channels].index("lexical.score")
    expected = vector[0, column] * (probe.weights[column, 1] - probe.weights[column, 2])
    rate = head.pool.weights[channel] / temperature(model, subject)
    assert first + second == pytest.approx(expected * rate, rel=1e-5)


def test_what_is_missing_has_a_line_of_its_own() -> None:
    found = explain(MODEL, make_subject("steel kettle"))
    missing = {p.block for p in found.parts if p.label == "missing"}
    assert missing == {"description", "image", "price", "brand"}
    assert {p.kind for p in found.parts if p.label == "missing"} == {"context"}
    nothing = explain(MODEL, make_subject())
    assert {p.block for p in nothing.parts if p.label == "missing"} == {*missing, "title", "lexical"}
    assert {p.kind for p in nothing.parts} == {"context", "evidence"}


def test_columns_show_their_cells() -> None:
    found = {p.column: p.label for p in explain(MODEL, FULL).parts if p.kind == "column"}
    assert found == {"price": "60", "brand": "brand 1"}


def test_words_beyond_the_limit_are_named_and_count_nothing() -> None:
    text = "kettle " * 1500  # 10,500 characters
    found = explain(MODEL, make_subject(text))
    unread = [p for p in found.parts if p.kind == "unread"]
    read = [p for p in found.parts if p.kind == "word" and p.block == "title"]
    assert {p.value for p in unread} == {0.0}
    assert len(unread) + len(read) == 1500
    assert max(p.start or 0 for p in read) < 1200 <= min(p.start or 0 for p in unread)


def test_regions_lie_on_the_photo_and_the_border_beside_it() -> None:
    parts = explain(MODEL, make_subject(photo="Phone1", size=(400, 100))).parts
    regions = [p for p in parts if p.kind == "region"]
    assert len(regions) == 8  # the two middle rows of four
    assert {p.box[1::2] for p in regions if p.box} == {(0.0, 0.5), (0.5, 1.0)}
    assert total(parts, label="border") != 0
    whole = explain(MODEL, make_subject(photo="Phone1", size=(100, 100))).parts
    assert len([p for p in whole if p.kind == "region"]) == 16
    assert not [p for p in whole if p.label == "border"]


def test_a_photo_whose_regions_are_unknown_keeps_its_share_whole() -> None:
    subject = replace(FULL, splits={k: v for k, v in FULL.splits.items() if k != "image"})
    split, whole = (explain(MODEL, s, "Kettle", "Phone").parts for s in (FULL, subject))
    [share] = [p.value for p in whole if p.block == "image" and p.label == "score"]
    together = sum(p.value for p in split if p.block == "image" and p.label not in ("neighbours", "closest"))
    assert share == pytest.approx(together, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(st.sampled_from(SCRIPTS), pairs)
def test_an_encoder_that_is_not_linear_is_accounted_for_too(text: str, pair: tuple[str, str]) -> None:
    found = explain(fitted(bent=True), make_subject(text, "steel kettle", encoders=BENT), *pair)
    assert sum(p.value for p in found.parts) == pytest.approx(found.margin, abs=1e-6)


def test_of_two_classes_the_rest_is_the_other_one() -> None:
    model = _two_classes()
    other, rest = explain_many(model, FULL, [("Kettle", "Phone"), ("Kettle", REST)])
    assert rest.margin == pytest.approx(other.margin, abs=1e-9)
    values = {replace(p, value=0.0): p.value for p in other.parts}
    for part in rest.parts:
        assert values[replace(part, value=0.0)] == pytest.approx(part.value, abs=1e-9)


def _two_classes() -> Model:
    """Return the model with two of its classes, which only its arrays know."""
    head = MODEL.head
    assert isinstance(head, EvidenceHead)
    keep = [1, 2]

    def cut(probe: Probe) -> Probe:
        return replace(probe, weights=probe.weights[:, keep], intercept=probe.intercept[keep])

    evidence = head.evidence
    dense = {
        name: replace(
            block, probe=cut(block.probe), neighbours=replace(block.neighbours, labels=block.neighbours.labels % 2)
        )
        for name, block in evidence.dense.items()
    }
    assert evidence.lexical is not None
    numeric = {n: replace(m, mean=m.mean[keep], deviation=m.deviation[keep]) for n, m in evidence.numeric.items()}
    categorical = {n: replace(m, log_ratio=m.log_ratio[:, keep]) for n, m in evidence.categorical.items()}
    cut_down = replace(
        evidence,
        dense=dense,
        lexical=replace(evidence.lexical, probe=cut(evidence.lexical.probe)),
        numeric=numeric,
        categorical=categorical,
        log_prior=evidence.log_prior[keep],
    )
    return Model(("Kettle", "Phone"), replace(head, evidence=cut_down))


@given(
    st.lists(st.floats(-10, 10), min_size=1, max_size=6),
    st.floats(-5, 5),
    st.floats(0, 3),
)
def test_contributions_that_cancel_are_not_blown_up(values: list[float], correction: float, rate: float) -> None:
    n = len(values)
    places = Places("word", [f"w{i}" for i in range(n)], ["title"] * n, range(n), range(1, n + 1), [None] * n)
    pieces = Pieces(places, np.array(values), {"intercept": 0.25})
    told = carried(pieces, "title", pieces.total, rate, correction)
    assert told.values.sum() + sum(told.aside.values()) == pytest.approx(rate * pieces.total + correction, abs=1e-9)
    placed = np.abs(told.values).sum() + sum(abs(v) for label, v in told.aside.items() if label != "interplay")
    assert placed <= rate * pieces.size + abs(correction) / STABLE + 1e-9


def test_a_score_that_its_pieces_do_not_make_is_a_defect() -> None:
    pieces = Pieces(Places("word", [], [], [], [], []), np.empty(0), {"intercept": 1.0})
    with pytest.raises(AdditivityError, match=r"sum to 1, its score is 1\.1"):
        carried(pieces, "title", 1.1, 1.0, 0.0)


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        ("Kettel", None, "class-unknown"),
        (None, "Fridge", "class-unknown"),
        ("Phone", "Phone", "class-same"),
        (REST, None, "class-unknown"),
    ],
)
def test_classes_are_named_as_the_model_has_them(a: str | None, b: str | None, code: str) -> None:
    with pytest.raises(InputError) as caught:
        explain(MODEL, FULL, a, b)
    assert caught.value.code == code
    if a == "Kettel":
        assert "'Kettle'" in str(caught.value)


def test_by_default_the_two_best_classes_are_compared() -> None:
    p = served(MODEL, FULL)
    best = [CLASSES[i] for i in np.argsort(-p)]
    found = explain(MODEL, FULL)
    assert (found.predicted, found.versus) == (best[0], best[1])
    assert explain(MODEL, FULL, best[2]).versus == best[0]


def test_a_flat_head_has_no_such_account() -> None:
    flat = FlatModel.__new__(FlatModel)
    with pytest.raises(InputError, match="--head evidence") as caught:
        explain(Model(CLASSES, flat), FULL)
    assert caught.value.code == "head-flat"
