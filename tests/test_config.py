from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodcls.config import LIMITS, FitConfig
from prodcls.errors import InputError
from prodcls.rates import Rate, Rates

names = st.text(min_size=1)
lists = st.none() | st.lists(names, max_size=3, unique=True).map(tuple)
configs = st.builds(
    FitConfig,
    catalogue=st.none() | st.just(Path("a/b.csv")),
    text=lists,
    encoding=st.none() | st.text(),
    number_format=st.sampled_from([None, (".",), ("1.234,5", "price=1,234.5")]),
    rates=st.sampled_from([None, Rates("EUR", "0" * 64, (Rate("USD", "0.92", "2026-11-20"),))]),
    head=st.sampled_from(["evidence", "flat"]),
    folds=st.integers(2, 50),
    dossiers=st.just("all") | st.integers(0, 10**6),
    group_duplicates=st.booleans(),
    threads=st.none() | st.integers(1, 64),
    memory=st.none() | st.integers(10**8, 10**13),
    random_state=st.integers(0, 2**32 - 1),
    cache_dir=st.none() | st.just(Path("cache")),
)


@given(configs)
def test_json_and_back(config: FitConfig) -> None:
    assert FitConfig.from_json(config.to_json()) == config


def test_json_is_plain_and_sorted() -> None:
    found = json.loads(FitConfig(text=("a",), out=Path("o")).to_json())
    assert list(found) == sorted(field.name for field in fields(FitConfig))
    assert found["text"] == ["a"]
    assert found["out"] == "o"


def test_left_out_options_have_their_defaults() -> None:
    assert FitConfig.from_json("{}") == FitConfig()


@pytest.mark.parametrize("dossiers", ["some", "All", "12"])
def test_dossiers_are_a_number_or_all(dossiers: Any) -> None:
    with pytest.raises(InputError, match="dossiers"):
        FitConfig(dossiers=dossiers)


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(names, x))
)
def test_any_json_is_a_config_or_an_input_error(value: Any) -> None:
    try:
        FitConfig.from_json(json.dumps(value))
    except InputError as error:
        assert error.code == "option-invalid"


@pytest.mark.parametrize("name", sorted(field.name for field in fields(FitConfig)))
@pytest.mark.parametrize("value", [True, 3, 3.5, "x", [1], {}, None])
def test_a_value_of_the_wrong_type_is_refused_or_kept_exactly(name: str, value: Any) -> None:
    try:
        config = FitConfig.from_json(json.dumps({name: value}))
    except InputError as error:
        assert f"--{name.replace('_', '-')}" in str(error)
    else:
        assert json.loads(config.to_json())[name] == value
        assert type(json.loads(config.to_json())[name]) is type(value)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"nonsense": 1}', "[" * 100_000])
def test_what_is_no_config_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        FitConfig.from_json(text)


@pytest.mark.parametrize("name", sorted(set(LIMITS) & {field.name for field in fields(FitConfig)}))
def test_both_ends_of_a_limit_are_allowed_and_no_more(name: str) -> None:
    limit = LIMITS[name]
    for value in (limit.low, limit.high):
        assert getattr(replace(FitConfig(), **{name: value}), name) == value
    for value in (limit.low - 1, limit.high + 1):
        with pytest.raises(InputError, match=f"--{name.replace('_', '-')}: {value} is not within"):
            replace(FitConfig(), **{name: value})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"head": "tree"}, "--head: 'tree' is none of evidence, flat"),
        ({"runtime": "fast"}, "--runtime"),
        ({"precision": "f16"}, "--precision"),
        ({"precision": "bf16"}, "--precision: bf16 needs --runtime openvino"),
        ({"device": "tpu", "runtime": "torch"}, "--device"),
        ({"device": "cuda", "runtime": "openvino"}, "--device: cuda needs --runtime torch"),
        ({"lang": "fr"}, "--lang"),
        ({"number_format": (";",)}, "--number-format: ';' is none of"),
        ({"number_format": ("a=.", "a=,")}, "--number-format: column 'a' has two formats"),
        ({"delimiter": "||"}, "--delimiter: '||' is not one character"),
        ({"text": ("a", "b"), "numeric": ("b",)}, "--numeric: column 'b' is already given by --text"),
        ({"target": "a", "categorical": ("a",)}, "--categorical: column 'a' is already given by --target"),
        ({"text": ("a", "a")}, "--text: column 'a' is already given by --text"),
    ],
)
def test_contradictions_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("|", r"\|")):
        FitConfig(**options)


@pytest.mark.parametrize("coverage", [0.4, 1.0, float("nan")])
def test_a_coverage_that_no_set_can_keep_is_refused(coverage: float) -> None:
    with pytest.raises(InputError, match="--coverage"):
        FitConfig(coverage=coverage)
