"""Words and numbers of the page: complete in each language, none unused, values never read as marks."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prodcls
from prodcls.audit import Interval
from prodcls.language import LANGUAGES, Span, as_text, load_language, plain, quoted

SOURCE = Path(prodcls.__file__).parent
EN = load_language("en")

FAMILIES = (
    *(
        "baseline",
        "calibrated",
        "step",
        "step_does",
        "block",
        "card_field",
        "card_group",
        "check",
        "given",
        "review_reason",
        "review_why_means",
        "crosswalk",
        "crosswalk_note",
        "crosswalk_state",
        "dossier_kind",
        "kind",
        "modality",
        "refused",
        "role",
        "script",
        "section",
        "setmethod",
        "stage",
        "status",
    ),
    *("assigned", "finding", "rejected", "severity"),
    *("head", "term", "trust_head", "trust_means", "trust_method", "trust_part"),
    *("harm", "moved", "respect", "review_why", "tested_file", "worklist_column"),
)
"""Strings that are looked up by a name made at run time."""


def modules() -> list[Path]:
    return [path for folder in (SOURCE, SOURCE / "sections", SOURCE / "service") for path in folder.glob("*.py")]


def literals() -> set[str]:
    found: set[str] = set()
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    for path in (SOURCE / "templates").rglob("*.j2"):
        found |= set(re.findall(r'"([^"]*)"', path.read_text(encoding="utf-8")))
    return found


def looked_up() -> set[str]:
    """Keys given as a literal to ``t(...)`` or ``t.say(...)``."""
    pattern = re.compile(r'\bt(?:\.say)?\(\s*"([a-z_0-9.]+)"')
    paths = [*modules(), *(SOURCE / "templates").rglob("*.j2")]
    return {key for path in paths for key in pattern.findall(path.read_text(encoding="utf-8"))}


def marks(text: str) -> tuple[set[str], set[str]]:
    return set(re.findall(r"\{(\w+)\}", text)), set(re.findall(r"\[\[(\w+)", text))


def test_languages_have_the_same_strings_with_the_same_values() -> None:
    others = [load_language(code) for code in LANGUAGES if code != "en"]
    for other in others:
        assert other.words.keys() == EN.words.keys()
        for key, text in EN.words.items():
            names = marks(text)[0] - {"day", "month", "year", "time"}
            assert marks(other.words[key])[0] - {"day", "month", "year", "time"} == names, key


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_string_stands_twice(code: str) -> None:
    text = (SOURCE / "strings" / f"{code}.json").read_text(encoding="utf-8")
    keys = [key for key, _ in json.loads(text, object_pairs_hook=list)]
    assert [key for key, n in Counter(keys).items() if n > 1] == []


def test_no_string_is_missing() -> None:
    found = looked_up()
    assert len(found) > 100
    assert found - EN.words.keys() == set()


def test_no_string_is_unused() -> None:
    used = literals() | looked_up()
    unused = {key for key in EN.words if key not in used and key.split(".")[0] not in FAMILIES}
    assert unused == set()


@pytest.mark.parametrize("family", ["head", "section", "status"])
def test_no_string_of_a_family_known_to_the_code_is_unused(family: str) -> None:
    used = literals() | {f"{family}.{name}" for name in literals()}
    assert {key for key in EN.words if key.startswith(f"{family}.")} - used == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_term_is_explained_and_used(code: str) -> None:
    t = load_language(code)
    used = {term for text in t.words.values() for term in marks(text)[1]}
    terms = {key.split(".")[1] for key in t.words if key.startswith("term.")}
    assert used == terms
    for term in terms:
        assert t.term(term).text
        assert t.term(term).meaning


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of en, zh"):
        load_language("../en")


@given(st.text())
def test_a_value_is_never_searched_for_marks(text: str) -> None:
    spans = EN.say("perclass.see", worst=f"[[recall]]{{n}}{text}", recall=plain("1%"))
    assert spans[0] == Span("value", f"[[recall]]{{n}}{text}")
    assert as_text(spans).startswith(f"\u2068[[recall]]{{n}}{text}\u2069")


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        EN.say("perclass.see", worst="a")


def test_terms_carry_their_meaning() -> None:
    [term] = [s for s in EN.say("check.accuracy") if s.kind == "term"]
    assert (term.text, term.term) == ("Accuracy", "accuracy")
    assert "right class" in term.meaning


def test_pick_falls_back_to_the_name() -> None:
    assert EN.pick("baseline", "<b>") == quoted("<b>")
    assert as_text(EN.pick("baseline", "majority")) == "Always the largest class"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (EN.count(1234567), "1,234,567"),
        (EN.share(0.96381), "96.4%"),
        (EN.probability(0.5), "50.0%"),
        (EN.probability(0.0), "0.0%"),
        (EN.probability(0.0001), "<\u20090.1%"),
        (EN.probability(0.99999), ">\u200999.9%"),
        (EN.probability(1.0), "100.0%"),
        (EN.decimal(-0.001), "0.00"),
        (EN.decimal(-1.5), "\u22121.50"),
        (EN.signed(1.5), "+1.50"),
        (EN.signed(0.001), "0.00"),
        (EN.signed(-0.001), "0.00"),
        (EN.interval(Interval(0.5, 0.451, 0.549)), "45.1\u201354.9%"),
        (EN.small(4.4e-9), "4.4e\u22129"),
        (EN.small(0.0), "0"),
        (EN.seconds(3.14), "3.1 s"),
        (EN.seconds(314.1), "314 s"),
        (EN.bytes(1_412_000_000), "1.4 GB"),
        (EN.bytes(12), "12 B"),
        (EN.date("2026-02-03T04:05:06+00:00"), "3 February 2026, 04:05 UTC"),
        (EN.date("2026-02-03T04:05:06+08:00"), "2 February 2026, 20:05 UTC"),
        (EN.date("yesterday"), "yesterday"),
        (load_language("zh").date("2026-02-03T04:05:06Z"), "2026年2月3日 04:05（UTC）"),
        (load_language("zh").seconds(3.14), "3.1 秒"),
    ],
)
def test_numbers_and_dates(written: str, expected: str) -> None:
    assert written == expected
