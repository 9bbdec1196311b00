"""Thresholds are read as they were meant, or refused with the place and the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodcls.audit_figures import FIGURES
from prodcls.errors import InputError
from prodcls.thresholds import Threshold, load_thresholds

ROOT = Path(__file__).resolve().parents[1]


def load(folder: Path, text: str) -> dict[str, Threshold]:
    path = folder / "audit.toml"
    path.write_text(text, encoding="utf-8")
    return load_thresholds(path).bounds


def test_numbers_and_tables(tmp_path: Path) -> None:
    text = '[thresholds]\naccuracy = 0.9\nmacro_f1 = {at_least = 1, judge = "interval"}\nece = {at_most = 0.05}\n'
    assert load(tmp_path, text) == {
        "accuracy": Threshold(0.9),
        "macro_f1": Threshold(1.0, "interval"),
        "ece": Threshold(0.05),
    }


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("acuracy = 0.9", "threshold-unknown", r"\[thresholds\] 'acuracy': .* did you mean 'accuracy'"),
        ("accuracy = '0.9'", "threshold-type", r"\[thresholds\] accuracy: '0.9' is neither a number nor a table"),
        ("accuracy = true", "threshold-type", "True is neither"),
        ("accuracy = [0.9]", "threshold-type", "is neither"),
        ("accuracy = nan", "threshold-type", "is neither"),
        ("accuracy = inf", "threshold-range", "inf is not within 0 to 1"),
        ("accuracy = 95", "threshold-range", "95 per cent is 0.95"),
        ("ece = -0.1", "threshold-range", "-0.1 is not within 0 to 1"),
        ("accuracy = {at_most = 0.9}", "threshold-direction", "held to 'at_least', not to 'at_most'"),
        ("ece = {at_least = 0.9}", "threshold-direction", "held to 'at_most', not to 'at_least'"),
        ("accuracy = {}", "threshold-type", "add at_least = NUMBER"),
        ("accuracy = {at_least = 0.9, jugde = 'interval'}", "threshold-unknown", "did you mean 'judge'"),
        ("accuracy = {at_least = 0.9, judge = 'bound'}", "threshold-type", "neither 'figure' nor 'interval'"),
        ("accuracy = {at_least = 0.9, judge = []}", "threshold-type", "neither 'figure' nor 'interval'"),
        ("ece = {at_most = 0.9, judge = 'interval'}", "threshold-interval", "has no interval"),
        ("", "thresholds-missing", "holds no threshold"),
    ],
)
def test_a_wrong_line_is_refused(tmp_path: Path, line: str, code: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        load(tmp_path, f"[thresholds]\n{line}\n")
    assert caught.value.code == code
    assert "audit.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "thresholds-missing"),
        ("accuracy = 0.9", "threshold-unknown"),
        ("[threshold]\naccuracy = 0.9", "threshold-unknown"),
        ("thresholds = 1", "threshold-type"),
    ],
)
def test_a_file_without_the_table_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    assert caught.value.code == code


values = st.floats(allow_nan=True) | st.integers(-(10**30), 10**30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from([*FIGURES, "other"]), values, max_size=4))
def test_any_table_of_numbers_is_taken_exactly_or_refused(tmp_path: Path, table: dict[str, Any]) -> None:
    text = "[thresholds]\n" + "".join(f"{name} = {value!r}\n" for name, value in table.items())
    try:
        found = load(tmp_path, text)
    except InputError as error:
        assert error.code in {"threshold-unknown", "threshold-type", "threshold-range", "thresholds-missing"}
    else:
        assert {name: t.bound for name, t in found.items()} == table
        assert all(FIGURES[name].least <= t.bound <= FIGURES[name].most for name, t in found.items())


def test_the_example_names_every_figure() -> None:
    assert list(load_thresholds(ROOT / "docs" / "audit.example.toml").bounds) == list(FIGURES)
